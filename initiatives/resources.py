"""File of the initiatives: what describes them. State, publication and amounts are shown, never read.

A new row becomes a draft; the same row imported twice gives one draft.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from import_export.widgets import Widget

from alliance.lib.cells import (
    BlockCell,
    ChoiceCell,
    LineCell,
    ManyCell,
    NumberCell,
    OneOfCell,
    YesNoCell,
    date_cell,
    money_cell,
    slug_key,
    split_list,
)
from alliance.lib.resources import Column, FileResource
from alliance.lib.text import clean_line
from initiatives import actions
from initiatives.choices import Continuity, PartnerRole, Publication, Scope, State
from initiatives.models import FiscalYear, Initiative, TargetGroup, Theme
from territories.resources import OrganizationCell, municipality_cell, territory_cell

_ROWS = uuid.UUID("5d0f3c5e-6a53-4d7e-9a7c-0d5b8f6f2f1a")  # name space of the tokens of imported rows
_FIXED = "Un fichier ne change pas cette colonne. Laissez la valeur qui est dans le portail."
ROLES = {
    "lead": PartnerRole.LEAD,
    "fiduciary": PartnerRole.FIDUCIARY,
    "partners": PartnerRole.PARTNER,
    "funders": PartnerRole.FUNDER,
}


def theme_cell() -> OneOfCell:
    return OneOfCell(Theme, "Thème", shown="slug", names=("name",))


class InitiativeCell(LineCell):
    """A reference to an initiative by its number, or by its address when it has none yet."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = clean_line(str(value or ""))
        if not text:
            return None
        found = Initiative.objects.filter(number=text.upper()).first()
        found = found or Initiative.objects.filter(slug=slug_key(text)).first()
        if found is None:
            raise ValidationError(f"Aucune initiative ne porte le numéro ou l’adresse « {text[:60]} ».")
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return None if value is None else value.number or value.slug


class PartnersCell(Widget):
    """Organizations that hold one role, separated by semicolons."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self.role, self.one = role, OrganizationCell()

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = {self.one.find(name) for name in split_list(value)}
        if self.role in PartnerRole.once and len(found) > 1:
            raise ValidationError("Inscrivez une seule organisation.")
        return sorted(found, key=lambda organization: organization.pk)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return ""
        held = [row.organization for row in value.all() if row.role == self.role]
        return "; ".join(str(self.one.render(organization)) for organization in held)


class PartnersColumn(Column):
    """A column of partners: all four read the same relation, so each is known by its role."""

    def get_value(self, instance: Any) -> Any:
        return instance.partnerships if instance.pk else None


class InitiativeResource(FileResource):
    title = "Initiatives"
    keys = ("Numéro", "Adresse", "Titre")
    related = ("primary_theme", "continues")
    prefetched = (
        "territories",
        "municipalities",
        "themes",
        "target_groups",
        "fiscal_years",
        "partnerships__organization",
    )

    number = Column("number", "Numéro", LineCell(), fixed=_FIXED)
    slug = Column("slug", "Adresse", LineCell(), fixed=_FIXED)
    state = Column("state", "État", ChoiceCell(State.choices), fixed=_FIXED)
    publication = Column("publication", "Publication", ChoiceCell(Publication.choices), fixed=_FIXED)
    title_ = Column("title", "Titre", LineCell())
    summary = Column("summary", "Résumé public", BlockCell())
    description = Column("description", "Description", BlockCell())
    scope = Column("scope", "Portée", ChoiceCell(Scope.choices))
    territories = Column("territories", "MRC", ManyCell(territory_cell(), comma=True))
    municipalities = Column("municipalities", "Municipalités", ManyCell(municipality_cell(), comma=True))
    themes = Column("themes", "Thèmes", ManyCell(theme_cell()))
    primary_theme = Column("primary_theme", "Thème principal", theme_cell())
    target_groups = Column(
        "target_groups",
        "Personnes visées",
        ManyCell(OneOfCell(TargetGroup, "Groupe de personnes", shown="slug", names=("name",))),
    )
    target_note = Column("target_note", "Précision sur les personnes visées", LineCell())
    lead = PartnersColumn("lead", "Porteur", PartnersCell(PartnerRole.LEAD))
    fiduciary = PartnersColumn("fiduciary", "Fiduciaire", PartnersCell(PartnerRole.FIDUCIARY))
    partners = PartnersColumn("partners", "Partenaires", PartnersCell(PartnerRole.PARTNER))
    funders = PartnersColumn("funders", "Bailleurs de fonds", PartnersCell(PartnerRole.FUNDER))
    starts_on = Column("starts_on", "Début", date_cell())
    ends_on = Column("ends_on", "Fin", date_cell())
    fiscal_years = Column(
        "fiscal_years",
        "Exercices",
        ManyCell(OneOfCell(FiscalYear, "Exercice", shown="label", names=()), comma=True),
    )
    continuity = Column(
        "continuity", "Nouvelle ou prolongée", ChoiceCell(Continuity.choices, empty=Continuity.NEW)
    )
    continues = Column("continues", "Prolonge", InitiativeCell())
    expected_reach = Column("expected_reach", "Personnes à rejoindre", NumberCell(1_000_000))
    actual_reach = Column("actual_reach", "Personnes rejointes", NumberCell(1_000_000))
    quantity_note = Column("quantity_note", "Réalisation chiffrée", LineCell())
    citizen_participation = Column("citizen_participation", "Participation des personnes", BlockCell())
    amount_requested = Column("amount_requested", "Montant demandé", money_cell())
    verified_on = Column("verified_on", "Vérifiée le", date_cell())
    source_note = Column("source_note", "Source", LineCell())
    internal_note = Column("internal_note", "Note interne", BlockCell())
    is_demo = Column("is_demo", "Démonstration", YesNoCell(empty=False), fixed=_FIXED)

    class Meta:
        model = Initiative
        fields = (
            "number",
            "slug",
            "state",
            "publication",
            "title_",
            "summary",
            "description",
            "scope",
            "territories",
            "municipalities",
            "themes",
            "primary_theme",
            "target_groups",
            "target_note",
            "lead",
            "fiduciary",
            "partners",
            "funders",
            "starts_on",
            "ends_on",
            "fiscal_years",
            "continuity",
            "continues",
            "expected_reach",
            "actual_reach",
            "quantity_note",
            "citizen_participation",
            "amount_requested",
            "verified_on",
            "source_note",
            "internal_note",
            "is_demo",
        )

    def rows(self) -> Any:
        """Return the initiatives among which a row is looked for."""
        return Initiative.objects.select_related(*self.related)

    def find(self, row: Mapping[str, Any]) -> Initiative | None:
        """By number, else by address; a row without either is the draft it already gave, or a new one."""
        self.already = None
        for header, name, value in (
            ("Numéro", "number", clean_line(str(row.get("Numéro", ""))).upper()),
            ("Adresse", "slug", slug_key(row.get("Adresse", ""))),
        ):
            if value:
                found = self.rows().filter(**{name: value}).first()
                if found is None:
                    sentence = (
                        "Aucune initiative ne correspond. Laissez la case vide pour un nouveau brouillon."
                    )
                    raise ValidationError({header: sentence})
                return found
        self.token = uuid.uuid5(_ROWS, repr([(key, str(cell)) for key, cell in row.items()]))
        if not clean_line(str(row.get("Titre", ""))):
            raise ValidationError({"Titre": "Inscrivez le titre de l’initiative."})
        self.already = Initiative.objects.filter(entry_token=self.token).first()
        return self.already

    def import_instance(self, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        """A row that already gave a draft changes nothing, whatever its agent wrote in it since."""
        if self.already is not None:
            self.values, self.changes = {}, []
            return
        super().import_instance(instance, row, **kwargs)

    def write(self, instance: Initiative, values: Mapping[str, Any], *, by: Any) -> Initiative:
        content = {name: value for name, value in values.items() if name not in ROLES}
        partners = self._partners(instance, values)
        if not instance.pk:
            return actions.create_draft(by=by, values=content, partners=partners or (), token=self.token)
        return actions.update(
            initiative=instance,
            by=by,
            values=content,
            partners=partners,
            expected_version=instance.version,
        )

    def _partners(self, instance: Initiative, values: Mapping[str, Any]) -> list[Any] | None:
        """Return all partners after the import, with the words already written for each; None when none changes."""
        changed = set(ROLES) & set(values)
        if not changed:
            return None
        now = list(instance.partnerships.select_related("organization")) if instance.pk else []
        words = {(row.organization_id, row.role): row.note for row in now}
        replaced = {ROLES[name] for name in changed}
        kept = [(row.organization, row.role, row.note) for row in now if row.role not in replaced]
        return kept + [
            (organization, ROLES[name], words.get((organization.pk, ROLES[name]), ""))
            for name in sorted(changed)
            for organization in values[name]
        ]
