"""The facts of a sheet that the directory in memory does not hold, read in one query: telephones and short words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from alliance.lib.phones import dialled
from alliance.portal.demo.contacts import NAME as INVENTED
from alliance.portal.fridge.subject import Subject
from initiatives.choices import PartnerRole
from initiatives.models import Initiative, Partnership
from territories.models import Municipality, Organization, Territory

MOST_READ = 2000  # initiatives asked about at once; the nearest ones
_COLUMNS = ("name", "phone", "what", "where", "cost", "note", "on", "demo")


@dataclass(frozen=True)
class Contact:
    """Whom an MRC says to call; `phone` and `email` may be empty. `order` is the MRC's, from west to east."""

    order: int
    name: str
    person: str
    phone: str
    email: str

    @property
    def tel(self) -> str:
        return dialled(self.phone)

    @property
    def is_demo(self) -> bool:
        """Say whether it is the contact that the demonstration gives to an MRC that has none."""
        return self.person == INVENTED


@dataclass(frozen=True)
class Easy:
    """What is known to call about an initiative: its short version, else the public telephone of who carries it.

    `is_demo`: that telephone is the one of an organization of the demonstration.
    """

    phone: str
    what: str
    where: str
    cost: str
    note: str
    verified_on: date | None
    is_demo: bool


@dataclass(frozen=True)
class Body:
    """An organization that may be called."""

    pk: int
    name: str
    phone: str
    kind: str
    where: str
    is_demo: bool


@dataclass
class Facts:
    code: str = ""
    contacts: list[Contact] = field(default_factory=list)
    easy: dict[int, Easy] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)


def _text(value: str | F | Subquery | Coalesce | Case) -> Cast:
    return Cast(Value(value) if isinstance(value, str) else value, TextField())


def _mark(condition: Q | Exists) -> Case:
    """Return « oui » where a condition holds, nothing elsewhere: each database writes a boolean its own way."""
    return Case(When(condition, then=Value("oui")), default=Value(""), output_field=TextField())


def _rows(rows: QuerySet, kind: str, **columns: F | Subquery | Coalesce | Case) -> QuerySet:
    complete = {
        f"f_{name}": Coalesce(_text(columns.get(name, "")), Value("", TextField())) for name in _COLUMNS
    }
    return rows.order_by().annotate(f_kind=_text(kind), **complete).values_list("f_kind", "pk", *complete)


def _initiatives(pks: Iterable[int]) -> QuerySet:
    lead = Partnership.objects.filter(
        initiative=OuterRef("pk"),
        role=PartnerRole.LEAD,
        organization__contact_is_public=True,
        organization__is_active=True,
    )
    carried = Subquery(lead.values("organization__contact_phone")[:1], output_field=CharField())
    own = Coalesce(F("easy__phone"), Value(""), output_field=CharField())
    invented = Exists(lead.filter(organization__is_demo=True))
    return _rows(
        Initiative.objects.published().filter(pk__in=list(pks)),
        "initiative",
        name=carried,
        phone=own,
        what=F("easy__what"),
        where=F("easy__where"),
        cost=F("easy__cost"),
        note=F("easy__cost_note"),
        on=F("verified_on"),
        demo=_mark(invented),
    )


def _organizations(subject: Subject) -> QuerySet:
    """Return the organizations of a place that made their telephone public; a theme has none of its own."""
    open_ones = Organization.objects.active().filter(contact_is_public=True, is_listed=True)
    found = open_ones.exclude(contact_phone="")
    if subject.territory is None:
        found = found.none()
    else:
        served = Organization.territories_served.through.objects.filter(territory=subject.territory.pk)
        near = Q(seat_territory=subject.territory.pk) | Q(pk__in=served.values("organization"))
        found = found.filter(near)
    name = Coalesce(F("usual_name"), F("name"))
    columns = {"name": name, "phone": F("contact_phone"), "what": F("kind"), "note": F("name")}
    columns |= {"demo": _mark(Q(is_demo=True))}
    return _rows(found, "body", where=F("seat_municipality__name"), **columns)


def _contacts(subject: Subject) -> QuerySet:
    """Return whom the MRC says to call; of a theme, whom each MRC says."""
    rows = (
        Territory.objects.all()
        if subject.territory is None
        else Territory.objects.filter(pk=subject.territory.pk)
    )
    return _rows(
        rows,
        "contact",
        name=F("name"),
        phone=F("contact_phone"),
        what=F("contact_name"),
        where=F("contact_email"),
        on=F("code"),
        note=F("order"),
    )


def read(subject: Subject, pks: Iterable[int]) -> Facts:
    """Read everything in one query (a UNION ALL); `pks` are initiatives, at most MOST_READ of them."""
    parts = [_contacts(subject), _initiatives(pks)]
    if subject.territory is not None:
        parts.append(_organizations(subject))
    if subject.is_municipality:
        parts.append(_rows(Municipality.objects.filter(pk=subject.label.pk), "code", name=F("code")))
    first, *others = parts
    facts = Facts(code=subject.label.slug if subject.is_theme else "")
    for row in first.union(*others, all=True):
        _take(facts, subject, row)
    facts.contacts.sort(key=lambda contact: contact.order)
    return facts


def _take(facts: Facts, subject: Subject, row: tuple) -> None:
    kind, pk, name, phone, what, where, cost, note, on, demo = row
    if kind == "contact":
        facts.contacts.append(Contact(int(note or 0), name, what, phone, where))
        if subject.is_territory:
            facts.code = on
    elif kind == "initiative":
        verified = date.fromisoformat(on[:10]) if on else None
        facts.easy[pk] = Easy(
            phone or name, what, where, cost, note, verified, is_demo=bool(demo and not phone)
        )
    elif kind == "body":
        facts.bodies.append(Body(pk, name or note, phone, what, where, is_demo=bool(demo)))
    else:
        facts.code = name
