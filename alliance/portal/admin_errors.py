"""Errors that readers told: the queue, each with the reader's words, and the three buttons that move it on."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html

from alliance.lib.admin import DemoFilter, ReadOnlyAdmin, choice_filter
from alliance.lib.forms import BlockFormField
from alliance.lib.pages import VERSION, ask
from alliance.portal import errors_told
from alliance.portal.choices import ErrorState, ErrorSubject
from alliance.portal.models import ToldError

_PREFIX = "portal_tolderror"
_WAITS_FIRST = Case(
    *(When(state=state, then=Value(rank)) for rank, state in enumerate(ErrorState.values)),
    output_field=IntegerField(),
)
_ANSWERED = "La réponse part tout de suite par courriel, avec le message de la personne."
_SILENT = "La personne n’a pas laissé de courriel\xa0: aucune réponse ne peut lui parvenir."


class SettleForm(forms.Form):
    """How an error ends. The answer is written only where somebody can receive it."""

    answer = BlockFormField(
        label="Réponse par courriel",
        max_length=2000,
        required=False,
        help_text="Facultative. Elle part telle quelle, sans le message reçu\xa0: rappelez en quelques mots de quoi il "
        "s’agit. N’y mettez rien de privé.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@admin.register(ToldError)
class ToldErrorAdmin(ReadOnlyAdmin):
    """What waits comes first, the oldest of it at the top."""

    change_form_template = "admin/portal/tolderror/change_form.html"
    list_display = ("created_at", "subject", "shown_page", "initiative", "state", "wants_answer", "is_demo")
    list_select_related = ("initiative", "settled_by")
    list_filter = (
        choice_filter("état", "etat", "state", ErrorState.choices),
        choice_filter("sujet", "sujet", "subject", ErrorSubject.choices),
        DemoFilter,
    )
    search_fields = ("message",)
    search_help_text = "Mots du message ou de l’adresse de la page."
    folded = ("message", "path")
    fields: ClassVar = [
        "created_at",
        "state",
        "subject",
        "page",
        "file",
        "message",
        "wants_answer",
        "answer",
        "settled_by",
        "settled_at",
    ]
    readonly_fields = ("page", "file", "wants_answer")

    def get_ordering(self, request):
        return (_WAITS_FIRST.asc(), "created_at", "pk")

    @admin.display(description="page")
    def shown_page(self, told):
        return told.path

    @admin.display(description="page")
    def page(self, told):
        return format_html('<a href="{}">{}</a>', told.path, told.path)

    @admin.display(description="dossier de l’initiative")
    def file(self, told):
        if told.initiative is None:
            return "—"
        address = reverse("admin:initiatives_initiative_change", args=[told.initiative_id])
        return format_html('<a href="{}">{}</a>', address, told.initiative)

    @admin.display(description="réponse demandée", boolean=True)
    def wants_answer(self, told):
        return bool(told.email)

    # Decisions ----------------------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/verifier/", view(self.start_view), name=f"{_PREFIX}_start"),
            path("<int:pk>/corrigee/", view(self.correct_view), name=f"{_PREFIX}_correct"),
            path("<int:pk>/sans-suite/", view(self.dismiss_view), name=f"{_PREFIX}_dismiss"),
            *super().get_urls(),
        ]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        told = self.get_object(request, object_id) if object_id else None
        waits = told is not None and told.state in ErrorState.waiting
        extra = {
            "waits": waits and request.user.has_perm(errors_told.RIGHT),
            "is_new": waits and told.state == ErrorState.NEW,
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, extra)

    def start_view(self, request, pk):
        """Say that somebody checks what was told."""
        told = self._told(request, pk)

        def perform(cleaned):
            errors_told.start(told=told, by=request.user, read=cleaned.get(VERSION))
            return "Le message est en vérification."

        return self._ask(
            request,
            told,
            forms.Form(request.POST if request.method == "POST" else None),
            perform,
            title="Vérifier ce qui est signalé",
            button="Mettre en vérification",
            consequence="L’équipe voit que quelqu’un s’en occupe. La personne qui a écrit n’en est pas avisée.",
        )

    def correct_view(self, request, pk):
        """Say that the page was corrected, and answer."""
        return self._settle(
            request, pk, ErrorState.CORRECTED, "Marquer comme corrigée", "L’erreur est réglée."
        )

    def dismiss_view(self, request, pk):
        """Say that nothing changes, and answer."""
        return self._settle(request, pk, ErrorState.DISMISSED, "Classer sans suite", "Le message est classé.")

    def _settle(self, request, pk, state, button, done):
        told = self._told(request, pk)
        form = SettleForm(request.POST if request.method == "POST" else None)
        if not told.email:
            del form.fields["answer"]

        def perform(cleaned):
            answer = cleaned.get("answer", "")
            errors_told.settle(
                told=told, by=request.user, state=state, answer=answer, read=cleaned.get(VERSION)
            )
            return f"{done} La réponse part par courriel." if answer else done

        return self._ask(
            request,
            told,
            form,
            perform,
            title=button,
            button=button,
            beside="answer",
            consequence=_ANSWERED if told.email else _SILENT,
        )

    def _ask(self, request, told, form, perform, **shown):
        facts = [
            ("Page", told.path),
            ("Sujet", told.get_subject_display()),
            ("Message", told.message),
            ("État", told.get_state_display()),
        ]
        back = reverse(f"admin:{_PREFIX}_change", args=[told.pk])
        version = errors_told.version_of(told)
        settled = told.state in ErrorState.settled and request.method != "POST"
        shown |= {"missing": ["Cette erreur est déjà réglée."], "blocked": True} if settled else {}
        return ask(request, self, told, form, perform, back=back, version=version, facts=facts, **shown)

    def _told(self, request, pk):
        if not request.user.has_perm(errors_told.RIGHT):
            raise PermissionDenied
        told = self.get_object(request, str(pk))
        if told is None:
            raise Http404
        return told
