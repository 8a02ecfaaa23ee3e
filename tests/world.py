"""A small universe for tests: the real eight MRCs, a cast of named people, money on lines, built through the actions.

coordination (CRD) ── decides, publishes, moves money        reader (ministry) ── reads
accounting (CRD) ──── moves money                             administration ──── everything
agent_mitis ───────── La Mitis, La Matapédia                  committee_mitis ─── La Mitis, reads
agent_temis ───────── Témiscouata, Les Basques

envelope 100 000 $ (FQIS) ── 2025-2026 ── La Mitis 30 000 $ · Témiscouata 20 000 $ · Projets régionaux 10 000 $
other_envelope 5 000 $ (not FQIS) ── 2025-2026 ── La Matapédia 4 000 $
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import count

from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.text import slug_fr, sort_key
from funding import actions as funding_actions
from funding.choices import Line
from funding.models import Allocation, Envelope, FundingSource
from initiatives import actions as initiative_actions
from initiatives.choices import PartnerRole, Scope, State
from initiatives.models import FiscalYear, Initiative, Period, TargetGroup, Theme
from territories import actions as territory_actions
from territories.choices import MunicipalityKind, OrganizationKind
from territories.models import Membership, Municipality, Organization, Territory

PASSWORD = "longue phrase de test 2025"
DAY = date(2026, 2, 28)  # the last day of the period of `World.values`
MRCS = [
    ("14", "Kamouraska", "de Kamouraska", "au Kamouraska", "Saint-Pascal", 1),
    ("12", "Rivière-du-Loup", "de Rivière-du-Loup", "dans Rivière-du-Loup", "Rivière-du-Loup", 2),
    ("13", "Témiscouata", "de Témiscouata", "au Témiscouata", "Témiscouata-sur-le-Lac", 3),
    ("11", "Les Basques", "des Basques", "dans Les Basques", "Trois-Pistoles", 4),
    ("10", "Rimouski-Neigette", "de Rimouski-Neigette", "dans Rimouski-Neigette", "Rimouski", 5),
    ("09", "La Mitis", "de La Mitis", "dans La Mitis", "Mont-Joli", 6),
    ("08", "La Matanie", "de La Matanie", "dans La Matanie", "Matane", 7),
    ("07", "La Matapédia", "de La Matapédia", "dans La Matapédia", "Amqui", 8),
]
MUNICIPALITIES = [
    ("09077", "Mont-Joli", "la-mitis"),
    ("09048", "Price", "la-mitis"),
    ("13073", "Témiscouata-sur-le-Lac", "temiscouata"),
    ("07047", "Amqui", "la-matapedia"),
]
THEMES = [
    ("alimentation", "Alimentation", "food", "forest", "bouffe, frigo, panier"),
    ("logement", "Logement", "home", "amber", "loyer, appartement"),
    ("transport", "Transport", "transport", "teal", "autobus, taxi"),
]
_serial = count(1)


@dataclass
class World:
    coordination: User
    second_coordination: User
    accounting: User
    reader: User
    administration: User
    agent_mitis: User
    agent_temis: User
    committee_mitis: User
    territories: dict[str, Territory]
    municipalities: dict[str, Municipality]
    themes: dict[str, Theme]
    years: dict[str, FiscalYear]
    period: Period
    families: TargetGroup
    moisson: Organization
    cdc: Organization
    source: FundingSource
    envelope: Envelope
    other_source: FundingSource
    other_envelope: Envelope
    lines: dict[str, Allocation] = field(default_factory=dict)
    shelf: object = None  # see `tests.kept_world.Shelf`

    def values(self, **changes):
        """Return the content of a complete initiative of La Mitis in food, 2025-2026, with `changes`."""
        values = {
            "title": f"Frigo libre-service {next(_serial)}",
            "summary": "Un frigo ouvert à tout le monde, jour et nuit.",
            "scope": Scope.LOCAL,
            "territories": [self.territories["la-mitis"]],
            "municipalities": [self.municipalities["09077"]],
            "themes": [self.themes["alimentation"]],
            "primary_theme": self.themes["alimentation"],
            "starts_on": date(2025, 5, 1),
            "ends_on": DAY,
            "target_groups": [self.families],
        }
        return values | changes

    def initiative(self, state=State.DRAFT, *, by=None, partners=None, award=None, publish=False, **changes):
        """Return an initiative brought to `state` by the actions; `award` dollars of its line; published or not."""
        if self.shelf:
            shelf, self.shelf = self.shelf, None
            make = partial(
                self.initiative, state, by=by, partners=partners, award=award, publish=publish, **changes
            )
            try:
                return shelf.give(make, state, by, partners, award, publish, changes)
            finally:
                self.shelf = shelf
        partners = [(self.moisson, PartnerRole.LEAD, "")] if partners is None else partners
        by = by or self.agent_mitis
        initiative = initiative_actions.create_draft(by=by, values=self.values(**changes), partners=partners)
        for verb, keywords in PATHS[state]:
            actor = by if verb in ("submit", "withdraw") else self.coordination
            initiative = getattr(initiative_actions, verb)(initiative=initiative, by=actor, **keywords)
        if award is not None:
            self.award(initiative, award)
        if publish:
            initiative = initiative_actions.publish(initiative=initiative, by=self.coordination)
        return initiative

    def published(self, state=State.APPROVED, **changes) -> Initiative:
        return self.initiative(state, publish=True, **changes)

    def many(self, how_many, *, title="Initiative", **changes) -> list[Initiative]:
        """Publish `how_many` initiatives numbered from 00: three by the actions, the others their copies with their links.

        What the actions alone write (history, moves, partners, money) the copies do not have.
        """
        titles = {number: f"{title} {number:02}" for number in range(how_many)}
        made = [self.published(title=titles.pop(number), **changes) for number in range(min(how_many, 3))]
        return made + (_copies(made[0], titles) if titles else [])

    def line_of(self, initiative) -> Allocation:
        territory = initiative.territories.first()
        return self.lines[territory.slug if territory else Line.REGIONAL]

    def award(self, initiative, amount, line=None):
        return funding_actions.award(
            initiative=initiative,
            allocation=line or self.line_of(initiative),
            by=self.coordination,
            amount=Decimal(amount),
            reason="Décision du comité",
        )


def _copies(model, titles):
    """Return a copy of the row `model` with its links for each of the titles by number."""
    rows = []
    for number, title in titles.items():
        row = Initiative.objects.get(pk=model.pk)
        row.pk, row.entry_token = None, None
        row.number, row.slug = f"{model.number}{number:02}", f"{model.slug}-copie-{number}"
        row.title, row.sort_key = title, sort_key(title)
        rows.append(row)
    Initiative.objects.bulk_create(rows)
    for name in ("territories", "municipalities", "themes", "fiscal_years", "target_groups"):
        link = Initiative._meta.get_field(name)
        links = link.remote_field.through
        other = link.m2m_reverse_field_name()
        linked = list(getattr(model, name).all())
        links.objects.bulk_create(links(initiative=row, **{other: each}) for row in rows for each in linked)
    return rows


_TO_REVIEW = [("submit", {}), ("start_review", {})]
PATHS = {
    State.DRAFT: [],
    State.SUBMITTED: _TO_REVIEW[:1],
    State.CHANGES_REQUESTED: [*_TO_REVIEW[:1], ("request_changes", {"note": "Précisez le budget."})],
    State.UNDER_REVIEW: _TO_REVIEW,
    State.APPROVED: [*_TO_REVIEW, ("approve", {})],
    State.DECLINED: [*_TO_REVIEW, ("decline", {"note": "Hors du plan d’action."})],
    State.IN_PROGRESS: [*_TO_REVIEW, ("approve", {}), ("start", {})],
    State.COMPLETED: [*_TO_REVIEW, ("approve", {}), ("start", {}), ("complete", {})],
    State.WITHDRAWN: [("withdraw", {})],
    State.CANCELLED: [*_TO_REVIEW, ("approve", {}), ("cancel", {"note": "Départ de l’équipe."})],
}


def _people():
    def make(name, role):
        return User.objects.create_user(
            f"{name}@exemple.invalid", PASSWORD, full_name=name.replace(".", " ").title(), role=role
        )

    return {
        "coordination": make("coordination", Role.COORDINATION),
        "second_coordination": make("coordination2", Role.COORDINATION),
        "accounting": make("comptabilite", Role.ACCOUNTING),
        "reader": make("lecture", Role.READER),
        "administration": make("administration", Role.ADMINISTRATION),
        "agent_mitis": make("agent.mitis", Role.AGENT),
        "agent_temis": make("agent.temiscouata", Role.AGENT),
        "committee_mitis": make("comite.mitis", Role.COMMITTEE),
    }


def _places():
    territories = {}
    for code, name, genitive, locative, seat, order in MRCS:
        territory = Territory.objects.create(
            code=code,
            name=name,
            full_name=f"MRC {genitive}",
            genitive=genitive,
            locative=locative,
            slug=slug_fr(name),
            seat=seat,
            order=order,
            population=18000 + order,
            population_year=2021,
        )
        territories[territory.slug] = territory
    municipalities = {
        code: Municipality.objects.create(
            code=code,
            name=name,
            kind=MunicipalityKind.MUNICIPALITY,
            slug=slug_fr(name),
            territory=territories[slug],
        )
        for code, name, slug in MUNICIPALITIES
    }
    return territories, municipalities


def _years():
    labels = ("2024-2025", "2025-2026", "2026-2027")
    return {
        label: FiscalYear.objects.create(
            label=label, starts_on=date(int(label[:4]), 4, 1), ends_on=date(int(label[5:]), 3, 31)
        )
        for label in labels
    }


def _themes(period):
    themes = {}
    for order, (slug, name, mark, tone, synonyms) in enumerate(THEMES, 1):
        theme = Theme.objects.create(
            slug=slug,
            name=name,
            order=order,
            mark=mark,
            tone=tone,
            synonyms=synonyms,
            description=f"{name}, en mots simples.",
        )
        theme.periods.set([period])
        themes[slug] = theme
    return themes


def _money(world: World):
    fqis = {"la-mitis": "30000", "temiscouata": "20000", Line.REGIONAL: "10000"}
    _lines(world, world.envelope, "100000", fqis)
    _lines(world, world.other_envelope, "5000", {"la-matapedia": "4000"})


def _lines(world, envelope, total, amounts):
    by = world.coordination
    funding_actions.move_envelope(
        envelope=envelope, by=by, amount=Decimal(total), reason="Entente", on=date(2024, 4, 1)
    )
    for key, amount in amounts.items():
        territory = world.territories.get(key)
        line = Allocation.objects.create(
            envelope=envelope,
            fiscal_year=world.years["2025-2026"],
            line=Line.TERRITORY if territory else Line.REGIONAL,
            territory=territory,
        )
        funding_actions.move_allocation(
            allocation=line, by=by, amount=Decimal(amount), reason="Répartition", on=date(2025, 4, 1)
        )
        world.lines[key] = line


def _envelope(source, period, name):
    return Envelope.objects.create(
        source=source, period=period, name=name, starts_on=period.starts_on, ends_on=period.ends_on
    )


def build() -> World:
    """Create the universe in the test's database."""
    people = _people()
    territories, municipalities = _places()
    period = Period.objects.create(
        slug="2024-2029",
        name="2024-2029",
        plan_name="Mobiliser. Accompagner. Participer.",
        ministry_name="Emploi et Solidarité sociale",
        starts_on=date(2024, 4, 1),
        ends_on=date(2029, 3, 31),
    )
    for user, slugs in (
        (people["agent_mitis"], ("la-mitis", "la-matapedia")),
        (people["agent_temis"], ("temiscouata", "les-basques")),
        (people["committee_mitis"], ("la-mitis",)),
    ):
        for slug in slugs:
            Membership.objects.create(user=user, territory=territories[slug])
    source = FundingSource.objects.create(
        code="fqis-alliances", name="FQIS – Alliances", short_name="FQIS – Alliances"
    )
    other_source = FundingSource.objects.create(
        code="entente-developpement-social",
        name="Entente développement social",
        short_name="Entente développement social",
        is_fqis=False,
        order=1,
    )
    world = World(
        **people,
        territories=territories,
        municipalities=municipalities,
        themes=_themes(period),
        years=_years(),
        period=period,
        families=TargetGroup.objects.create(slug="familles", name="Familles"),
        moisson=_organization(people["coordination"], "Moisson Mitis", territories["la-mitis"]),
        cdc=_organization(people["coordination"], "CDC des Grandes Marées", territories["riviere-du-loup"]),
        source=source,
        envelope=_envelope(source, period, "Entente 2024-2029"),
        other_source=other_source,
        other_envelope=_envelope(other_source, period, "Développement social 2024-2029"),
    )
    _money(world)
    return world


def _organization(by, name, territory):
    return territory_actions.create_organization(
        by=by, values={"name": name, "kind": OrganizationKind.COMMUNITY, "seat_territory": territory}
    )
