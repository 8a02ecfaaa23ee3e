"""The bilans that exist: which years have one, their published versions, and what changed since."""

from dataclasses import dataclass, replace

from django.db.models import QuerySet

from alliance.lib.dates import today
from alliance.portal import changes
from alliance.portal.bilan import sources
from alliance.portal.bilan.build import published
from alliance.portal.bilan.differences import Difference, differences
from alliance.portal.bilan.document import Document, from_json, masked, to_json
from alliance.portal.changes.asked import read as asked
from alliance.portal.changes.comparison import Comparison, compare
from alliance.portal.directory import Directory
from alliance.portal.labels import YEAR
from alliance.portal.models import BilanVersion
from funding.models import Allocation
from initiatives.models import FiscalYear

Content = dict[str, object]


@dataclass(frozen=True)
class Listed:
    """A fiscal year that has something to tell, with its published versions, the last one first."""

    year: FiscalYear
    initiatives: int
    versions: list[BilanVersion]

    @property
    def url(self) -> str:
        return f"/bilan/{self.year.label}/"


def years(directory: Directory) -> list[Listed]:
    """Return the years begun that have initiatives, lines or a published bilan, the latest first (three queries)."""
    of_year: dict[int, list[BilanVersion]] = {}
    for version in _light(BilanVersion.objects.all()):
        of_year.setdefault(version.fiscal_year_id, []).append(version)
    paid = set(Allocation.objects.order_by().values_list("fiscal_year_id", flat=True).distinct())
    counts = directory.masks.get(YEAR, {})
    listed = [
        Listed(year, counts.get(year.label, 0).bit_count(), of_year.get(year.pk, []))
        for year in FiscalYear.objects.filter(starts_on__lte=today())
    ]
    return [each for each in listed if each.initiatives or each.versions or each.year.pk in paid]


def of_year(label: str) -> list[BilanVersion]:
    """Return the published versions of a year without their content, the last one first (one query)."""
    return list(_light(BilanVersion.objects.filter(fiscal_year__label=label)))


def _light(versions: QuerySet[BilanVersion]) -> QuerySet[BilanVersion]:
    return (
        versions.defer("content").select_related("fiscal_year").order_by("-fiscal_year__starts_on", "-number")
    )


def frozen(version: BilanVersion, directory: Directory) -> Document:
    """Return a published bilan as it was; initiatives no longer on the site are not named, nor told the stories
    whose consent was withdrawn (one query)."""
    document = from_json(version.content["document"])
    numbers = {story.number for section in document.sections for story in section.stories}
    return masked(document, {row.number for row in directory.rows}, sources.agreed(numbers))


def content(document: Document, directory: Directory, *, number: int, note: str) -> Content:
    """Return what a version keeps: the document as published and the facts that explain later changes."""
    kept = published(document, number=number, note=note)
    return {"document": to_json(kept), "facts": changes.to_json(changes.facts_of(directory))}


def same(document: Document, version: BilanVersion) -> bool:
    """Say whether a version already says what `document` says, its date, status and remark apart."""
    kept = from_json(version.content["document"])
    return _bare(document) == _bare(kept)


def _bare(document: Document) -> Document:
    """Return the document without what changes from a publication to the next for the same data."""
    sections = tuple(
        section for section in document.sections if section.code != "communique"
    )  # it names the day
    return replace(document, as_of=today(), status="", version=None, note="", sections=sections)


def since(version: BilanVersion, directory: Directory) -> Comparison:
    """Return what changed in the figures of the year since a published version."""
    label = version.fiscal_year.label
    address = {"de": f"{label}.{version.number}", "exercice": label}
    return compare(asked(address, directory.labels, [version]), directory)


def differences_since(version: BilanVersion, now: Document) -> list[Difference]:
    """Return every number of a published version that the bilan of today (`now`) no longer says."""
    return differences(from_json(version.content["document"]), now)


def changes_address(version: BilanVersion) -> str:
    """Return the address that tells those changes one by one."""
    label = version.fiscal_year.label
    return changes.address(version=f"{label}.{version.number}", year=label)


def addresses(directory: Directory) -> dict[str, str]:
    """Return the page of each published initiative, by number."""
    return {row.number: row.url for row in directory.rows}
