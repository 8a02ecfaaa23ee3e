"""What a sheet says: help first, then whom to call, the most useful first, cut to what the paper holds.

The rule that chooses (said on the page): what is under way or planned and has a telephone, the nearest place first; then
the organizations of the place with a public telephone. What does not fit, or has no telephone, is counted.
"""

from dataclasses import dataclass
from datetime import date

from alliance.lib.dates import today
from alliance.lib.phones import dialled
from alliance.portal.directory import Directory
from alliance.portal.figures.fridge import left_out, to_call
from alliance.portal.fridge import facts as facts_of
from alliance.portal.fridge.facts import Body, Contact, Easy
from alliance.portal.fridge.subject import Subject, short_address, spoken
from alliance.portal.labels import ORGANIZATION
from alliance.portal.rows import EVERYWHERE, Row
from initiatives.choices import Cost, PartnerRole
from territories.choices import OrganizationKind

PANELS, SLOTS = 3, 5  # the inside of the sheet, folded in three
MOST_ON_SHEET = PANELS * SLOTS
MOST_ON_CARD = 3
COPIES = 8  # cards on a Letter page
_TITLE, _WHAT, _WHERE, _ON_CARD = (
    62,
    84,
    66,
    54,
)  # characters that stay inside their place, in the widest of the fonts


@dataclass(frozen=True)
class Entry:
    """One thing to call: its telephone first."""

    phone: str
    title: str
    what: str
    where: str
    cost: str
    url: str
    verified_on: date | None = None
    is_demo: bool = False

    @property
    def tel(self) -> str:
        """Return the telephone as a link dials it."""
        return dialled(self.phone)

    @property
    def short_title(self) -> str:
        """Return the title beside its telephone, on the two lines of a card."""
        return clipped(self.title, _ON_CARD)


@dataclass(frozen=True)
class Panel:
    """A third of the inside: entries, then as many blank places to write in."""

    entries: tuple[Entry, ...]
    blanks: tuple[int, ...]


@dataclass(frozen=True)
class Sheet:
    subject: Subject
    contacts: tuple[Contact, ...]
    entries: tuple[Entry, ...]
    more: int
    address: str
    as_of: date
    is_demo: bool

    @property
    def contact(self) -> Contact | None:
        """Return whom the MRC of the place says to call; of a theme, nobody alone."""
        return self.contacts[0] if self.contacts and not self.subject.is_theme else None

    @property
    def reachable(self) -> tuple[Contact, ...]:
        """Return the MRCs that give a telephone."""
        return tuple(contact for contact in self.contacts if contact.phone)

    @property
    def panels(self) -> tuple[Panel, ...]:
        cut = [self.entries[start : start + SLOTS] for start in range(0, MOST_ON_SHEET, SLOTS)]
        return tuple(Panel(rows, tuple(range(SLOTS - len(rows)))) for rows in cut)

    @property
    def on_card(self) -> tuple[Entry, ...]:
        return self.entries[:MOST_ON_CARD]

    @property
    def shown_address(self) -> str:
        return spoken(self.address)

    @property
    def verified_on(self) -> date | None:
        """Return the oldest day on which something of the sheet was verified; None unless all of it was."""
        days = [entry.verified_on for entry in self.entries]
        return min(day for day in days if day) if days and all(days) else None


def build(directory: Directory, subject: Subject) -> Sheet:
    """Return the sheet of a municipality, an MRC or a theme, as the data stand today (one query)."""
    found = to_call(directory, subject.label)
    known = facts_of.read(subject, (row.pk for row in found[: facts_of.MOST_READ]))
    callable_rows = [row for row in found if row.pk in known.easy and known.easy[row.pk].phone]
    leads = {label.pk for row in callable_rows for role, label in row.partners if role == PartnerRole.LEAD}
    bodies = [body for body in known.bodies if body.pk not in leads]
    entries = [_of_initiative(row, known.easy[row.pk]) for row in callable_rows]
    entries += _of_bodies(directory, subject, bodies)
    shown = tuple(entries[:MOST_ON_SHEET])
    return Sheet(
        subject=subject,
        contacts=tuple(known.contacts),
        entries=shown,
        more=left_out(len(found) + len(bodies), len(shown)),
        address=short_address(known.code),
        as_of=today(),
        is_demo=any(one.is_demo for one in (*shown, *known.contacts)),
    )


def _of_initiative(row: Row, easy: Easy) -> Entry:
    return Entry(
        phone=easy.phone,
        title=clipped(row.title, _TITLE),
        what=clipped(easy.what or row.summary, _WHAT),
        where=clipped((easy.where or _place(row)).rstrip(" ."), _WHERE),
        cost=_cost(easy),
        url=row.url,
        verified_on=easy.verified_on,
        is_demo=row.is_demo or easy.is_demo,
    )


def _place(row: Row) -> str:
    names = [label.name for label in row.municipalities]
    return ", ".join(names) if names else (EVERYWHERE if row.is_regional else row.place)


def _cost(easy: Easy) -> str:
    """Return « Gratuit », « Payant »… in a word; nothing when it is not known."""
    words = {Cost.FREE: "Gratuit", Cost.PAID: "Payant", Cost.VARIES: "Prix selon votre situation"}
    return words.get(Cost(easy.cost), "") if easy.cost else ""


def _of_bodies(directory: Directory, subject: Subject, bodies: list[Body]) -> list[Entry]:
    """Return the organizations of a place, those seated in the municipality first, then by name."""
    labels = directory.labels.by_id.get(ORGANIZATION, {})
    near = sorted(
        (body for body in bodies if body.pk in labels),
        key=lambda body: (body.where != subject.name, labels[body.pk].sort_key),
    )
    return [
        Entry(
            phone=body.phone,
            title=clipped(body.name, _TITLE),
            what=clipped(OrganizationKind(body.kind).label, _WHAT),
            where=clipped(body.where, _WHERE),
            cost="",
            url=labels[body.pk].url,
            is_demo=body.is_demo,
        )
        for body in near
    ]


def clipped(text: str, most: int) -> str:
    """Return `text` on one line, cut between two words with « … » when it is longer than `most` characters."""
    line = " ".join(text.split(" ")) if "\n" not in text else " ".join(text.split())
    if len(line) <= most:
        return line
    kept = line[: most - 1]
    cut = kept[: kept.rindex(" ")] if " " in kept[most // 2 :] else kept
    return cut.rstrip(" ,;:.\xa0«-–") + "…"
