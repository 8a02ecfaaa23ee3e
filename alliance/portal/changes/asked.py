"""What an address asks to compare: two days, or frozen bilans, and a part of the figures. What is wrong is named and dropped."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError

from alliance.lib.dates import TORONTO, fiscal_bounds, fiscal_start, long_date, parse_date, today
from alliance.lib.text import clean_line
from alliance.portal import labels as names
from alliance.portal.changes.explanation import ALL, FQIS, REGIONAL, Scope
from alliance.portal.labels import Label, Labels
from alliance.portal.models import BilanVersion

_SHOWN = 40
_INSTANT = timedelta(microseconds=1)
_VERSION = re.compile(r"([0-9]{4}-[0-9]{4})\.([0-9]{1,3})")


@dataclass(frozen=True)
class Side:
    """One of the two states compared: an instant, a frozen bilan, or now when it has neither.

    `said` is how a sentence names it: « le 1er avril 2026 », « la version 1 du bilan 2021-2022 », « aujourd’hui ».
    """

    said: str
    moment: datetime | None = None
    version: BilanVersion | None = None


@dataclass(frozen=True)
class Asked:
    """What was understood of an address, and what was not (`problems`, sentences). `day_from` and `day_to` fill the form."""

    before: Side
    after: Side
    scope: Scope
    problems: tuple[str, ...]
    day_from: date
    day_to: date
    pairs: tuple[tuple[str, str], ...]

    @property
    def by_versions(self) -> bool:
        return self.before.version is not None


class _Reading:
    """Reads one address; collects the sentences about what was dropped and the pairs that were kept."""

    def __init__(self, data: Mapping[str, str], labels: Labels, versions: Sequence[BilanVersion]) -> None:
        self._data, self._labels = data, labels
        self._versions = {f"{one.fiscal_year.label}.{one.number}": one for one in versions}
        self.problems: list[str] = []
        self.pairs: list[tuple[str, str]] = []

    def written(self, name: str) -> str:
        return self._data.get(name, "").strip()

    def _keep(self, name: str, value: str) -> None:
        if self.written(name):
            self.pairs.append((name, value))

    def _dropped(self, what: str, name: str, why: str) -> None:
        shown = _words(self.written(name))
        asked = f"{what} «\xa0{shown}\xa0»" if shown else what
        self.problems.append(f"{asked} a été ignorée\xa0: {why}")

    def _day(self, name: str, what: str) -> date | None:
        if not self.written(name):
            return None
        try:
            day = parse_date(self.written(name))
        except ValidationError as refusal:
            self._dropped(what, name, f"{_lower(refusal.messages[0])}.")
            return None
        if day > today():
            self._dropped(what, name, "elle n’est pas encore arrivée.")
            return None
        return day

    def days(self) -> tuple[date, date]:
        """Return the first and the last day, both included; since the beginning of the fiscal year when no first one is asked."""
        first, last = self._day("du", "La date de début"), self._day("au", "La date de fin")
        if first and first > (last or today()):
            self._dropped("La date de début", "du", "elle vient après la date de fin.")
            first = None
        last = last or today()
        if first:
            self._keep("du", first.isoformat())
        if last != today():
            self._keep("au", last.isoformat())
        return first or fiscal_bounds(fiscal_start(last))[0], last

    def versions(self) -> tuple[BilanVersion | None, BilanVersion | None]:
        """Return the two frozen bilans asked; the second is None to compare with now, the first when days are compared."""
        before = self._version("de", "La version de départ")
        after = self._version("a", "La version d’arrivée")
        if after and not before:
            self._dropped("La version d’arrivée", "a", "la version de départ manque.")
        if before and after and after.published_at < before.published_at:
            self._dropped("La version d’arrivée", "a", "elle est plus ancienne que celle de départ.")
            after = None
        if before and after and after.fiscal_year_id != before.fiscal_year_id:
            self._dropped("La version d’arrivée", "a", "elle est d’un autre exercice.")
            after = None
        if before and (self.written("du") or self.written("au")):
            self.problems.append("Les dates ont été ignorées\xa0: des versions du bilan sont comparées.")
        for name, version in (("de", before), ("a", after if before else None)):
            if version:
                self._keep(name, f"{version.fiscal_year.label}.{version.number}")
        return before, after if before else None

    def _version(self, name: str, what: str) -> BilanVersion | None:
        text = self.written(name)
        if not text:
            return None
        match = _VERSION.fullmatch(text)
        found = self._versions.get(f"{match[1]}.{int(match[2])}") if match else None
        if match is None:
            self._dropped(what, name, "écrivez l’exercice et le numéro, par exemple 2021-2022.1.")
        elif found is None:
            self._dropped(what, name, "ce bilan n’a pas été publié.")
        return found

    def scope(self) -> Scope:
        return Scope(
            year=self._slug("exercice", names.YEAR, "La demande d’exercice"),
            territory=self._place(),
            theme=self._slug("theme", names.THEME, "La demande de thème"),
            money=self._money(),
        )

    def scope_of(self, version: BilanVersion) -> Scope:
        """Return the scope asked within a frozen bilan: its own fiscal year, whatever year is written."""
        asked, year = self.scope(), version.fiscal_year.label
        if asked.year and asked.year != year:
            self._dropped("La demande d’exercice", "exercice", f"cette version est celle de {year}.")
        self.pairs = [pair for pair in self.pairs if pair[0] != "exercice"]
        return replace(asked, year=year)

    def _slug(self, name: str, kind: str, what: str) -> str:
        text = self.written(name).lower()
        if not text:
            return ""
        label = self._labels.find(kind, text)
        if label is None:
            self._dropped(what, name, "le portail ne la connait pas.")
            return ""
        self._keep(name, label.slug)
        return label.slug

    def _place(self) -> str:
        if self.written("territoire").lower() == REGIONAL:
            self._keep("territoire", REGIONAL)
            return REGIONAL
        return self._slug("territoire", names.TERRITORY, "La demande de territoire")

    def _money(self) -> str:
        text = self.written("argent").lower()
        if text and text not in (FQIS, ALL):
            self._dropped("La demande d’argent", "argent", f"écrivez {FQIS} ou {ALL}.")
            return FQIS
        if text:
            self._keep("argent", text)
        return text or FQIS


def read(data: Mapping[str, str], labels: Labels, versions: Sequence[BilanVersion]) -> Asked:
    """Read the parameters of an address (`du`, `au`, `de`, `a`, `exercice`, `territoire`, `theme`, `argent`)."""
    reading = _Reading(data, labels, versions)
    old, new = reading.versions()
    first, last = (fiscal_bounds(fiscal_start(today()))[0], today()) if old else reading.days()
    if old:
        before, after = _frozen(old), _frozen(new) if new else _now()
    else:
        before, after = _opening(first), _closing(last)
    scope = reading.scope_of(old) if old else reading.scope()
    return Asked(before, after, scope, tuple(reading.problems), first, last, tuple(reading.pairs))


def _opening(day: date) -> Side:
    """Return the state just before a day begins: what happens on that day is told."""
    midnight = datetime.combine(day, time(), TORONTO)
    return Side(f"le {long_date(day)}", midnight - _INSTANT)


def _closing(day: date) -> Side:
    """Return the state at the end of a day; now, for today."""
    if day >= today():
        return _now()
    midnight = datetime.combine(day + timedelta(days=1), time(), TORONTO)
    return Side(f"le {long_date(day)}", midnight - _INSTANT)


def _frozen(version: BilanVersion) -> Side:
    return Side(
        f"la version {version.number} du bilan {version.fiscal_year.label}",
        version=version,
    )


def _now() -> Side:
    return Side("aujourd’hui")


def _words(value: str) -> str:
    """Return what was typed, short enough and clean enough to be shown again."""
    try:
        text = clean_line(value)
    except ValidationError:
        return ""
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def name_of(labels: Labels, kind: str, slug: str) -> str:
    """Return the name shown for an address of a theme, an MRC or a fiscal year; itself when it is no longer known."""
    label: Label | None = labels.find(kind, slug)
    return label.name if label else slug
