"""Files for accounting: each movement of a period, each instalment, or each change of the envelopes, with the totals
that the screens say."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from alliance.lib.dates import DateFormField
from alliance.lib.money import ZERO
from alliance.lib.tabular import csv_text, xlsx_bytes
from alliance.portal import admin_year_money as money
from funding import ledger
from funding.choices import DisbursementMove
from funding.models import (
    Allocation,
    AllocationMovement,
    Commitment,
    CommitmentMovement,
    Disbursement,
    DisbursementMovement,
    EnvelopeMovement,
)
from initiatives.choices import PartnerRole
from initiatives.models import FiscalYear, Initiative, Partnership

MOVEMENTS, INSTALMENTS, ENVELOPES = "mouvements", "versements", "enveloppes"
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PLACE = ("Ligne", "Exercice", "Enveloppe", "Source")
MOVEMENT_HEADERS = (
    *("Date", "Registre", "Type", "Numéro", "Initiative", "Organisation payée"),
    *_PLACE,
    *(
        "Affecté",
        "Engagé",
        "Versé",
        "Référence",
        "Résolution",
        "Raison",
        "Par",
        "Inscrit le",
        "Démonstration",
    ),
)
INSTALMENT_HEADERS = (
    *("Prévu le", "Versement", "Numéro", "Initiative", "Organisation payée"),
    *_PLACE,
    *(
        "Condition",
        "État",
        "Montant",
        "Versé",
        "Récupéré",
        "Versé net",
        "Versé le",
        "Référence",
        "Démonstration",
    ),
)
ENVELOPE_HEADERS = (
    *("Date", "Type", "Enveloppe", "Source", "Montant"),
    *("Résolution", "Raison", "Par", "Inscrit le", "Démonstration"),
)
_MANY_YEARS = "Une enveloppe couvre plusieurs exercices : choisissez « Tous les exercices », ou des dates."


class FileForm(forms.Form):
    """What the file holds: movements, instalments or envelopes, of a fiscal year or of all, between two days."""

    contenu = forms.ChoiceField(
        label="Contenu",
        choices=[
            (MOVEMENTS, "Les mouvements des lignes, des engagements et des versements"),
            (INSTALMENTS, "Les versements et leur état"),
            (ENVELOPES, "Les mouvements des enveloppes"),
        ],
        initial=MOVEMENTS,
    )
    exercice = forms.ModelChoiceField(
        FiscalYear.objects.order_by("-starts_on"),
        label="Exercice",
        to_field_name="label",
        required=False,
        empty_label="Tous les exercices",
        error_messages={"invalid_choice": "Choisissez un exercice de la liste."},
    )
    du = DateFormField(label="Du", required=False, help_text="Facultatif.")
    au = DateFormField(label="Au", required=False, help_text="Facultatif, ce jour compris.")

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("du"), cleaned.get("au")
        if first and last and last < first:
            self.add_error("au", "La date de fin doit suivre la date de début.")
        if cleaned.get("contenu") == ENVELOPES and cleaned.get("exercice"):
            self.add_error("exercice", _MANY_YEARS)
        return cleaned


@dataclass(frozen=True)
class File:
    """A table for accounting: its headers, its rows, and the totals of its columns of dollars."""

    name: str
    headers: tuple[str, ...]
    rows: list[list[Any]]

    @property
    def totals(self) -> list[tuple[str, Decimal]]:
        dollars = ("Affecté", "Engagé", "Versé", "Récupéré", "Versé net", "Montant")
        columns = [(name, self.headers.index(name)) for name in dollars if name in self.headers]
        return [(name, ledger.total(row[index] for row in self.rows)) for name, index in columns]


def file_of(asked: dict[str, Any]) -> File:
    """Return the file that the answers of `FileForm` describe, in date order, in a fixed number of queries."""
    year = asked.get("exercice")
    name = f"{asked['contenu']}-{year.label if year else 'tous'}"
    between = _between(asked, "due_on" if asked["contenu"] == INSTALMENTS else "on")
    if asked["contenu"] == INSTALMENTS:
        return File(name, INSTALMENT_HEADERS, list(_instalments(year, between)))
    if asked["contenu"] == ENVELOPES:
        return File(name, ENVELOPE_HEADERS, list(_envelopes(between)))
    rows = [*_allocated(year, between), *_committed(year, between), *_paid(year, between)]
    return File(name, MOVEMENT_HEADERS, sorted(rows, key=lambda row: (row[0], row[-2])))


def _between(asked: dict[str, Any], day: str) -> Q:
    wanted = {f"{day}__gte": asked.get("du"), f"{day}__lte": asked.get("au")}
    return Q(**{lookup: value for lookup, value in wanted.items() if value})


def _of(year: FiscalYear | None, prefix: str) -> Q:
    return Q(**{f"{prefix}fiscal_year": year}) if year else Q()


def _place(line: Allocation) -> list[Any]:
    return [line.line_name, str(line.fiscal_year), str(line.envelope), str(line.envelope.source)]


def _file(initiative: Initiative) -> list[Any]:
    payee = money.payee_of(initiative.payees)  # type: ignore[attr-defined]  # prefetched
    return [initiative.number or "", str(initiative), str(payee or "")]


def _lines(prefix: str) -> list[str]:
    return [f"{prefix}{name}" for name in ("territory", "fiscal_year", "envelope__source")]


def _payees(prefix: str) -> Prefetch:
    roles = (PartnerRole.LEAD, PartnerRole.FIDUCIARY)
    rows = Partnership.objects.filter(role__in=roles).select_related("organization")
    return Prefetch(f"{prefix}initiative__partnerships", rows, to_attr="payees")


def _envelopes(between: Q) -> Iterator[list[Any]]:
    """Yield what agreements gave to the envelopes or took back; none belongs to a fiscal year."""
    rows = EnvelopeMovement.objects.filter(between).select_related("by", "envelope__source")
    for row in rows.order_by("on", "created_at", "pk"):
        first = [row.on, row.get_kind_display(), str(row.envelope), str(row.envelope.source), row.amount]
        yield [*first, *_told(row, "")[1:]]


def _told(movement: Any, reference: str) -> list[Any]:
    return [
        reference,
        movement.resolution,
        movement.reason,
        str(movement.by),
        movement.created_at,
        movement.is_demo,
    ]


def _allocated(year: FiscalYear | None, between: Q) -> Iterator[list[Any]]:
    rows = AllocationMovement.objects.filter(between, _of(year, "allocation__"))
    for row in rows.select_related("by", *_lines("allocation__")):
        first = [row.on, "Affecté", row.get_kind_display(), "", "", ""]
        yield [*first, *_place(row.allocation), row.amount, None, None, *_told(row, "")]


def _promise(commitment: Commitment) -> list[Any]:
    return [*_file(commitment.initiative), *_place(commitment.allocation)]


def _committed(year: FiscalYear | None, between: Q) -> Iterator[list[Any]]:
    rows = CommitmentMovement.objects.filter(between, _of(year, "commitment__allocation__"))
    related = ("by", "commitment__initiative", *_lines("commitment__allocation__"))
    for row in rows.select_related(*related).prefetch_related(_payees("commitment__")):
        first = [row.on, "Engagé", row.get_kind_display(), *_promise(row.commitment)]
        yield [*first, None, row.amount, None, *_told(row, "")]


def _paid(year: FiscalYear | None, between: Q) -> Iterator[list[Any]]:
    """Yield what was paid and what came back; a condition met or a cancelled instalment moves no dollar."""
    rows = DisbursementMovement.objects.filter(
        between, _of(year, "disbursement__commitment__allocation__"), kind__in=DisbursementMove.paying
    )
    promise = "disbursement__commitment__"
    related = ("by", f"{promise}initiative", *_lines(f"{promise}allocation__"))
    for row in rows.select_related(*related).prefetch_related(_payees(promise)):
        first = [row.on, "Versé", row.get_kind_display(), *_promise(row.disbursement.commitment)]
        yield [*first, None, None, row.amount, *_told(row, row.reference)]


def _instalments(year: FiscalYear | None, between: Q) -> Iterator[list[Any]]:
    rows = Disbursement.objects.filter(between, _of(year, "commitment__allocation__"))
    paid = DisbursementMovement.objects.filter(kind=DisbursementMove.PAID)
    rows = rows.prefetch_related(Prefetch("movements", paid, to_attr="payments"))
    for payment in money.payments(rows):
        due, row = payment.due, payment.due.disbursement
        first = [row.due_on, row.rank, *_file(payment.initiative), *_place(payment.line)]
        state = [row.get_condition_display(), due.state.label, due.amount]
        when = [(each.on, each.reference) for each in row.payments] or [(None, "")]
        net = due.paid - due.recovered
        yield [*first, *state, due.paid or ZERO, due.recovered, net, *when[0], row.is_demo]


class AccountingMixin:
    """Adds `comptabilite/` beside the list of fiscal years: choose, read the totals, download."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.accounting_view)
        return [path("comptabilite/", view, name="initiatives_fiscalyear_accounting"), *super().get_urls()]

    def accounting_view(self, request):
        """Show what the file would hold, with its totals; `format=csv` or `xlsx` downloads it. Nothing is written."""
        if not request.user.has_perm("funding.export_disbursement"):
            raise PermissionDenied
        form = FileForm({"contenu": MOVEMENTS} | request.GET.dict())
        found = file_of(form.cleaned_data) if form.is_valid() else None
        if found and (kind := request.GET.get("format")) in FORMATS:
            return _download(found, kind)
        query = request.GET.copy()
        query.pop("format", None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Fichiers pour la comptabilité",
            "form": form,
            "found": found,
            "query": query.urlencode(),
        }
        status = 200 if form.is_valid() else 422
        return TemplateResponse(request, "admin/accounting.html", context, status=status)


def _download(found: File, kind: str) -> HttpResponse:
    if kind == "csv":
        content = csv_text(found.headers, found.rows, dialect="excel-fr").encode()
    else:
        content = xlsx_bytes(found.name, found.headers, found.rows)
    disposition = {"Content-Disposition": f'attachment; filename="comptabilite-{found.name}.{kind}"'}
    return HttpResponse(content, content_type=FORMATS[kind], headers=disposition)
