"""Saves what could be read of the form, and says what differs when somebody else saved meanwhile."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from alliance.lib.forms import LineFormField
from alliance.lib.workflow import Stale
from initiatives import actions
from initiatives.choices import Continuity, Scope
from initiatives.models import Initiative

_CHOICES = {"scope": dict(Scope.choices), "continuity": dict(Continuity.choices)}


class PartnerForm(forms.Form):
    """One partner of the file: its contribution in words, and a box to remove it."""

    use_required_attribute = False
    hide_optional = True

    note = LineFormField(label="Contribution, en mots", max_length=300, required=False)
    remove = forms.BooleanField(label="Retirer du dossier", required=False)

    def __init__(self, data=None, *, partnership, **kwargs):
        self.partnership = partnership
        kwargs |= {"prefix": f"partenaire-{partnership.pk}", "initial": {"note": partnership.note}}
        super().__init__(data, **kwargs)
        self.fields["note"].widget.attrs.pop("maxlength", None)

    def row(self):
        """Return (organization, role, note) to keep, or None; a note that did not arrive or is refused stays."""
        if self.cleaned_data.get("remove"):
            return None
        note = self.partnership.note
        if self.add_prefix("note") in self.data:
            note = self.cleaned_data.get("note", note)
        return (self.partnership.organization, self.partnership.role, note)


@dataclass(frozen=True)
class Difference:
    label: str
    stored: str
    typed: str


def partner_forms(initiative, data=None):
    """Return one form per partner of the initiative, bound to `data` when it is given."""
    if initiative is None:
        return []
    rows = initiative.partnerships.select_related("organization")
    return [PartnerForm(data, partnership=row) for row in rows]


def read_version(text):
    """Return the version the form was opened with; 0, which matches none, when it did not arrive."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text or "") else 0


def read_token(text):
    """Return the token of one entry, or None."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def write(form, rows: Iterable[PartnerForm], *, by, version: int, token: UUID | None) -> Initiative:
    """Write what could be read, in the name of `by`; create the draft when the form has no initiative yet.

    Raises Stale and Refusal (actions), ValidationError (a rule of the whole row).
    """
    if form.initiative is None:
        return _create(form.values(), by, token)
    kept = [row.row() for row in rows]
    return actions.update(
        initiative=form.initiative,
        by=by,
        values=form.values(),
        partners=[row for row in kept if row],
        expected_version=version,
    )


def _create(values, by, token):
    existing = _known(token, by)
    if existing is None:
        try:
            return actions.create_draft(by=by, values=values, token=token)
        except (IntegrityError, ValidationError):
            existing = _known(token, by)  # the same form, posted twice at the same instant
            if existing is None:
                raise
    if not changed(existing, values):
        return existing
    if existing.version != 1:
        raise Stale(
            "Ce dossier a déjà été enregistré, puis modifié. Comparez avant d’enregistrer de nouveau."
        )
    return actions.update(initiative=existing, by=by, values=values, expected_version=1)


def _known(token, by):
    return Initiative.objects.filter(entry_token=token, created_by=by).first() if token else None


def changed(initiative, values):
    """Return the names of the values that differ from the stored ones."""
    return [name for name, value in values.items() if _plain(value) != _plain(getattr(initiative, name))]


def differences(form, initiative):
    """Return what was typed beside what is stored, for the fields where they differ."""
    values = form.values()
    return [
        Difference(
            label=str(initiative._meta.get_field(name).verbose_name).capitalize(),
            stored=shown(name, getattr(initiative, name)),
            typed=shown(name, values[name]),
        )
        for name in changed(initiative, values)
    ]


def shown(name, value):
    """Return a value of the form as a person reads it."""
    if name in _CHOICES:
        return _CHOICES[name].get(value, "")
    if isinstance(value, date):
        return value.isoformat()
    rows = _rows(value)
    if rows is not None:
        return ", ".join(sorted(str(row) for row in rows))
    return "" if value is None else str(value)


def _rows(value):
    if hasattr(value, "all"):
        return list(value.all())
    return value if isinstance(value, list) else None


def _plain(value):
    rows = _rows(value)
    return {row.pk for row in rows} if rows is not None else value
