"""Files of territories, municipalities and organizations: columns, natural keys, and who writes them."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance.lib.cells import (
    BlockCell,
    ChoiceCell,
    CodeCell,
    CoordinateCell,
    FieldCell,
    LineCell,
    ManyCell,
    NumberCell,
    OneOfCell,
    YesNoCell,
    address_cell,
    date_cell,
    neq_cell,
    phone_cell,
    slug_key,
    split_list,
    unknown,
)
from alliance.lib.forms import EmailLineField
from alliance.lib.records import save_as
from alliance.lib.resources import Column, FileResource
from alliance.lib.text import clean_line, slug_fr, sort_key
from territories import actions
from territories.choices import MunicipalityKind, OrganizationKind
from territories.models import Municipality, Organization, OrganizationAlias, Territory

ADDRESS_IS_FIXED = "L’adresse ne se change pas par un fichier. Laissez celle qui est dans le portail."


def territory_cell() -> OneOfCell:
    return OneOfCell(Territory, "MRC", shown="name", names=("code", "slug", "full_name"))


def municipality_cell() -> OneOfCell:
    return OneOfCell(Municipality, "Municipalité", shown="code", names=("slug", "name"))


class _CodedResource(FileResource):
    """A table whose rows are known by their code."""

    keys = ("Code",)

    def find(self, row: Mapping[str, Any]) -> Any:
        code = self.fields["code"].read(row["Code"])
        if not code:
            raise ValidationError({"Code": "Inscrivez le code."})
        return self._meta.model.objects.filter(code=code).first()

    @transaction.atomic
    def write(self, instance: Any, values: Mapping[str, Any], *, by: Any) -> Any:
        for name, value in values.items():
            setattr(instance, name, value)
        if not instance.pk:
            instance.slug = self._slug(instance)
        save_as(instance, by, exclude=self.derived)
        return instance

    derived: tuple[str, ...] = ()

    def _slug(self, instance: Any) -> str:
        base = slug_fr(instance.name, fallback=instance.code)
        taken = self._meta.model.objects.filter(slug=base).exists()
        return f"{base}-{instance.code}" if taken else base


class TerritoryResource(_CodedResource):
    title = "MRC"

    code = Column("code", "Code", CodeCell(2))
    name = Column("name", "Nom", LineCell())
    full_name = Column("full_name", "Nom complet", LineCell())
    genitive = Column("genitive", "Complément", LineCell())
    locative = Column("locative", "Lieu", LineCell())
    slug = Column("slug", "Adresse", LineCell(), fixed=ADDRESS_IS_FIXED)
    seat = Column("seat", "Chef-lieu", LineCell())
    order = Column("order", "Ordre d’ouest en est", NumberCell(32_000))
    code_mamh = Column("code_mamh", "Code MAMH", LineCell())
    code_statcan = Column("code_statcan", "Division de recensement", LineCell())
    population = Column("population", "Population", NumberCell())
    population_year = Column("population_year", "Année de la population", NumberCell(2100))
    is_active = Column("is_active", "Active", YesNoCell(required=True))

    class Meta:
        model = Territory
        fields = (
            "code",
            "name",
            "full_name",
            "genitive",
            "locative",
            "slug",
            "seat",
            "order",
            "code_mamh",
            "code_statcan",
            "population",
            "population_year",
            "is_active",
        )


class MunicipalityResource(_CodedResource):
    title = "Municipalités"
    related = ("territory", "merged_into")
    derived = ("sort_key",)

    code = Column("code", "Code", CodeCell(5))
    name = Column("name", "Nom", LineCell())
    designation = Column("designation", "Désignation", LineCell())
    kind = Column("kind", "Type", ChoiceCell(MunicipalityKind.choices))
    territory = Column("territory", "MRC", territory_cell())
    slug = Column("slug", "Adresse", LineCell(), fixed=ADDRESS_IS_FIXED)
    population = Column("population", "Population", NumberCell())
    population_year = Column("population_year", "Année de la population", NumberCell(2100))
    latitude = Column("latitude", "Latitude", CoordinateCell())
    longitude = Column("longitude", "Longitude", CoordinateCell())
    website = Column("website", "Site Web", address_cell())
    valid_from = Column("valid_from", "Existe depuis le", date_cell())
    valid_to = Column("valid_to", "A cessé d’exister le", date_cell())
    merged_into = Column("merged_into", "Regroupée avec", municipality_cell())
    note = Column("note", "Note", LineCell())

    class Meta:
        model = Municipality
        fields = (
            "code",
            "name",
            "designation",
            "kind",
            "territory",
            "slug",
            "population",
            "population_year",
            "latitude",
            "longitude",
            "website",
            "valid_from",
            "valid_to",
            "merged_into",
            "note",
        )


class AliasesCell(LineCell):
    """Other spellings, separated by semicolons; a file adds some, it never removes one."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return sorted({sort_key(name): name for name in split_list(value)}.values(), key=sort_key)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return ""
        own = {sort_key(value.instance.name), sort_key(value.instance.usual_name)}
        return "; ".join(alias.name for alias in value.all() if alias.folded not in own)


class OrganizationResource(FileResource):
    title = "Organisations"
    keys = ("Nom officiel", "Adresse")
    related = ("seat_territory", "seat_municipality", "merged_into")
    prefetched = ("territories_served", "aliases")

    slug = Column("slug", "Adresse", LineCell(), fixed=ADDRESS_IS_FIXED)
    name = Column("name", "Nom officiel", LineCell())
    usual_name = Column("usual_name", "Nom usuel", LineCell())
    aliases = Column("aliases", "Autres noms", AliasesCell())
    kind = Column("kind", "Type", ChoiceCell(OrganizationKind.choices))
    neq = Column("neq", "NEQ", neq_cell())
    has_legal_personality = Column("has_legal_personality", "Personne morale", YesNoCell())
    seat_territory = Column("seat_territory", "MRC du siège", territory_cell())
    seat_municipality = Column("seat_municipality", "Municipalité du siège", municipality_cell())
    territories_served = Column(
        "territories_served", "MRC desservies", ManyCell(territory_cell(), comma=True)
    )
    website = Column("website", "Site Web", address_cell())
    contact_email = Column("contact_email", "Courriel", FieldCell(EmailLineField(required=False), empty=""))
    contact_phone = Column("contact_phone", "Téléphone", phone_cell())
    contact_is_public = Column("contact_is_public", "Coordonnées publiques", YesNoCell(required=True))
    note = Column("note", "Note interne", BlockCell())
    is_active = Column("is_active", "Active", YesNoCell(required=True))
    merged_into = Column(
        "merged_into",
        "Fusionnée avec",
        OneOfCell(Organization, "Organisation", shown="slug", names=()),
        fixed="Une fusion se fait sur la page de l’organisation, jamais par un fichier.",
    )
    is_demo = Column(
        "is_demo", "Démonstration", YesNoCell(empty=False), fixed="Un fichier ne change pas cette marque."
    )

    class Meta:
        model = Organization
        fields = (
            "slug",
            "name",
            "usual_name",
            "aliases",
            "kind",
            "neq",
            "has_legal_personality",
            "seat_territory",
            "seat_municipality",
            "territories_served",
            "website",
            "contact_email",
            "contact_phone",
            "contact_is_public",
            "note",
            "is_active",
            "merged_into",
            "is_demo",
        )

    def find(self, row: Mapping[str, Any]) -> Organization | None:
        """By the address when there is one, else by any known spelling of the name."""
        if slug := slug_key(row.get("Adresse", "")):
            found = actions.organization_at(slug)
            if found is None:
                sentence = "Aucune organisation n’a cette adresse. Laissez la case vide pour une nouvelle organisation."
                raise ValidationError({"Adresse": sentence})
            return found
        name = clean_line(str(row.get("Nom officiel", "")))
        if not name:
            raise ValidationError({"Nom officiel": "Inscrivez le nom officiel de l’organisation."})
        return actions.find_organization(name)

    def same(self, column: Column, before: Any, after: Any) -> bool:
        if column.attribute == "aliases":
            return {sort_key(name) for name in after} <= {sort_key(name) for name in before}
        if column.attribute == "slug" and before:  # a file older than a new name says the former address
            found = actions.organization_at(after)
            return bool(found and found.slug == before)
        return super().same(column, before, after)

    def write(self, instance: Organization, values: Mapping[str, Any], *, by: Any) -> Organization:
        fields = {name: value for name, value in values.items() if name != "aliases"}
        aliases = values.get("aliases", ())
        for alias in aliases:
            owner = OrganizationAlias.objects.filter(folded=sort_key(alias)).exclude(organization=instance.pk)
            if taken := owner.select_related("organization").first():
                raise ValidationError({"aliases": f"« {alias} » désigne déjà {taken.organization}."})
        if instance.pk:
            return actions.update_organization(organization=instance, by=by, values=fields, aliases=aliases)
        return actions.create_organization(by=by, values=fields, aliases=aliases)


class OrganizationCell(LineCell):
    """A reference to an organization by its address or any spelling of its name; an unknown one is never created."""

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, Organization] = {}
        self._owners: tuple[dict[str, int], dict[str, int]] | None = None

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = clean_line(str(value or ""))
        return self.find(text) if text else None

    def find(self, text: str) -> Organization:
        if text not in self._found:
            found = actions.find_organization(text)
            if found is None:
                names = {
                    sort_key(name): name for name in OrganizationAlias.objects.values_list("name", flat=True)
                }
                raise ValidationError(unknown("Organisation", text, names, names.get))
            self._found[text] = found
        return self._found[text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Return the official name where it leads back to the same organization, else the address."""
        if value is None:
            return None
        if self._owners is None:
            slugs = dict(Organization.objects.values_list("slug", "pk"))
            self._owners = slugs, dict(OrganizationAlias.objects.values_list("folded", "organization"))
        slugs, aliases = self._owners
        owner = slugs.get(slug_fr(value.name), aliases.get(sort_key(value.name)))
        return value.name if owner == value.pk and ";" not in value.name else value.slug
