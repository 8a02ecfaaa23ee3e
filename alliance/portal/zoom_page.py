"""A Zoom as its page tells it, read in one query and joined with the directory in memory.

Only initiatives of the directory show: what leaves the site leaves the Zoom and its totals at the same instant.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from alliance.lib.aggregates import JsonRows, per_parent
from alliance.lib.dates import period_text
from alliance.lib.text import fold
from alliance.portal.directory import Directory
from alliance.portal.figures.zooms import ToldFigure, ZoomTotals, told_of, zoom_totals
from alliance.portal.labels import Label
from alliance.portal.models import Zoom, ZoomItem, ZoomSection
from alliance.portal.rows import Row
from funding.models import PublishedFigure
from initiatives.choices import PartnerRole, Publication
from initiatives.models import FiscalYear, Period

_CUT = 200  # characters of a summary that the directory keeps
_FIGURE = (
    "code",
    "label",
    "value",
    "unit",
    "precision",
    "wording",
    "source",
    "announced_on",
    "measure",
    "why_not",
)
_SAID = (
    "pk",
    "slug",
    "title",
    "kicker",
    "introduction",
    "starts_on",
    "ends_on",
    "source_note",
    "publication",
    "published_at",
    "is_demo",
)
OTHERS = "Aussi"
HEADERS = (
    "Partie",
    "Numéro",
    "Titre",
    "Ce qu’en dit le Zoom",
    "Thème",
    "Territoire",
    "Porteur",
    "Exercice",
    "Montant",
    "Démonstration",
    "Adresse",
)


@dataclass(frozen=True)
class Piece:
    """A bit of text; `organization` when it is the name of one, which the page shows strong and linked."""

    text: str
    organization: Label | None = None


@dataclass(frozen=True)
class Item:
    """One initiative of a Zoom: its words cut in pieces, and the organizations that they do not name."""

    row: Row
    words: str
    pieces: tuple[Piece, ...]
    others: tuple[tuple[str, Label], ...]


@dataclass(frozen=True)
class Section:
    title: str
    introduction: tuple[tuple[Piece, ...], ...]
    items: tuple[Item, ...]


class ZoomPage:
    """One Zoom, ready to be shown. `values`: what the query below returns for it."""

    def __init__(self, values: dict[str, Any], directory: Directory) -> None:
        for name in _SAID:
            setattr(self, name, values[name])
        self._directory = directory
        self._sections = sorted(values["l_sections"] or ())
        self._items = sorted(values["l_items"] or (), key=lambda row: row[:2])
        self._figures = sorted(values["l_figures"] or (), key=lambda row: row[0])
        self.plan: str = values["l_plan"] or ""
        self.ministry: str = values["l_ministry"] or ""

    @cached_property
    def _rows(self) -> dict[int, Row]:
        asked = {initiative for _, _, _, initiative, _ in self._items}
        return {row.pk: row for row in self._directory.rows if row.pk in asked}

    @cached_property
    def rows(self) -> list[Row]:
        """Return the initiatives that show, in the order of the page."""
        return [item.row for section in self.sections for item in section.items]

    @property
    def hidden(self) -> int:
        """Return how many of its initiatives do not show, because they are not on the site."""
        return len(self._items) - len(self._rows)

    @cached_property
    def organizations(self) -> list[Label]:
        present = self._directory.labels.present
        return list({present(who): None for row in self._rows.values() for _, who in row.partners})

    @cached_property
    def sections(self) -> list[Section]:
        """Return the headings that hold something to show, then what has no heading."""
        by_section: dict[int | None, list[Item]] = {}
        for _, _, section, initiative, words in self._items:
            if initiative in self._rows:
                by_section.setdefault(section, []).append(_item(self._rows[initiative], words))
        told = [
            Section(title, self._paragraphs(text), tuple(by_section[pk]))
            for _, pk, title, text in self._sections
            if pk in by_section
        ]
        loose = by_section.get(None)
        return [*told, Section(OTHERS if told else "", (), tuple(loose))] if loose else told

    @cached_property
    def introduced(self) -> tuple[tuple[Piece, ...], ...]:
        return self._paragraphs(self.introduction)  # type: ignore[attr-defined]

    def _paragraphs(self, text: str) -> tuple[tuple[Piece, ...], ...]:
        return tuple(
            tuple(marked(line, self.organizations)) for line in re.split(r"\n+", text) if line.strip()
        )

    @cached_property
    def totals(self) -> ZoomTotals:
        return zoom_totals(self._directory, list(self._rows.values()))

    @cached_property
    def figures(self) -> list[ToldFigure]:
        figures = [PublishedFigure(**dict(zip(_FIGURE, row[1:], strict=True))) for row in self._figures]
        for figure in figures:
            figure.value = Decimal(str(figure.value))
            figure.announced_on = parse_date(str(figure.announced_on)) if figure.announced_on else None
        return told_of(figures, self.totals)

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of its file, in the order of the page; an unknown amount is an empty cell."""
        for section in self.sections:
            for item in section.items:
                row = item.row
                yield (
                    section.title,
                    row.number,
                    row.title,
                    item.words,
                    row.theme.name,
                    row.place,
                    row.lead,
                    row.year,
                    row.amount,
                    row.is_demo,
                    f"{settings.SITE_URL}{row.url}",
                )

    @property
    def count(self) -> int:
        return len(self._rows)

    @property
    def url(self) -> str:
        return f"/zoom/{self.slug}/"  # type: ignore[attr-defined]

    @property
    def period(self) -> str:
        """Return « du 1er mars 2020 au 30 juin 2020 », or nothing when one of the days is not said."""
        start: date | None = self.starts_on  # type: ignore[attr-defined]
        end: date | None = self.ends_on  # type: ignore[attr-defined]
        return period_text(start, end) if start and end else ""

    def mail_url(self, address: str) -> str:
        """Return the link that opens a message with the title and the address of the page."""
        query = urlencode({"subject": self.title, "body": address}).replace("+", "%20")  # type: ignore[attr-defined]
        return f"mailto:?{query}"


def _item(row: Row, words: str) -> Item:
    text = words or (f"{row.summary}…" if len(row.summary) >= _CUT else row.summary)
    who = dict.fromkeys(label for _, label in row.partners)
    pieces = tuple(marked(text, who))
    named = {piece.organization for piece in pieces}
    others = {label: PartnerRole(role).label for role, label in reversed(row.partners) if label not in named}
    return Item(row, text, pieces, tuple((role, label) for label, role in reversed(others.items())))


def marked(text: str, organizations: Iterable[Label]) -> Iterator[Piece]:
    """Yield `text` in pieces, the first mention of each organization apart; case, accents and articles do not matter."""
    plain, places = _folded(text)
    found: list[tuple[int, int, Label]] = []
    for label in sorted(organizations, key=lambda each: -len(each.name)):
        span = _span(plain, label)
        if span and not any(span[0] < end and start < span[1] for start, end, _ in found):
            found.append((*span, label))
    at = 0
    for start, end, label in sorted(found, key=lambda each: each[0]):
        if places[start] > at:
            yield Piece(text[at : places[start]])
        yield Piece(text[places[start] : places[end]], label)
        at = places[end]
    if at < len(text):
        yield Piece(text[at:])


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the text folded letter by letter, with the place in `text` of each folded letter, and of the end."""
    plain, places = [], []
    for at, letter in enumerate(text):
        for each in fold(letter):
            plain.append(each)
            places.append(at)
    return "".join(plain), [*places, len(text)]


def _span(plain: str, label: Label) -> tuple[int, int] | None:
    """Return where a folded text names an organization, alone (not inside a word), or None."""
    found = re.search(rf"(?<![a-z0-9]){re.escape(fold(label.name))}(?![a-z0-9])", plain)
    return found.span() if found else None


def _query() -> QuerySet:
    figures = Zoom.figures.through.objects.all()
    year = FiscalYear.objects.filter(initiatives__zoom_items__zoom=OuterRef("pk")).order_by("starts_on")
    period = Period.objects.filter(
        starts_on__lte=OuterRef("l_from"), ends_on__gte=OuterRef("l_from")
    ).order_by("starts_on")
    return Zoom.objects.annotate(
        l_from=Coalesce("starts_on", Subquery(year.values("starts_on")[:1])),
        l_sections=per_parent(
            ZoomSection.objects.all(), "zoom", JsonRows("order", "pk", "title", "introduction")
        ),
        l_items=per_parent(
            ZoomItem.objects.all(), "zoom", JsonRows("order", "pk", "section", "initiative", "words")
        ),
        l_figures=per_parent(
            figures, "zoom", JsonRows("publishedfigure", *(f"publishedfigure__{name}" for name in _FIGURE))
        ),
        l_plan=Subquery(period.values("plan_name")[:1]),
        l_ministry=Subquery(period.values("ministry_name")[:1]),
    ).values(*_SAID, "l_sections", "l_items", "l_figures", "l_plan", "l_ministry")


def find(slug: str, directory: Directory) -> ZoomPage | None:
    """Return a published Zoom (one query), or None: a draft is unknown, whoever asks."""
    values = _query().filter(slug=slug, publication=Publication.PUBLISHED).first()
    return ZoomPage(values, directory) if values else None


def preview(pk: int, directory: Directory) -> ZoomPage | None:
    """Return a Zoom as its page would show it, published or not. Staff only."""
    values = _query().filter(pk=pk).first()
    return ZoomPage(values, directory) if values else None


def published(directory: Directory) -> list[ZoomPage]:
    """Return the published Zooms, the latest first (one query)."""
    rows = _query().filter(publication=Publication.PUBLISHED).order_by("-published_at", "-pk")
    return [ZoomPage(values, directory) for values in rows]
