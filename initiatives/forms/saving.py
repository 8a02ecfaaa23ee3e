"""Saves what could be read of a page of the form, and says what differs when somebody else saved meanwhile."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django import forms

from alliance.lib.forms import LineFormField
from alliance.lib.money import format_amount
from initiatives import actions
from initiatives.actions import Details
from initiatives.choices import BudgetNature, BudgetOrigin, Continuity, EntryMode, Scope, State
from initiatives.forms.entry import MARK_OF_END, EntryForm
from initiatives.forms.rows import KINDS, Table, stored_rows
from initiatives.models import Initiative
from initiatives.sections import KEPT_BY_ANSWERS, QUESTIONS

_CHOICES = {
    "scope": dict(Scope.choices),
    "continuity": dict(Continuity.choices),
    "origin": dict(BudgetOrigin.choices),
    "nature": dict(BudgetNature.choices),
}
_YES_NO = {True: "Oui", False: "Non"}


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


@dataclass
class Entry:
    """One page of the form, as it is stored or as it arrived."""

    form: EntryForm
    tables: dict[str, Table] = field(default_factory=dict)
    partners: list[PartnerForm] | None = None

    @property
    def initiative(self):
        return self.form.initiative

    @property
    def refused(self):
        """Say whether something of the page could not be read."""
        rows = [*self.tables.values(), *(self.partners or [])]
        return bool(self.form.errors) or any(row.errors for row in rows)

    def details(self):
        """Return what to write beside the initiative; tables only when the whole page arrived."""
        whole = MARK_OF_END in self.form.data
        rows = {code: table.rows() if whole else None for code, table in self.tables.items()}
        return Details(answers=self.form.answers(), **rows)

    def errors(self):
        """Return the first sentence of each refused control, by its name."""
        found = {name: str(errors[0]) for name, errors in self.form.errors.items()}
        rows = [*(self.partners or []), *(row for table in self.tables.values() for row in table.forms)]
        for row in rows:
            if row.is_bound:
                found |= {row.add_prefix(name): str(errors[0]) for name, errors in row.errors.items()}
        return found


def entry_of(codes, *, user, initiative, data=None, lines=None):
    """Return the page that asks the questions `codes`, bound to `data` when something was posted."""
    form = EntryForm(data, codes=codes, user=user, initiative=initiative)
    tables = {
        code: Table(code, initiative, data, lines=(lines or {}).get(code, 0))
        for code in codes
        if code in KINDS
    }
    entry = Entry(form, tables, partner_forms(initiative, data) if "partners" in codes else None)
    if data is not None:
        form.full_clean()
        for row in entry.partners or []:
            row.full_clean()
        for table in tables.values():
            if table.too_many:
                form.add_error(None, table.too_many)
    return entry


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


def write(entry: Entry, *, by, version: int) -> Initiative:
    """Write what could be read, in the name of `by`. Raises Stale and Refusal (actions), ValidationError."""
    mode = entry.initiative.entry_mode
    # A draft that an agent fills in here is asked for what the form requires, whatever door it came through.
    is_direct = mode == EntryMode.DIRECT and entry.initiative.state == State.DRAFT and not by.is_staff
    kept = None if entry.partners is None else [row.row() for row in entry.partners]
    return actions.update(
        initiative=entry.initiative,
        by=by,
        values=entry.form.values(),
        partners=None if kept is None else [row for row in kept if row],
        details=entry.details(),
        expected_version=version,
        entry_mode=EntryMode.FORM if is_direct or mode == EntryMode.QUICK else None,
    )


def changed(initiative, values):
    """Return the names of the values that differ from the stored ones."""
    return [name for name, value in values.items() if _plain(value) != _plain(_held(initiative, name))]


def differences(entry, initiative):
    """Return what was typed beside what is stored, for the questions where they differ."""
    values = entry.form.values() | entry.form.answers()
    found = [
        Difference(QUESTIONS[name].label, shown(name, _held(initiative, name)), shown(name, values[name]))
        for name in changed(initiative, values)
    ]
    for code, table in entry.tables.items():
        typed = table.rows()
        stored = [_line_of(row, code) for row in stored_rows(code, initiative)]
        if typed is not None and (mine := [_line_of(row, code) for row in typed]) != stored:
            found.append(Difference(QUESTIONS[code].label, "\n".join(stored), "\n".join(mine)))
    return found + _partner_differences(entry, initiative)


def _partner_differences(entry, initiative):
    stored = {row.pk: row.note for row in initiative.partnerships.all()} if entry.partners else {}
    found = []
    for form in entry.partners or []:
        row, held = form.row(), stored.get(form.partnership.pk, "")
        typed = row[2] if row else "Retirer du dossier"
        if typed != held:
            found.append(Difference(str(form.partnership.organization), held, typed))
    return found


def _held(initiative, name):
    if QUESTIONS[name].kept != KEPT_BY_ANSWERS:
        return getattr(initiative, name)
    empty = False if name in ("is_declared", "accepts_publication") else ""
    return getattr(getattr(initiative, "answers", None), name, empty)


def _line_of(row, code):
    """Return a line of a table as one line of text."""
    cells = [shown(name, getattr(row, name)) for name in KINDS[code].base_fields]
    return " · ".join(cell for cell in cells if cell)


def shown(name, value):
    """Return a value of the form as a person reads it."""
    if name in _CHOICES:
        return _CHOICES[name].get(value, "")
    if isinstance(value, bool):
        return _YES_NO[value]
    if isinstance(value, Decimal):
        return format_amount(value)
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
