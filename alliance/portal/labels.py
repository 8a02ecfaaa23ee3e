"""The names that public pages show beside initiatives: themes, MRCs, municipalities, organizations, years, sources.

All are read by one query (a UNION ALL of small tables), because a page never reads one name at a time.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Case, CharField, F, IntegerField, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf

from alliance.lib.dates import today
from alliance.lib.phones import dialled
from alliance.lib.wording import NO_EQUIVALENTS, Equivalents
from alliance.portal.models import DataVersion, EquivalentWords
from funding.models import FundingSource
from initiatives.models import FiscalYear, Theme, ThemePastSlug
from territories.models import Municipality, Organization, OrganizationAlias, OrganizationPastSlug, Territory

THEME, TERRITORY, MUNICIPALITY, ORGANIZATION = "theme", "territoire", "municipalite", "organisation"
YEAR, SOURCE = "exercice", "source"
_OLD, _ALIAS, _WORDS = "ancien-", "autre-nom", "mots"
_SENTENCES = re.compile(r"(?<=[.?!])\s+")
_PAGES = {
    THEME: "/themes/",
    TERRITORY: "/territoires/",
    MUNICIPALITY: "/municipalites/",
    ORGANIZATION: "/organisations/",
}


@dataclass(frozen=True, slots=True)
class Label:
    """One named thing. `parent` is its MRC, `merged` the one that replaces it (ids, 0 when there is none).

    `order` ranks themes, MRCs and sources; of an organization it says 1 when it is not listed by itself.
    """

    kind: str
    pk: int
    slug: str
    name: str
    order: int = 0
    parent: int = 0
    merged: int = 0
    population: int = 0
    one: str = ""
    two: str = ""
    three: str = ""
    four: str = ""
    five: str = ""

    @property
    def url(self) -> str:
        return f"{_PAGES[self.kind]}{self.slug}/" if self.kind in _PAGES else ""

    @property
    def tone(self) -> str:
        """Colour of a theme."""
        return self.one

    @property
    def mark(self) -> str:
        """Drawing of a theme."""
        return self.two

    @property
    def description(self) -> str:
        """A theme in plain words."""
        return self.three

    @property
    def summary(self) -> str:
        """The first two sentences of a theme's description."""
        return " ".join(_SENTENCES.split(self.description)[:2])

    @property
    def synonyms(self) -> str:
        """The words of people that lead to a theme, separated by commas."""
        return self.four

    @property
    def full_name(self) -> str:
        """« MRC de La Mitis »; the legal name of an organization."""
        return self.four if self.kind == ORGANIZATION else self.one

    @property
    def phone(self) -> str:
        """The public telephone of an MRC, or nothing."""
        return self.four

    @property
    def dial(self) -> str:
        """The address of a link that dials it."""
        return dialled(self.phone)

    @property
    def contact(self) -> str:
        """Whom an MRC says to call, or nothing."""
        return self.five

    @property
    def genitive(self) -> str:
        """« du Kamouraska », after a noun."""
        return self.two

    @property
    def locative(self) -> str:
        """« au Kamouraska », after a verb."""
        return self.three

    @property
    def designation(self) -> str:
        """« Ville », « Paroisse », of a municipality."""
        return self.two

    @property
    def sort_key(self) -> str:
        """Folded name of a municipality or an organization."""
        return self.one

    @property
    def organization_kind(self) -> str:
        return self.two

    @property
    def search_text(self) -> str:
        """Search words of an organization, with its other spellings."""
        return self.three

    @property
    def is_listed(self) -> bool:
        """Say whether an organization is public by itself, even without a published initiative."""
        return self.order == 0

    @property
    def is_fqis(self) -> bool:
        """Say whether the money of a source may be called FQIS."""
        return self.two == "fqis"

    def ended(self, on: date) -> bool:
        """Say whether a municipality no longer exists on a day (its last day is `three`, « 2024-07-31 »)."""
        return bool(self.three) and self.three <= on.isoformat()


@dataclass(frozen=True)
class Labels:
    """Every label, by kind and id; and by kind and address, old addresses included."""

    by_id: dict[str, dict[int, Label]] = field(default_factory=dict)
    by_slug: dict[str, dict[str, Label]] = field(default_factory=dict)
    aliases: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Other names of each organization, by its id."""
    equivalents: Equivalents = NO_EQUIVALENTS

    def all(self, kind: str) -> Iterable[Label]:
        """Return the labels of a kind in their own order, the replaced ones included."""
        return self.by_id.get(kind, {}).values()

    def present(self, label: Label) -> Label:
        """Return the label that stands today for this one (after a merge); at most ten steps are followed."""
        for _ in range(10):
            if not label.merged:
                break
            label = self.by_id[label.kind].get(label.merged, label)
        return label

    def find(self, kind: str, slug: str) -> Label | None:
        """Return the present label of an address, old or new, or None."""
        label = self.by_slug.get(kind, {}).get(slug)
        return self.present(label) if label else None


def version_now() -> Subquery:
    """Return the data's version as a column, so that a row says from which state of the data it was read."""
    return Subquery(DataVersion.objects.filter(pk=1).values("number")[:1], output_field=IntegerField())


def _text(value: str | F) -> Cast:
    return Cast(Value(value) if isinstance(value, str) else value, TextField())


def _number(name: str) -> Coalesce:
    return Coalesce(Cast(F(name), IntegerField()), Value(0))


def _rows(rows: QuerySet, kind: str, **columns: object) -> QuerySet:
    """Return the tuples of one kind, with the same columns for all so that they can be put end to end."""
    blank, zero = _text(""), Cast(Value(0), IntegerField())
    complete = {
        "l_kind": _text(kind),
        "l_slug": _text(F("slug")),
        "l_name": _text(F("name")),
        **dict.fromkeys(("l_order", "l_parent", "l_merged", "l_population"), zero),
        **dict.fromkeys(("l_one", "l_two", "l_three", "l_four", "l_five"), blank),
        **{f"l_{name}": column for name, column in columns.items()},
        "l_version": version_now(),
    }
    names = list(complete)
    return rows.order_by().annotate(**complete).values_list("l_kind", "pk", *names[1:])


def _themes_and_places() -> list[QuerySet]:
    themes = _rows(
        Theme.objects.all(),
        THEME,
        order=_number("order"),
        one=_text(F("tone")),
        two=_text(F("mark")),
        three=_text(F("description")),
        four=_text(F("synonyms")),
    )
    territories = _rows(
        Territory.objects.all(),
        TERRITORY,
        order=_number("order"),
        population=_number("population"),
        one=_text(F("full_name")),
        two=_text(F("genitive")),
        three=_text(F("locative")),
        four=_text(F("contact_phone")),
        five=_text(F("contact_name")),
    )
    municipalities = _rows(
        Municipality.objects.all(),
        MUNICIPALITY,
        parent=_number("territory_id"),
        merged=_number("merged_into_id"),
        population=_number("population"),
        one=_text(F("sort_key")),
        two=_text(F("designation")),
        three=Coalesce(Cast(F("valid_to"), TextField()), _text("")),
    )
    return [themes, territories, municipalities]


def _organizations() -> QuerySet:
    return _rows(
        Organization.objects.all(),
        ORGANIZATION,
        name=Coalesce(NullIf(F("usual_name"), Value("", output_field=CharField())), F("name")),
        order=Case(When(is_active=True, is_listed=True, then=Value(0)), default=Value(1)),
        parent=_number("seat_territory_id"),
        merged=_number("merged_into_id"),
        one=_text(F("sort_key")),
        two=_text(F("kind")),
        three=_text(F("search_text")),
        four=_text(F("name")),
    )


def _words() -> list[QuerySet]:
    """Return the other names of organizations, and the words that people use one for another."""
    aliases = _rows(
        OrganizationAlias.objects.all(), _ALIAS, slug=_text(""), parent=_number("organization_id")
    )
    equivalents = _rows(EquivalentWords.objects.all(), _WORDS, slug=_text(""), name=_text(F("words")))
    return [aliases, equivalents]


def _query() -> QuerySet:
    first, *others = _themes_and_places()
    years = _rows(FiscalYear.objects.all(), YEAR, slug=_text(F("label")), name=_text(F("label")))
    sources = _rows(
        FundingSource.objects.all(),
        SOURCE,
        slug=_text(F("code")),
        name=_text(F("short_name")),
        order=_number("order"),
        two=Case(When(is_fqis=True, then=_text("fqis")), default=_text("")),
    )
    old = [
        _rows(ThemePastSlug.objects.all(), _OLD + THEME, name=_text(""), parent=_number("theme_id")),
        _rows(
            OrganizationPastSlug.objects.all(),
            _OLD + ORGANIZATION,
            name=_text(""),
            parent=_number("organization_id"),
        ),
    ]
    return first.union(*others, _organizations(), years, sources, *old, *_words(), all=True)


def _rank(label: Label) -> tuple[int, str, int]:
    if label.kind in (MUNICIPALITY, ORGANIZATION):
        return (0, label.sort_key, label.pk)
    return (label.order, label.slug, label.pk)


def _as_of(label: Label, day: date) -> Label:
    """Return the label as it stands on a day: a merge announced for later has not taken place."""
    if label.kind == MUNICIPALITY and label.merged and not label.ended(day):
        return replace(label, merged=0)
    return label


def read() -> tuple[Labels, int | None]:
    """Read all labels (one query); return them with the data's version they were read from (None when empty)."""
    rows = list(_query())
    labels = sorted((_as_of(Label(*row[:-1]), today()) for row in rows), key=_rank)
    by_id: dict[str, dict[int, Label]] = {}
    by_slug: dict[str, dict[str, Label]] = {}
    for label in labels:
        if not label.kind.startswith((_OLD, _ALIAS, _WORDS)):
            by_id.setdefault(label.kind, {})[label.pk] = label
            by_slug.setdefault(label.kind, {})[label.slug] = label
    for label in labels:
        if label.kind.startswith(_OLD):
            kind = label.kind.removeprefix(_OLD)
            by_slug.setdefault(kind, {}).setdefault(label.slug, by_id[kind][label.parent])
    equivalents = Equivalents(label.name for label in labels if label.kind == _WORDS)
    return Labels(by_id, by_slug, _aliases(labels), equivalents), (rows[0][-1] if rows else None)


def _aliases(labels: Iterable[Label]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    for label in labels:
        if label.kind == _ALIAS:
            found[label.parent].append(label.name)
    return {organization: tuple(names) for organization, names in found.items()}
