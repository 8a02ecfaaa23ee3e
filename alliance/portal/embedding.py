"""The list of initiatives carried on another site: which ones, how many, and the HTML that its owner copies.

The block is a page of ours in a frame: it runs no script and sets no cookie, so nothing follows who reads it there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from alliance.portal.directory import Directory
from alliance.portal.filter_fields import SORTS, PickField, dropped_names
from alliance.portal.filters import FACETS, Active, DirectoryFilter
from alliance.portal.labels import TERRITORY, THEME
from alliance.portal.rows import Row

NUMBER = "nombre"
NUMBERS = {
    "5": 620,
    "3": 470,
    "10": 990,
}  # initiatives shown, the usual number first: height of the frame in pixels
_WITHOUT_MEANING_HERE = (NUMBER, "page", "format")
_DROPPED = "Le nombre demandé n’existe pas\xa0: 5 initiatives sont montrées."
_CHOSEN_BY_LIST = (THEME, TERRITORY)


@dataclass(frozen=True)
class Embedded:
    """What an address asks of the block. What it does not understand is dropped and told, never refused."""

    asked: DirectoryFilter
    number: str
    notices: list[str]

    @property
    def rows(self) -> list[Row]:
        return self.asked.selection.rows(self.asked.sort, 0, int(self.number))

    @property
    def count(self) -> int:
        """Return the number of initiatives of the whole list, shown or not."""
        return self.asked.selection.count

    @property
    def words(self) -> str:
        return self.asked.in_words()

    @property
    def title(self) -> str:
        """Return the name of the frame: « Initiatives contre la pauvreté : thème Logement »."""
        return "Initiatives contre la pauvreté" + (f"\xa0: {self.words}" if self.words else "")

    @property
    def directory_url(self) -> str:
        """Return the same list in the directory, cards and order of the address."""
        return self.asked.address(reverse("portal:directory"), view="fiches")

    @property
    def block_url(self) -> str:
        return self.asked.file(reverse("portal:embed_block"), **self._number)

    @property
    def clear_url(self) -> str:
        path = reverse("portal:embed")
        return f"{path}?{urlencode(self._number)}" if self._number else path

    @property
    def _number(self) -> dict[str, str]:
        return {} if self.number == _usual() else {NUMBER: self.number}

    @property
    def height(self) -> int:
        return NUMBERS[self.number]

    @property
    def code(self) -> str:
        """Return the HTML to copy: a frame that may only open pages, and that tells us nothing of who reads it."""
        return format_html(
            '<iframe src="{}{}" title="{}" width="100%" height="{}" loading="lazy" '
            'sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>',
            settings.SITE_URL,
            self.block_url,
            self.title,
            self.height,
        )

    # The form that chooses ------------------------------------------------------------------------------------

    def options(self, parameter: str) -> list[tuple[str, str, bool]]:
        """Return the choices of a list as (value, words with their count, chosen)."""
        first = self.asked.chosen(parameter)[:1]
        return [
            (one.value, f"{one.label} ({one.count})", (one.value,) == first)
            for one in self.asked.choices(parameter)
        ]

    @property
    def themes(self) -> list[tuple[str, str, bool]]:
        return self.options(THEME)

    @property
    def territories(self) -> list[tuple[str, str, bool]]:
        return self.options(TERRITORY)

    @property
    def numbers(self) -> list[tuple[str, str, bool]]:
        return [(value, value, value == self.number) for value in sorted(NUMBERS, key=int)]

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        return [(value, label, value == self.asked.sort) for value, label in SORTS.items()]

    @property
    def kept(self) -> Iterator[tuple[str, str]]:
        """Return what the address asks beyond the lists of the form: it is kept when the form is sent."""
        if self.asked.words:
            yield "q", self.asked.words
        for name in FACETS:
            yield from ((name, value) for value in self.asked.chosen(name)[name in _CHOSEN_BY_LIST :])

    @cached_property
    def active(self) -> list[Active]:
        """Return the filters in use, each with the address of the same page without it."""
        joined = urlencode(self._number)
        return [
            Active(one.label, f"{one.url}{'&' if '?' in one.url else '?'}{joined}" if joined else one.url)
            for one in self.asked.active(reverse("portal:embed"))
        ]


def _usual() -> str:
    return next(iter(NUMBERS))


def read(data: QueryDict, directory: Directory) -> Embedded:
    """Return what the parameters of an address ask to carry elsewhere: those of the directory, and `nombre`."""
    asked, pick = DirectoryFilter(data, directory=directory), PickField(options=NUMBERS, dropped=_DROPPED)
    number = pick.clean(data.get(NUMBER, ""))
    told = [problem.sentence for problem in asked.problems]
    told += dropped_names(data, {*asked.form.fields, *_WITHOUT_MEANING_HERE})
    return Embedded(asked, number, [*told, *pick.problems])
