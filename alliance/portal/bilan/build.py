"""Make the document of a fiscal year from the data as they stand."""

from dataclasses import replace

from alliance.lib.dates import today
from alliance.portal.bilan import money, partners, people, sources, words
from alliance.portal.bilan.document import CLOSED, OPEN, PUBLISHED, Document, Section
from alliance.portal.bilan.sources import YearData
from alliance.portal.directory import Directory
from initiatives.models import FiscalYear


def build(year: FiscalYear, directory: Directory) -> Document:
    """Return the bilan of `year` as of today, not published yet (`version` is None).

    Three questions to the database, whatever the number of initiatives: lines, reports, announced figures.
    """
    data = sources.read(year, directory)
    document = Document(
        year=year.label,
        title=f"Bilan {year.label}",
        as_of=today(),
        status=CLOSED if year.closed_at else OPEN,
        version=None,
        sections=(words.highlights(data), *_body(data)),
        has_demo=any(each.is_demo for each in (*data.rows, *data.also, *data.lines)),
    )
    return replace(document, sections=_with_words(document))


def _body(data: YearData) -> tuple[Section, ...]:
    if not data.rows:
        return (money.balances(data), words.nothing(), *words.announced(data.year))
    return (
        money.balances(data),
        partners.partners(data),
        money.themes(data),
        money.territories(data),
        money.matrix(data),
        money.continuity(data),
        people.reached(data),
        people.stories(data),
        people.organizations(data),
        *words.announced(data.year),
        people.initiatives(data),
    )


def _with_words(document: Document) -> tuple[Section, ...]:
    """Return the sections with the paragraph for a release after the highlights, and the method at the end."""
    first, *others = document.sections
    figures = [figure for section in document.sections for figure in section.figures]
    return (first, words.press(document), *others, words.method(figures))


def published(document: Document, *, number: int, note: str) -> Document:
    """Return the document as version `number` keeps it: its paragraph for a release is no longer provisional."""
    kept = replace(document, status=PUBLISHED, version=number, note=note)
    paragraph = words.press(kept)
    sections = (paragraph if section.code == paragraph.code else section for section in document.sections)
    return replace(kept, sections=tuple(sections))
