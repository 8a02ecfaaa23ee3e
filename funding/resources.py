"""File of the contributions of partners. An empty amount stays unknown; the portal's own money is never read here."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from alliance.lib.cells import ChoiceCell, LineCell, NumberCell, OneOfCell, YesNoCell, money_cell
from alliance.lib.resources import Column, FileResource
from funding import actions
from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives.models import FiscalYear
from initiatives.resources import InitiativeCell
from territories.resources import OrganizationCell


class ContributionResource(FileResource):
    """A row is known by its initiative, organization, fiscal year and nature, then by its words."""

    title = "Contributions"
    keys = ("Initiative",)
    related = ("initiative", "organization", "fiscal_year")

    initiative = Column("initiative", "Initiative", InitiativeCell())
    title_ = Column("initiative__title", "Titre", LineCell(), shown_only=True)
    organization = Column("organization", "Organisation", OrganizationCell())
    fiscal_year = Column(
        "fiscal_year", "Exercice", OneOfCell(FiscalYear, "Exercice", shown="label", names=())
    )
    kind = Column("kind", "Nature", ChoiceCell(ContributionKind.choices))
    amount = Column("amount", "Montant", money_cell())
    hours = Column("hours", "Heures", NumberCell(1_000_000))
    is_public = Column("is_public", "Argent public", YesNoCell(required=True))
    is_confirmed = Column("is_confirmed", "Confirmée", YesNoCell(required=True))
    note = Column("note", "Précision", LineCell())
    is_demo = Column(
        "is_demo", "Démonstration", YesNoCell(empty=False), fixed="Un fichier ne change pas cette marque."
    )

    class Meta:
        model = Contribution
        fields = (
            "initiative",
            "title_",
            "organization",
            "fiscal_year",
            "kind",
            "amount",
            "hours",
            "is_public",
            "is_confirmed",
            "note",
            "is_demo",
        )

    def find(self, row: Mapping[str, Any]) -> Contribution | None:
        read = {name: self._read(name, row) for name in ("initiative", "organization", "fiscal_year", "kind")}
        if read["initiative"] is None:
            raise ValidationError({"Initiative": "Inscrivez le numéro de l’initiative."})
        if not read["kind"]:
            raise ValidationError({"Nature": "Inscrivez la nature de la contribution."})
        same = list(Contribution.objects.select_related(*self.related).filter(**read).order_by("pk"))
        worded = [each for each in same if each.note == self._read("note", row)]
        fresh = [each for each in worded or same if each.pk not in self.seen]
        if worded and not fresh:
            line = self.seen[worded[0].pk]
            raise ValidationError({"Initiative": f"Cette ligne reprend la ligne {line} du fichier."})
        told = (self._read("amount", row), self._read("hours", row))
        exact = [each for each in fresh if (each.amount, each.hours) == told]
        return (exact or fresh or [None])[0]

    def _read(self, name: str, row: Mapping[str, Any]) -> Any:
        column = self.fields[name]
        try:
            return column.read(row.get(column.column_name, ""))
        except ValidationError as error:
            raise ValidationError({column.column_name: error.messages}) from None

    def write(self, instance: Contribution, values: Mapping[str, Any], *, by: Any) -> Contribution:
        for name, value in values.items():
            setattr(instance, name, value)
        return actions.record_contribution(contribution=instance, by=by)
