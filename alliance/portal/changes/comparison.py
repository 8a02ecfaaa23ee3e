"""The two states that an address asks for, explained and put in words.

The title and the address of an initiative are those of today: one that is not published today keeps its number alone,
even when a past day or a frozen bilan still knows its title.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from alliance.lib.money import ZERO
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.changes.asked import Asked, Side, name_of
from alliance.portal.changes.explanation import (
    ALL,
    REGIONAL,
    Change,
    Effect,
    Explanation,
    Kind,
    KindTotal,
    explain,
    together,
)
from alliance.portal.changes.facts import Fact, Facts, facts_of, from_json
from alliance.portal.changes.past import facts_at
from alliance.portal.directory import Directory
from alliance.portal.labels import Labels
from alliance.portal.models import BilanVersion
from initiatives.choices import Continuity

OFF_SITE = "retirée du site"
_ONE = {
    Kind.ADDED: "ajoutée,ajoutées",
    Kind.WITHDRAWN: "retirée,retirées",
    Kind.AMENDED: "modifiée,modifiées",
    Kind.RECLASSIFIED: "reclassée,reclassées",
}
_MEANING = {
    Kind.ADDED: "Publiées entre les deux moments.",
    Kind.WITHDRAWN: "Comptées au départ, absentes du site à l’arrivée.",
    Kind.AMENDED: "Leur montant a changé\xa0: argent ajouté, repris ou libéré.",
    Kind.RECLASSIFIED: "Elles ont changé de thème, de MRC, d’exercice, de ligne ou de «\xa0nouvelle\xa0» à «\xa0prolongée\xa0».",
}


def signed(value: object, text: str) -> str:
    """Return « +12 500 $ », « −500 $ » or « 0 $ »."""
    return f"+{text}" if value > 0 else text  # type: ignore[operator]


@dataclass(frozen=True)
class Line:
    """One initiative of the table. `title` and `url` are blank when it is not published today."""

    change: Change
    title: str
    url: str
    note: str

    @property
    def number(self) -> str:
        return self.change.number

    @property
    def dollars(self) -> str:
        return _signed_dollars(self.change.effect)

    @property
    def count(self) -> str:
        return _signed_count(self.change.effect)

    @property
    def had(self) -> str:
        return _known(self.change.before, self.change.had)

    @property
    def has(self) -> str:
        return _known(self.change.after, self.change.has)


@dataclass(frozen=True)
class Group:
    """The initiatives of one kind, the greatest effects first, and their effect together."""

    total: KindTotal
    lines: tuple[Line, ...]

    @property
    def label(self) -> str:
        return self.total.kind.label

    @property
    def slug(self) -> str:
        return self.total.kind.value

    @property
    def meaning(self) -> str:
        return _MEANING[self.total.kind]

    @property
    def number(self) -> int:
        return len(self.total.changes)

    @property
    def said(self) -> str:
        """« 3 ajoutées »."""
        return pluriel(self.number, _ONE[self.total.kind])

    @property
    def had(self) -> str:
        return montant(together(change.had for change in self.total.changes).dollars)

    @property
    def has(self) -> str:
        return montant(together(change.has for change in self.total.changes).dollars)

    @property
    def dollars(self) -> str:
        return _signed_dollars(self.total.effect)

    @property
    def count(self) -> str:
        return _signed_count(self.total.effect)


@dataclass(frozen=True)
class Comparison:
    """What the page and its file say: the same rows, the same totals."""

    asked: Asked
    explanation: Explanation
    directory: Directory

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        shown = {row.number: row for row in self.directory.rows}
        return tuple(
            Group(total, tuple(self._line(change, shown) for change in _greatest_first(total.changes)))
            for total in self.explanation.by_kind
        )

    def _line(self, change: Change, shown: Mapping) -> Line:
        row = shown.get(change.number)
        if row is None:
            return Line(change, "", "", OFF_SITE)
        return Line(change, row.title, row.url, note_of(change, self.directory.labels))

    @property
    def money(self) -> str:
        return "le montant accordé" if self.asked.scope.money == ALL else "le montant accordé du FQIS"

    @property
    def place(self) -> str:
        """Return the part of the figures looked at: « 2025-2026 · La Mitis · Logement », or an empty text."""
        labels, scope = self.directory.labels, self.asked.scope
        territory = "Régional" if scope.territory == REGIONAL else scope.territory
        parts = (
            f"exercice {scope.year}" if scope.year else "",
            territory and name_of(labels, names.TERRITORY, territory),
            scope.theme and name_of(labels, names.THEME, scope.theme),
        )
        return " · ".join(filter(None, parts))

    @property
    def period(self) -> str:
        """« Du 1er avril 2026 au 22 novembre 2026 », « De la version 1 du bilan 2021-2022 à aujourd’hui »."""
        before, after = self.asked.before.said, self.asked.after.said
        start = f"Du {before.removeprefix('le ')}" if before.startswith("le ") else f"De {before}"
        end = f"au {after.removeprefix('le ')}" if after.startswith("le ") else f"à {after}"
        return f"{start} {end}"

    @property
    def dollars_sentence(self) -> str:
        """« Du … au …, le montant accordé du FQIS passe de X à Y : +Z, soit +A (3 ajoutées), −B (1 retirée)… »."""
        moved = self.explanation
        start, end = montant(moved.before.dollars), montant(moved.after.dollars)
        return self._told(self.money, start, end, _signed_dollars(moved.difference), "dollars")

    @property
    def count_sentence(self) -> str:
        moved = self.explanation
        start, end = nombre(moved.before.count), nombre(moved.after.count)
        return self._told("le nombre d’initiatives", start, end, _signed_count(moved.difference), "count")

    def _told(self, what: str, start: str, end: str, difference: str, measure: str) -> str:
        if not self.explanation.changes:
            return f"{self.period}, {what} ne change pas\xa0: {end}."
        parts = [f"{getattr(group, measure)} ({group.said})" for group in self.groups]
        return f"{self.period}, {what} passe de {start} à {end}\xa0: {difference}, soit {_and(parts)}."

    @property
    def difference(self) -> tuple[str, str]:
        """Return the signed difference in dollars and in number of initiatives."""
        return _signed_dollars(self.explanation.difference), _signed_count(self.explanation.difference)


def compare(asked: Asked, directory: Directory) -> Comparison:
    """Read the two states and explain the difference; the history is read once for each past day asked."""
    frozen = _contents(asked)
    before, after = (_facts(side, directory, frozen) for side in (asked.before, asked.after))
    return Comparison(asked, explain(before, after, asked.scope), directory)


def _contents(asked: Asked) -> dict[int, list]:
    """Return what the frozen bilans asked hold of the initiatives, by id (one query, none for days)."""
    wanted = [side.version.pk for side in (asked.before, asked.after) if side.version]
    if not wanted:
        return {}
    rows = BilanVersion.objects.filter(pk__in=wanted).order_by().values_list("pk", "content")
    return {pk: content["facts"] for pk, content in rows}


def _facts(side: Side, directory: Directory, frozen: Mapping[int, list]) -> Facts:
    if side.version:
        return _renamed(from_json(frozen[side.version.pk]), directory.labels)
    return facts_at(side.moment, directory.labels) if side.moment else facts_of(directory)


def _renamed(facts: Facts, labels: Labels) -> Facts:
    """Return frozen facts with the themes' addresses of today: a renamed theme is no reclassification."""

    def today(slug: str) -> str:
        label = labels.find(names.THEME, slug)
        return label.slug if label else slug

    return {
        number: _with_themes(fact, [today(slug) for slug in fact.themes]) for number, fact in facts.items()
    }


def _with_themes(fact: Fact, themes: list[str]) -> Fact:
    first, *others = themes
    return replace(fact, theme=first, themes=(first, *sorted(others)))


def note_of(change: Change, labels: Labels) -> str:
    """Return in words what an initiative changed besides its dollars; empty for an added or withdrawn one."""
    before, after = change.before, change.after
    if before is None or after is None:
        return ""
    told = [
        _from_to(
            "Thème principal",
            _names(labels, names.THEME, [before.theme]),
            _names(labels, names.THEME, [after.theme]),
        ),
        _from_to(
            "Thèmes", _names(labels, names.THEME, before.themes), _names(labels, names.THEME, after.themes)
        ),
        _from_to("Territoire", _places(before, labels), _places(after, labels)),
        _from_to("Exercices", ", ".join(before.years), ", ".join(after.years)),
        _from_to("Type", Continuity(before.continuity).label, Continuity(after.continuity).label),
        _from_to("Payée par", _payers(before, labels), _payers(after, labels), "aucune ligne"),
    ]
    if told[0]:
        told[1] = ""  # the primary theme is the first of the themes: once is enough
    return " ".join(filter(None, told))


def _from_to(what: str, before: str, after: str, none: str = "aucun") -> str:
    return "" if before == after else f"{what}\xa0: {before or none}, puis {after or none}."


def _names(labels: Labels, kind: str, slugs: Iterable[str]) -> str:
    return ", ".join(name_of(labels, kind, slug) for slug in slugs)


def _places(fact: Fact, labels: Labels) -> str:
    return "toute la région" if fact.regional else _names(labels, names.TERRITORY, fact.territories)


def _payers(fact: Fact, labels: Labels) -> str:
    """Return which lines pay something, without their dollars: « La Mitis 2025-2026 »."""
    paying = [paid for paid in fact.payments if paid.dollars]
    return ", ".join(
        f"{name_of(labels, names.TERRITORY, paid.territory) if paid.territory else 'ligne régionale'} {paid.year}"
        for paid in paying
    )


def _greatest_first(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda one: (-abs(one.effect.dollars), -abs(one.effect.count), one.number))


def _signed_dollars(effect: Effect) -> str:
    return signed(effect.dollars, montant(effect.dollars + ZERO))


def _signed_count(effect: Effect) -> str:
    return signed(effect.count, nombre(effect.count))


def known(fact: Fact | None, effect: Effect) -> Decimal | None:
    """Return the dollars an initiative counts for, None when no amount of it was ever entered: unknown is not zero."""
    return effect.dollars if fact and fact.payments else None


def _known(fact: Fact | None, effect: Effect) -> str:
    return montant(known(fact, effect)) if fact else "—"


def _and(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} et {parts[-1]}"
