"""« Fiche en trois minutes »: eight questions, none of them required. What is known is saved, the rest comes later."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from alliance.lib.forms import LineFormField
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
TO_CHOOSE = "Organisme porteur à choisir\xa0: "
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
        self.fields["who"].initial = _who(initiative)
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

    def content(self, lead):
        """Return the values to write; a name that is not an organization yet is kept among the words for the analysis."""
        values = self.values()
        if "primary_theme" in values:
            values["themes"] = [values["primary_theme"]] if values["primary_theme"] else []
        if "territories" in values:
            values["scope"] = scope_of(values["territories"])
        who = self.cleaned_data.get("who", "")
        if "who" in self.data:
            values["description"] = f"{TO_CHOOSE}{who}" if who and not lead else ""
        return values


def _who(initiative):
    """Return the name of the lead of a file begun here, or the name still to be chosen."""
    if initiative is None:
        return ""
    lead = initiative.partnerships.filter(role=PartnerRole.LEAD).select_related("organization").first()
    if lead:
        return lead.organization.name
    found = initiative.description.startswith(TO_CHOOSE)
    return initiative.description.removeprefix(TO_CHOOSE) if found else ""


def scope_of(territories):
    """Return the scope that so many MRCs say by themselves."""
    if not territories:
        return ""
    if len(territories) == ALL_TERRITORIES:
        return Scope.REGIONAL
    return Scope.LOCAL if len(territories) == 1 else Scope.SUPRALOCAL


def write(form, *, by, version, token, entry_mode, lead) -> Initiative:
    """Write what could be read, in the name of `by`; the same `token` is the same file, however often it arrives.

    Raises Stale and Refusal (actions), ValidationError (a rule of the whole row).
    """
    content = {"values": form.content(lead), "details": Details(answers=form.answers())}
    partners = [(lead, PartnerRole.LEAD, "")] if lead else []
    existing = known(token, by)
    if existing is None:
        try:
            return actions.create_draft(
                by=by, token=token, entry_mode=entry_mode, partners=partners, **content
            )
        except (IntegrityError, ValidationError):
            existing = known(token, by)  # the same form, posted twice at the same instant
            if existing is None:
                raise
    led = existing.partnerships.filter(role=PartnerRole.LEAD).exists()
    if not _changes(form, existing, lead) and (led or not lead):
        return existing
    if lead and not existing.partnerships.exists():
        content["partners"] = partners
    return actions.update(initiative=existing, by=by, expected_version=version or 1, **content)


def known(token, by):
    """Return the file that this form already made, or None."""
    return Initiative.objects.filter(entry_token=token, created_by=by).first() if token else None


def _changes(form, initiative, lead):
    values = form.content(lead) | form.answers()
    return {name: values[name] for name in changed(initiative, values)}


def differences(form, initiative):
    """Return what was typed beside what is stored, for the questions where they differ."""
    found = _changes(form, initiative, form.lead())
    return [
        Difference(QUESTIONS[name].label, shown(name, getattr(initiative, name, "")), shown(name, value))
        for name, value in found.items()
    ]
