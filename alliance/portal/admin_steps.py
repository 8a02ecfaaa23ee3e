"""Buttons of an initiative's page that change its state or its publication: one confirmation page each.

The page says what will happen and what is missing; the workflow decides. Doing it twice is doing it once.
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse

from alliance.lib.money import format_amount
from alliance.lib.pages import VERSION, NoteForm, ask
from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal import admin_return
from funding import actions as funding_actions
from funding import ledger
from initiatives import actions, mail_step, rules, workflow
from initiatives.choices import Publication, State

_ACTIONS = {name: getattr(actions, name) for name in workflow.TRANSITIONS if hasattr(actions, name)}
RETURN = "request_changes"
_ACTIONS["cancel"] = funding_actions.cancel_initiative  # frees the money first


class StepsMixin:
    """Adds `etat/<name>/`, `publier/` and `retirer-du-site/` under an initiative's page."""

    def get_urls(self):
        view = self.admin_site.admin_view
        prefix = "initiatives_initiative"
        return [
            path("<int:pk>/etat/<slug:name>/", view(self.step_view), name=f"{prefix}_step"),
            path("<int:pk>/publier/", view(self.publish_view), name=f"{prefix}_publish"),
            path("<int:pk>/retirer-du-site/", view(self.unpublish_view), name=f"{prefix}_unpublish"),
            *super().get_urls(),
        ]

    def steps(self, request, initiative):
        """Return the buttons that this person may press now: (label, address, tone)."""
        buttons = []
        if request.user.has_perm("initiatives.move_initiative"):
            buttons = [
                (
                    move.label,
                    reverse("admin:initiatives_initiative_step", args=[initiative.pk, move.name]),
                    move.tone,
                )
                for move in workflow.available(initiative.state, request.user.role)
            ]
        if request.user.has_perm("initiatives.publish_initiative"):
            if initiative.publication == Publication.PUBLISHED:
                address = reverse("admin:initiatives_initiative_unpublish", args=[initiative.pk])
                buttons.append(("Retirer du site", address, "danger"))
            elif initiative.state in State.publishable:
                address = reverse("admin:initiatives_initiative_publish", args=[initiative.pk])
                buttons.append(("Publier", address, "primary"))
        return buttons

    def _opened(self, request, pk, right):
        initiative = self.get_object(request, str(pk))
        if initiative is None:
            raise Http404
        if not request.user.has_perm(right):
            raise PermissionDenied
        return initiative, reverse("admin:initiatives_initiative_change", args=[pk])

    def step_view(self, request, pk, name):
        """Confirm one move of the workflow, with its note."""
        initiative, back = self._opened(request, pk, "initiatives.move_initiative")
        move = workflow.TRANSITIONS.get(name)
        if move is None or name not in _ACTIONS:
            raise Http404
        if initiative.state == move.target and not _crossed(request, initiative):
            messages.info(request, f"C’est déjà fait : le dossier est « {initiative.get_state_display()} ».")
            return redirect(back)
        form, more = _question(request, initiative, move)
        more |= mail_step.offer(request, form, initiative, name)
        missing, refused = _obstacles(initiative, name, request.user)

        def perform(cleaned):
            asked = {"asked": admin_return.asked(cleaned)} if name == RETURN else {}
            with mail_step.sending(cleaned, request.user):
                done = _ACTIONS[name](
                    initiative=initiative, by=request.user, note=cleaned["note"], **asked, **_read(cleaned)
                )
            return f"Le dossier est maintenant « {done.get_state_display()} »."

        return ask(
            request,
            self,
            initiative,
            form,
            perform,
            title=move.label,
            button=move.label,
            back=back,
            version=initiative.version,
            danger=move.tone == "danger",
            consequence=move.consequence,
            missing=missing + refused,
            blocked=bool(missing + refused),
            facts=[("État actuel", initiative.get_state_display()), *_money(initiative, name)],
            **more,
        )

    def publish_view(self, request, pk):
        """Confirm the publication, after showing what the page still lacks."""
        initiative, back = self._opened(request, pk, "initiatives.publish_initiative")
        if initiative.publication == Publication.PUBLISHED:
            messages.info(request, "C’est déjà fait : l’initiative est publiée.")
            return redirect(back)
        missing = [item.sentence for item in rules.missing_to_publish(actions.facts_of(initiative))]

        def perform(cleaned):
            actions.publish(initiative=initiative, by=request.user, **_read(cleaned))
            return "L’initiative est publiée dans le répertoire."

        return ask(
            request,
            self,
            initiative,
            _NoQuestion(request.POST if request.method == "POST" else None),
            perform,
            title="Publier l’initiative",
            button="Publier",
            back=back,
            version=initiative.version,
            consequence="Tout le monde peut lire la fiche dans le répertoire, dès maintenant.",
            missing=missing,
            blocked=bool(missing),
            facts=[("État actuel", initiative.get_state_display())],
        )

    def unpublish_view(self, request, pk):
        """Confirm that the page leaves the site."""
        initiative, back = self._opened(request, pk, "initiatives.publish_initiative")
        if initiative.publication != Publication.PUBLISHED:
            messages.info(request, "C’est déjà fait : l’initiative n’est pas sur le site.")
            return redirect(back)

        def perform(cleaned):
            actions.unpublish(initiative=initiative, by=request.user, **_read(cleaned))
            return "L’initiative n’est plus sur le site."

        return ask(
            request,
            self,
            initiative,
            _NoQuestion(request.POST if request.method == "POST" else None),
            perform,
            title="Retirer du site",
            button="Retirer du site",
            back=back,
            version=initiative.version,
            danger=True,
            consequence="La fiche quitte le répertoire; son adresse lui reste réservée.",
        )


class _NoQuestion(forms.Form):
    """A confirmation without any field: the POST, with its CSRF token, is the answer."""


def _read(cleaned):
    """Return the version that the person was reading, for the action to hold the decision to."""
    return {"expected_version": cleaned[VERSION]}


def _crossed(request, initiative):
    """Say whether the note posted crosses another person's same decision: it is shown again, never dropped."""
    if request.method != "POST" or not request.POST.get("note", "").strip():
        return False
    last = initiative.transitions.order_by("at", "pk").last()
    return last is not None and last.by_id != request.user.pk


def _question(request, initiative, move):
    """Return the form that the move asks, and what `ask` shows with it: a return names its fields, in two steps."""
    data = request.POST if request.method == "POST" else None
    if move.name == RETURN:
        form = admin_return.ReturnForm(data, initiative=initiative)
        return form, {"preview": admin_return.review, "template": "admin/return.html"}
    form = NoteForm(data)
    form.fields["note"].required = move.needs_note
    form.fields["note"].error_messages["required"] = (
        "Inscrivez une note\xa0: elle explique la décision aux personnes qui liront le dossier."
    )
    form.fields["note"].help_text = "Elle reste au dossier; la MRC la lit telle quelle."
    return form, {}


def _money(initiative, name):
    """Say what abandoning the initiative does to its money: open years free it, closed years keep it as spent."""
    if name != "cancel":
        return []
    freed, kept = ledger.freed_and_kept(initiative)
    facts = [("Retourne aux lignes (exercices ouverts)", format_amount(freed))]
    if kept:
        facts.append(("Reste inscrit à l’initiative (exercices fermés, argent dépensé)", format_amount(kept)))
    return facts


def _obstacles(initiative, name, user):
    """Return the sentences of what is missing, and of why this person cannot do it now."""
    missing = []
    if name == "submit":
        missing = [item.sentence for item in rules.missing_to_submit(actions.facts_of(initiative))]
    try:
        workflow.check(name, state=initiative.state, role=user.role, note="…")
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refusal as refusal:
        return missing, [str(refusal)]
    if name in ("approve", "decline"):
        reason = rules.refuse_same_person(submitter=initiative.submitted_by_id, decider=user.pk)
        return missing, [reason] if reason else []
    return missing, []
