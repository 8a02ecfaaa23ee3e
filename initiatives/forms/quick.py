"""« Fiche en trois minutes »: eight questions, none of them required. What is known is saved, the rest comes later."""

from uuid import uuid5

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from alliance.lib.forms import INCOMPLETE, LineFormField
from alliance.lib.text import sort_key
from initiatives import actions
from initiatives.actions import Details
from initiatives.choices import PartnerRole, Scope
from initiatives.forms.entry import EntryForm, first, suggest
from initiatives.forms.questions import text
from initiatives.forms.saving import Difference, changed, shown
from initiatives.models import Initiative
from initiatives.partners import refuse_role
from initiatives.rules import ALL_TERRITORIES
from initiatives.sections import QUESTIONS, QUICK
from territories import twins

_CODES = tuple(code for code in QUICK if code != "partners")
_NOTHING = "Inscrivez au moins une réponse, par exemple le titre"


class QuickForm(EntryForm):
    """The eight questions; the organization is a name in plain text, so that nothing stops whoever types."""

    def __init__(self, *args, user, initiative=None, **kwargs):
        super().__init__(*args, codes=_CODES, user=user, initiative=initiative, **kwargs)
        for code in _CODES:
            self.fields[code].label = QUESTIONS[
                code
            ].label  # without « facultatif »: nothing is required here
        self.fields["primary_theme"].help_text = ""
        self.fields["who"] = text(
            LineFormField,
            "Organisme qui porte l’initiative",
            200,
            help_text="Le nom que vous connaissez. Si l’organisme existe déjà ici, il sera reconnu.",
        )
        self.led = lead_of(initiative)
        self.fields["who"].initial = self.led.name if self.led else lead_name_of(initiative)
        suggest(self.fields["who"], "espace:partner_suggestions", "")
        self.order_fields(["who" if code == "partners" else code for code in QUICK])

    def is_empty(self):
        """Say whether nothing was typed, what the page showed already ticked left aside."""
        shown_ticked = [str(pk) for pk in first(self.offer, _CODES).get("territories", [])]
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(self.data, {}, self.add_prefix(name))
            if value and not (name == "territories" and value == shown_ticked):
                return False
        return True

    def refuse_empty(self):
        self.add_error(None, _NOTHING)

    def lead(self):
        """Return the organization that has exactly the name typed and may be the lead, or None."""
        who = self.cleaned_data.get("who", "")
        found = twins.same_name(who) if who else []
        return found[0] if len(found) == 1 and not refuse_role(found[0], PartnerRole.LEAD) else None

    def read_again(self, initiative):
        """Return the same words as typed for `initiative`."""
        again = QuickForm(self.data, user=self.user, initiative=initiative)
        again.full_clean()
        return again

    def content(self):
        """Return the values to write, with those that follow from them. What the sections stored meanwhile stays."""
        values = self.values()
        if "primary_theme" in values:
            values["themes"] = self._themes(values["primary_theme"])
        if "territories" in values and self._moves(values["territories"]):
            values["scope"] = scope_of(values["territories"])
        return values

    def _themes(self, main):
        """Return the themes with `main` among them; a main theme that stood alone gives way to the new one."""
        present = list(self.initiative.themes.all()) if self.initiative else []
        if [row.pk for row in present] == [getattr(self.initiative, "primary_theme_id", None)]:
            present = []
        return present if main is None or main in present else [*present, main]

    def _moves(self, territories):
        """Say whether the MRCs are not those that the stored scope was chosen for."""
        if self.initiative is None or not self.initiative.scope:
            return True
        return {row.pk for row in territories} != {row.pk for row in self.initiative.territories.all()}

    def lead_name(self, lead):
        """Return the name of the lead still to be chosen (`lead`: the one linked now), or None when it stays as it is."""
        who = self.cleaned_data.get("who")
        if who is None or "who" not in self.data:
            return None
        is_led = self.led and (sort_key(who) == sort_key(self.led.name) or self.lead() == self.led)
        name = "" if is_led or (lead and not self.led) else who
        return name if name != lead_name_of(self.initiative) else None


def lead_of(initiative):
    """Return the organization that leads a file, or None."""
    if initiative is None:
        return None
    rows = initiative.partnerships.filter(role=PartnerRole.LEAD).select_related("organization")
    return next((row.organization for row in rows), None)


def lead_name_of(initiative):
    """Return the name of the lead still to be chosen, or an empty string."""
    return getattr(getattr(initiative, "answers", None), "lead_name", "")


def scope_of(territories):
    """Return the scope that so many MRCs say by themselves."""
    if not territories:
        return ""
    if len(territories) == ALL_TERRITORIES:
        return Scope.REGIONAL
    return Scope.LOCAL if len(territories) == 1 else Scope.SUPRALOCAL


def write(form, *, by, version, token, entry_mode, lead) -> Initiative:
    """Write what could be read, in the name of `by`; the same `token` is the same file, however often it arrives.

    Raises Stale and Refusal (actions), ValidationError (a rule of the whole row, a form without its token).
    """
    if token is None:
        raise ValidationError(INCOMPLETE)  # nothing would tell two posts of this form apart from two forms
    partners = [(lead, PartnerRole.LEAD, "")] if lead else []
    existing = known(token, by)
    if existing is None:
        existing = _create(form, by=by, token=token, entry_mode=entry_mode, lead=lead, partners=partners)
    if (
        form.initiative is None
    ):  # another post of this form may have made the file meanwhile, with other words
        form = form.read_again(existing)
    details = Details(answers=form.answers(), lead_name=form.lead_name(lead))
    content = {"values": form.content(), "details": details}
    adds_lead = lead and not lead_of(existing)
    if not _changes(form, existing) and details.lead_name is None and not adds_lead:
        return existing
    if adds_lead:
        present = existing.partnerships.select_related("organization")
        content["partners"] = [*((row.organization, row.role, row.note) for row in present), *partners]
    return actions.update(initiative=existing, by=by, expected_version=version or 1, **content)


def _create(form, *, by, token, entry_mode, lead, partners):
    """Return the draft of this form: a new one, or the one that the same form made at the same instant."""
    details = Details(answers=form.answers(), lead_name=form.lead_name(lead))
    try:
        actions.create_draft(
            by=by,
            token=_free(token, by),
            entry_mode=entry_mode,
            partners=partners,
            values=form.content(),
            details=details,
        )
    except (IntegrityError, ValidationError):
        if known(token, by) is None:
            raise
    return known(token, by)


def known(token, by):
    """Return the file that this form already made, or None."""
    if not token:
        return None
    return Initiative.objects.filter(entry_token__in=(token, _own(token, by)), created_by=by).first()


def _own(token, by):
    """Return the token that stands for `token` when another account holds it: the same one at each post."""
    return uuid5(token, str(by.pk))


def _free(token, by):
    taken = token and Initiative.objects.filter(entry_token=token).exclude(created_by=by).exists()
    return _own(token, by) if taken else token


def _changes(form, initiative):
    values = form.content() | form.answers()
    return {name: values[name] for name in changed(initiative, values)}


def differences(form, initiative):
    """Return what was typed beside what is stored, for the questions where they differ."""
    found = [
        Difference(QUESTIONS[name].label, shown(name, getattr(initiative, name, "")), shown(name, value))
        for name, value in _changes(form, initiative).items()
    ]
    if form.lead_name(None):
        stored = lead_of(initiative) or lead_name_of(initiative)
        found.append(Difference(form.fields["who"].label, str(stored), form.cleaned_data["who"]))
    return found
