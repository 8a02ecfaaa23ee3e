"""Pages of a list, from whatever number the address holds: never an error, at worst the nearest page."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from alliance.portal.rows import Row
from alliance.portal.selection import Selection

PER_PAGE = 20
_DIGITS = 9  # beyond, the number is read as « the last page » without converting thousands of digits


@dataclass(frozen=True)
class Asked:
    number: int
    problem: str = ""


def _asked(text: str) -> Asked:
    written = text.strip()
    if not written:
        return Asked(1)
    if not (written.isascii() and written.isdigit()) or not written.strip("0"):
        return Asked(1, "Le numéro de page n’est pas valide\xa0: la première page est affichée.")
    return Asked(int(written) if len(written) <= _DIGITS else 10**_DIGITS)


def page_of(items: object, text: str, *, per_page: int = PER_PAGE) -> tuple[Page, str]:
    """Return the page asked by `text` and a French notice, empty when the number was understood.

    `items` has a length and slices. A number beyond the end gives the last page.
    """
    paginator = Paginator(items, per_page)  # type: ignore[arg-type]
    asked = _asked(text)
    if asked.number > paginator.num_pages:
        notice = (
            f"La page demandée n’existe pas\xa0: la dernière, la page {paginator.num_pages}, est affichée."
        )
        return paginator.page(paginator.num_pages), notice
    return paginator.page(asked.number), asked.problem


class Listed:
    """A selection in one order, sliced by the paginator without building every row."""

    def __init__(self, selection: Selection, order: str) -> None:
        self._selection, self._order = selection, order

    def __len__(self) -> int:
        return self._selection.count

    def __getitem__(self, part: slice) -> list[Row]:
        return self._selection.rows(self._order, part.start, part.stop)
