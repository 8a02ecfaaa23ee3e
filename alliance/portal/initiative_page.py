"""Everything the page of one initiative says, from an allow-list of public fields, in three queries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alliance.lib.dates import long_date, period_text
from alliance.lib.money import NBSP, UNPUBLISHED, ZERO, format_amount, quantize
from alliance.lib.templatetags.francais import nombre, pluriel
from alliance.lib.text import lower_first
from alliance.portal.figures.helping import Call
from alliance.portal.initiative_calls import calls_of, territories_called
from alliance.portal.initiative_query import near, one
from alliance.portal.initiative_steps import milestones
from alliance.portal.labels import MUNICIPALITY, ORGANIZATION, TERRITORY, THEME, Label
from alliance.portal.payments import origin
from alliance.portal.rows import EVERYWHERE
from alliance.portal.still import announced, doubt, public_state
from funding import ledger
from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives.choices import (
    PUBLIC_SCOPE,
    Cost,
    PartnerRole,
    Publication,
    PublicState,
    Scope,
)
from initiatives.models import (
    Initiative,
    InitiativePastSlug,
)
from initiatives.reporting import shown_count

UNSAID = "non précisé par la source"
_MOST_NAMED = 2  # partners named in the first sentence
_TEXTS = (
    "title",
    "summary",
    "target_note",
    "quantity_note",
    "citizen_participation",
    "source_note",
)
_PUBLIC = (
    "number",
    "slug",
    "scope",
    "state",
    "starts_on",
    "ends_on",
    "expected_reach",
    "actual_reach",
    "continuity",
    "verified_on",
    "published_at",
    "updated_at",
    "is_demo",
)


@dataclass(frozen=True)
class Partner:
    role: str
    label: str
    organization: Label
    note: str


@dataclass(frozen=True)
class Share:
    """What one partner brings; `amount` in dollars, None when it is not published."""

    organization: str
    url: str
    kind: str
    year: str
    amount: Decimal | None
    is_confirmed: bool
    note: str


@dataclass(frozen=True)
class Related:
    """Another initiative, and why it is shown here: « même thème (Alimentation), à La Mitis »."""

    title: str
    slug: str
    number: str
    why: str


class Page:
    """One published initiative, ready to be shown. Built by `find`; fields not listed above never reach it."""

    def __init__(self, values: dict[str, Any]) -> None:
        for name in (*_PUBLIC, *_TEXTS):
            setattr(self, name, values[name])
        self.pk: int = values["pk"]
        self.scope_label = PUBLIC_SCOPE[Scope(values["scope"])]
        self.plan_label: str = values["plan_node__label"] or ""
        primary = values["primary_theme__slug"]
        self.themes = sorted(_labels(THEME, values["l_themes"]), key=lambda theme: theme.slug != primary)
        self.territories = _labels(TERRITORY, values["l_territories"])
        self.municipalities = _labels(MUNICIPALITY, values["l_municipalities"])
        self.years: list[str] = sorted(label for (label,) in values["l_years"] or ())
        names = [name for _, name in sorted(values["l_groups"] or ())]
        self.groups = [*names[:1], *map(lower_first, names[1:])]
        self.partners = _partners(values["l_partners"])
        self.public_state = public_state(values["state"], self.ends_on, self.years)
        self.doubt = doubt(self.public_state, self.ends_on, self.years)
        self.calls = self._calls(values)
        self.shares = _shares(values["l_shares"])
        self.milestones = milestones(values)
        self.continues = _link(values["continues__title"], values["continues__slug"], values)
        self.continued_by = [Label("", 0, slug, title) for title, slug in sorted(values["l_sequels"] or ())]
        self.awards = ledger.awards_of(Initiative(pk=self.pk))
        self.awarded = None if values["awarded"] is None else quantize(values["awarded"])
        self.awarded_fqis = quantize(values["awarded_fqis"])
        self.brought = ledger.partners_of(
            Contribution(kind=kind, amount=amount) for kind, amount in self._natures(values)
        )
        self.cost = ledger.total([self.awarded, self.brought.known])
        self.story = _story(values["l_stories"])
        self.has_easy: bool = values["easy__cost"] is not None
        self.price = self._price(values)
        self.related = _related(values, self)

    @staticmethod
    def _natures(values: dict[str, Any]) -> list[tuple[str, Decimal | None]]:
        return [(row[1], dollars(row[3])) for row in values["l_shares"] or ()]

    def _calls(self, values: dict[str, Any]) -> list[Call]:
        """Return whom to call: once it ended, or its period is over, nobody is sent to who carried it."""
        if self.has_ended or self.doubt:
            return territories_called(values["scope"], values["l_territories"])
        return calls_of(values)

    def _price(self, values: dict[str, Any]) -> str:
        """Return what a person pays, in the words of the short version; "" when there is none, or nothing to ask any more."""
        if not self.has_easy or self.has_ended or self.doubt:
            return ""
        if values["easy__cost"] == Cost.UNKNOWN:
            return values["easy__cost_note"] or "Demandez en appelant."
        return " ".join(filter(None, (Cost(values["easy__cost"]).label, values["easy__cost_note"])))

    @property
    def has_ended(self) -> bool:
        return self.public_state == PublicState.DONE

    @property
    def people_reached(self) -> str:
        """Return how many people were reached, in words; one to four are « moins de cinq », nobody can be recognized."""
        return shown_count(self.actual_reach, nombre(self.actual_reach))

    @property
    def is_regional(self) -> bool:
        return self.scope == Scope.REGIONAL

    @property
    def serves_people(self) -> bool:
        """Say whether it names the people that it is for: then help stands first on its page."""
        return bool(self.groups or self.target_note)

    @property
    def unknown_amounts(self) -> int:
        """Return how many amounts of the whole are not published: the award, and contributions."""
        return self.brought.unknown + (self.awarded is None)

    @property
    def shares_text(self) -> str:
        """Return what partners bring, « au moins » when an amount is unknown, « montant non publié » when all are."""
        if self.brought.unknown == len(self.shares):
            return UNPUBLISHED
        return f"{'au moins ' if self.brought.unknown else ''}{format_amount(self.brought.known)}"

    @property
    def call_title(self) -> str:
        """Return the heading over whom to call; one that ended sends nobody to what is no longer there."""
        if self.has_ended:
            return "Cette initiative est terminée. Besoin d’aide maintenant?"
        if self.doubt:
            return "Cette initiative est peut-être terminée. Besoin d’aide maintenant?"
        return "" if self.serves_people else "Qui appeler"

    @property
    def cost_text(self) -> str:
        """« 12 500 $ », « au moins 12 500 $ » when another amount is unknown, « montant non publié » when all are."""
        amounts = 1 + len(self.shares)
        if self.unknown_amounts == amounts:
            return UNPUBLISHED
        return f"{'au moins ' if self.unknown_amounts else ''}{format_amount(self.cost)}"

    @property
    def lead(self) -> Partner | None:
        return next((partner for partner in self.partners if partner.role == PartnerRole.LEAD), None)

    @property
    def place(self) -> str:
        return EVERYWHERE if self.is_regional else ", ".join(territory.name for territory in self.territories)

    @property
    def period(self) -> str:
        """« du 1er avril 2021 au 31 mars 2022 », or the fiscal years when the days are not known."""
        if self.starts_on and self.ends_on:
            return period_text(self.starts_on, self.ends_on)
        if self.years:
            noun = "pendant l’exercice" if len(self.years) == 1 else "pendant les exercices"
            return f"{noun} {' et '.join(self.years)}"
        return "période non précisée par la source" if self.source_note else "période non publiée"

    @property
    def origin(self) -> str:
        """Return what follows the amount; « FQIS » is said only of what FQIS sources pay."""
        return origin(
            self.awarded or ZERO, self.awarded_fqis, (award.source.short_name for award in self.awards)
        )

    @property
    def sentence(self) -> str:
        """Say state, period, partners and amount in one sentence (features.md row 15)."""
        who = f"portée par {self.lead.organization.name}" if self.lead else ""
        carried = " ".join(part for part in (who, self._along) if part)
        said = (
            [self._unsure] if self.doubt else [f"Initiative {self.public_state.label.lower()}", self.period]
        )
        return f"{', '.join(part for part in (*said, carried, self._money) if part)}."

    @property
    def _unsure(self) -> str:
        """Say when it was to take place, and that nobody confirmed its end: its declared state is not known to be true."""
        if self.starts_on and self.ends_on:
            when = f"prévue {self.period}"
        elif self.ends_on:
            when = f"prévue jusqu’au {long_date(self.ends_on)}"
        else:
            when = announced(self.years)
        return f"Initiative {when} (sa fin n’est pas confirmée)"

    @property
    def _along(self) -> str:
        """« avec A et B », or how many partners when they are more than two."""
        lead = self.lead.organization.slug if self.lead else ""
        names = {each.organization.slug: each.organization.name for each in self.partners}
        others = [name for slug, name in names.items() if slug != lead]
        if len(others) > _MOST_NAMED:
            return f"avec {pluriel(len(others), 'partenaire,partenaires')}"
        return f"avec {' et '.join(others)}" if others else ""

    @property
    def _money(self) -> str:
        if self.awarded is None:
            return "montant accordé non publié"
        if not self.awarded:
            return f"sans argent accordé ({format_amount(ZERO)})"
        return f"financée par {format_amount(self.awarded)} {self.origin}"

    @property
    def natures(self) -> str:
        """Say what is known of each nature when partners bring more than one; nothing when the table says it all."""
        known = (
            ("en argent", self.brought.cash),
            ("en biens et services", self.brought.in_kind),
            ("en heures de bénévolat", self.brought.hours),
        )
        said = [f"{format_amount(amount)} {nature}" for nature, amount in known if amount]
        return f"Dont {', '.join(said)}." if len(said) > 1 else ""

    @property
    def shares_note(self) -> str:
        """Say how many contributions have no published amount."""
        if not self.brought.unknown:
            return ""
        count = pluriel(self.brought.unknown, "contribution a,contributions ont")
        return f"{count} un {UNPUBLISHED}{NBSP}: ce n’est pas zéro."


def _labels(kind: str, rows: list[list[Any]] | None) -> list[Label]:
    """Return labels in order: each row is a rank, an address, a name, then the tone and mark of a theme."""
    ordered = sorted(rows or (), key=lambda row: (row[0], row[1]))
    return [Label(kind, 0, row[1], row[2], one=_at(row, 3), two=_at(row, 4)) for row in ordered]


def _at(row: list[Any], index: int) -> str:
    return row[index] if len(row) > index else ""


def _link(title: str | None, slug: str | None, values: dict[str, Any]) -> Label | None:
    published = values["continues__publication"] == Publication.PUBLISHED
    return Label("", 0, slug or "", title or "") if published else None


def _partners(rows: list[list[Any]] | None) -> list[Partner]:
    found = [
        Partner(role, PartnerRole(role).label, Label(ORGANIZATION, 0, slug, usual or name, one=key), note)
        for role, note, slug, name, usual, key, *_ in rows or ()
    ]
    order = PartnerRole.values
    return sorted(found, key=lambda partner: (order.index(partner.role), partner.organization.sort_key))


def dollars(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _shares(rows: list[list[Any]] | None) -> list[Share]:
    return [
        Share(
            usual or name or "",
            Label(ORGANIZATION, 0, slug, "").url if slug else "",
            ContributionKind(kind).label,
            year or "",
            dollars(amount),
            bool(sure),
            note,
        )
        for _, kind, year, amount, sure, note, name, usual, slug in sorted(rows or (), key=lambda row: row[0])
    ]


def _story(rows: list[list[Any]] | None) -> str:
    """Return the story of the last approved report whose person still agrees, or an empty text."""
    return max(rows, key=lambda row: (str(row[0]), row[1]))[2] if rows else ""


def _related(values: dict[str, Any], page: Page) -> list[Related]:
    return [Related(row["title"], row["slug"], row["number"], _why(row, page)) for row in near(values)]


def _why(row: dict[str, Any], page: Page) -> str:
    """Say what an initiative shares with the one of the page."""
    same_theme = bool(page.themes) and row["primary_theme__slug"] == page.themes[0].slug
    reasons = []
    if row["same_lead"] and page.lead:
        reasons.append(f"aussi portée par {page.lead.organization.name}")
    if same_theme:
        reasons.append(f"même thème ({page.themes[0].name})")
    if row["scope"] == Scope.REGIONAL:
        reasons.append("toute la région")
    elif row["is_here"]:
        reasons.append("dans la même MRC" if len(page.territories) == 1 else "dans une des mêmes MRC")
    return ", ".join(reasons)


def find(slug: str) -> Page | None:
    """Return the page of a published initiative (three queries), or None: drafts are unknown, whoever asks."""
    values = one(slug, *_PUBLIC, *_TEXTS)
    return Page(values) if values else None


def moved_to(slug: str) -> str | None:
    """Return the present address of an initiative that once had this one, if it is published."""
    past = InitiativePastSlug.objects.filter(slug=slug, initiative__publication=Publication.PUBLISHED)
    return past.values_list("initiative__slug", flat=True).first()
