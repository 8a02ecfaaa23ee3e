"""The Zoom of spring 2020, rebuilt with its own title, headings, words and order; its dollars are announced figures only.

- One line of the text that names several organizations gives one initiative each (« Offices municipaux d’habitation de
  La Mitis et de La Matanie »): 22 initiatives, as in `initiatives.csv`. Linking words that only held two lines together
  are left out; nothing is added.
- The text gives no amount by initiative, so none is shown: 483 000 $ and 189 000 $ stand as they were announced.
- It gives no day either: the Zoom has no dates, only « printemps 2020 ».
"""

from alliance.accounts.models import User
from alliance.portal import zooms
from alliance.portal.models import Zoom, ZoomItem, ZoomSection
from alliance.portal.reference.files import Row, rows, token, words
from funding.models import PublishedFigure
from initiatives.choices import Publication
from initiatives.models import Initiative

_TEXTS = ("title", "kicker", "introduction", "source_note")


def load_zooms(by: User) -> int:
    """Add and publish the missing Zooms; one that stands belongs to who keeps it: not a word, not a line is put back."""
    known = set(Zoom.objects.values_list("slug", flat=True))
    missing = [row for row in rows("zoom_zooms") if row["slug"] not in known]
    for row in missing:
        _load(row, by)
    return len(missing)


def _load(row: Row, by: User) -> None:
    figures = PublishedFigure.objects.filter(code__in=words(row["figures"]))
    values = {name: row[name] for name in _TEXTS}
    zoom = zooms.create(by=by, values=values, figures=figures, slug=row["slug"])
    sections = {
        each["order"]: zooms.save_section(section=_section(zoom, each), by=by)
        for each in rows("zoom_sections")
        if each["zoom"] == row["slug"]
    }
    told = [each for each in rows("zoom_items") if each["zoom"] == row["slug"]]
    keys = {each["initiative"]: token("initiative", each["initiative"]) for each in told}
    published = Initiative.objects.filter(entry_token__in=keys.values(), publication=Publication.PUBLISHED)
    found = {initiative.entry_token: initiative for initiative in published}
    for each in told:
        initiative = found.get(keys[each["initiative"]])
        if initiative:  # one taken off the site before the first run is left out
            item = ZoomItem(
                zoom=zoom,
                section=sections[each["section"]],
                initiative=initiative,
                order=int(each["order"]),
                words=each["words"],
            )
            zooms.save_item(item=item, by=by)
    if zooms.shown_items(zoom):
        zooms.publish(zoom=zoom, by=by)


def _section(zoom: Zoom, row: Row) -> ZoomSection:
    return ZoomSection(
        zoom=zoom, order=int(row["order"]), title=row["title"], introduction=row["introduction"]
    )
