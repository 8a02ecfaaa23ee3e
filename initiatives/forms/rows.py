"""The tables of the form: activities, expenses, sources of money. One line is one small form; an empty line is nothing.

What cannot be read in a cell is refused beside it, and the stored cell of the line of the same name stays.
"""

import re

from django import forms

from alliance.lib.forms import LineFormField
from initiatives.actions import ActivityRow, BudgetRow
from initiatives.actions.answers import MOST_ROWS
from initiatives.choices import BudgetNature, BudgetOrigin, BudgetSide
from initiatives.content import years_of
from initiatives.forms.fields import PickOne
from initiatives.forms.questions import date_field, money_field, text
from territories.models import Organization

FIRST_LINES, BLANK_LINES, MORE_LINES = 4, 2, 5
CONFIRMED = (("", "À préciser"), ("oui", "Oui"), ("non", "Non"))
_OTHER = "Choisissez parmi les réponses offertes"


def _line(label, limit):
    return text(LineFormField, label, limit)


def _pick(label, choices):
    messages = {"invalid_choice": _OTHER}
    return forms.ChoiceField(label=label, choices=choices, required=False, error_messages=messages)


class RowForm(forms.Form):
    """One line. `names` is every cell of the stored row; `ignored` those that do not make a line by themselves."""

    use_required_attribute = False
    hide_optional = True
    ignored: frozenset[str] = frozenset()

    def __init__(self, data=None, *, number, years=(), organizations=(), **kwargs):
        super().__init__(data, **kwargs)
        self.number, self.years = number, years
        if "fiscal_year" in self.fields:
            self.fields["fiscal_year"].offer(years)
            if len(years) < 2:
                del self.fields["fiscal_year"]
        if "organization" in self.fields:
            self.fields["organization"].offer(organizations)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, ligne {number}"

    def is_blank(self):
        """Say whether nothing was typed in this line."""
        cells = (name for name in self.fields if name not in self.ignored)
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in cells)

    def cells(self, stored):
        """Return the cells to write; a refused one keeps that of the `stored` row, when there is one."""
        return {name: self.cleaned_data.get(name, getattr(stored, name, None)) for name in self.fields}

    def holds(self, stored):
        """Say whether the line, read whole, is the `stored` row as it was."""
        initial = _initial(stored)
        cells = {name: getattr(value, "pk", value) for name, value in self.cleaned_data.items()}
        return all((cells[name] or "") == (initial[name] or "") for name in self.fields)

    def is_named(self, stored):
        """Say whether the line may be the `stored` row: the same label, or one that could not be read at its place."""
        label = self.cleaned_data.get("label")
        return label == stored.label if label is not None else stored.position == self.number


class ActivityForm(RowForm):
    label = _line("Activité", 300)
    responsible = _line("Responsable", 200)
    starts_on = date_field("Début")
    ends_on = date_field("Fin")

    def clean(self):
        start, end = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", f"La date de fin doit suivre la date de début ({start.isoformat()})")

    def row(self, stored):
        cells = self.cells(stored)
        if cells["starts_on"] and cells["ends_on"] and cells["ends_on"] < cells["starts_on"]:
            cells["ends_on"] = None
        return ActivityRow(
            **{**cells, "label": cells["label"] or "", "responsible": cells["responsible"] or ""}
        )


class BudgetForm(RowForm):
    def row(self, stored):
        cells = {name: value for name, value in self.cells(stored).items() if value is not None}
        if "fiscal_year" not in self.fields and self.years:
            cells["fiscal_year"] = self.years[0]
        share = cells.get("fqis_share")
        if share is not None and "amount" in cells and share > cells["amount"]:
            del cells["fqis_share"]
        return BudgetRow(**{"label": "", **cells})


class ExpenseForm(BudgetForm):
    label = _line("Poste", 200)
    amount = money_field("Montant")
    fqis_share = money_field("Part du FQIS")
    fiscal_year = PickOne(label="Exercice", refusal=_OTHER, nothing="À préciser")
    ignored = frozenset({"fiscal_year"})

    def clean(self):
        amount, share = self.cleaned_data.get("amount"), self.cleaned_data.get("fqis_share")
        if amount is not None and share is not None and share > amount:
            self.add_error("fqis_share", "La part du FQIS ne dépasse pas le montant du poste")


class SourceForm(BudgetForm):
    label = _line("Source", 200)
    origin = _pick("Provenance", (("", "À préciser"), *BudgetOrigin.choices))
    organization = PickOne(label="Partenaire du dossier", refusal=_OTHER, nothing="Aucun")
    nature = _pick("Nature", BudgetNature.choices)
    is_confirmed = _pick("Confirmée", CONFIRMED)
    amount = money_field("Montant")
    fiscal_year = PickOne(label="Exercice", refusal=_OTHER, nothing="À préciser")
    ignored = frozenset({"fiscal_year", "nature"})

    def row(self, stored):
        row = super().row(stored)
        confirmed = self.cleaned_data.get("is_confirmed")
        known = {"oui": True, "non": False}.get(confirmed, getattr(stored, "is_confirmed", None))
        return row._replace(
            nature=row.nature or BudgetNature.CASH, is_confirmed=None if confirmed == "" else known
        )


KINDS = {"activities": ActivityForm, "expenses": ExpenseForm, "sources": SourceForm}
_SIDES = {"expenses": BudgetSide.EXPENSE, "sources": BudgetSide.SOURCE}


class Table:
    """The lines of one table: those stored and a few blank ones, or those that arrived in `data`."""

    def __init__(self, code, initiative, data=None, *, lines=0):
        self.code, self.kind = code, KINDS[code]
        self.stored = stored_rows(code, initiative)
        self.offered = _offered(code, initiative, self.stored)
        self.arrived = data is not None and code in data
        self.forms = self._bound(data) if self.arrived else self._blank(lines)
        self.too_many = f"Un tableau compte au plus {MOST_ROWS} lignes." if self._over() else ""

    @property
    def errors(self):
        return bool(self.too_many) or any(form.errors for form in self.forms if form.is_bound)

    @property
    def headings(self):
        return [field.label for field in self.forms[0].fields.values()]

    def rows(self):
        """Return the lines to write, blank ones left out, or None when the table did not arrive."""
        if not self.arrived or self.too_many:
            return None
        kept = [form for form in self.forms if not form.is_blank()]
        held = self._held(kept)
        return [form.row(held.get(form.number)) for form in kept]

    def _held(self, kept):
        """Return the stored row of each line that has a refused cell, by its number.

        Several lines may bear one label: those that are read whole take theirs first, then the rank decides.
        """
        left, found = dict(enumerate(self.stored, 1)), {}
        for form in kept:
            if not form.errors:
                left.pop(_rank(form, left, form.holds), None)
        for form in kept:
            if form.errors and (rank := _rank(form, left, form.is_named)):
                found[form.number] = left.pop(rank)
        return found

    def _over(self):
        return self.arrived and sum(not form.is_blank() for form in self.forms) > MOST_ROWS

    def _form(self, index, **kwargs):
        form = self.kind(prefix=f"{self.code}-{index}", number=index + 1, **self.offered, **kwargs)
        if form.is_bound:
            form.full_clean()
        return form

    def _bound(self, data):
        found = re.compile(rf"{self.code}-([0-9]{{1,3}})-[a-z_]+")
        indexes = sorted({int(match[1]) for name in data if (match := found.fullmatch(name))})
        return [self._form(index, data=data) for index in indexes] or self._blank(0)

    def _blank(self, lines):
        count = min(MOST_ROWS, max(FIRST_LINES, lines, len(self.stored) + BLANK_LINES))
        known = [_initial(row) for row in self.stored]
        known += [{}] * (count - len(known))
        return [self._form(index, initial=initial) for index, initial in enumerate(known)]


def stored_rows(code, initiative):
    """Return the stored lines of a table."""
    if initiative is None:
        return []
    if code == "activities":
        return list(initiative.activities.all())
    side = _SIDES[code]
    return [row for row in initiative.budget_lines.all() if row.side == side]


def _rank(form, left, suits):
    """Return the rank of the row of `left` that suits the line: the one at its own place, else the first one."""
    ranks = [rank for rank, row in left.items() if suits(row)]
    return form.number if form.number in ranks else next(iter(ranks), None)


def _offered(code, initiative, stored):
    """Return what the lines may choose: an organization that a stored line names stays, even out of the file."""
    if code == "activities" or initiative is None:
        return {}
    partners = initiative.partnerships.select_related("organization") if code == "sources" else ()
    organizations = {row.organization.pk: row.organization for row in partners}
    named = {row.organization_id for row in stored if row.organization_id} - organizations.keys()
    organizations |= Organization.objects.in_bulk(named) if named else {}
    return {
        "years": years_of(initiative),
        "organizations": list(organizations.values()),
    }


def _initial(row):
    initial = {
        name: getattr(row, name, None) for name in _CELLS if name not in ("organization", "fiscal_year")
    }
    initial["organization"] = getattr(row, "organization_id", None) or ""
    initial["fiscal_year"] = getattr(row, "fiscal_year_id", None) or ""
    initial["is_confirmed"] = {True: "oui", False: "non"}.get(initial["is_confirmed"], "")
    return initial


_CELLS = sorted({name for kind in KINDS.values() for name in kind.base_fields})
