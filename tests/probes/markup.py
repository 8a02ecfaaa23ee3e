"""What the HTML of a page tells by itself: names, headings, references, groups, tables, links. No browser needed."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property

import html5lib

from alliance.lib.text import fold

REFERENCES = (
    "for", "list", "form", "headers", "aria-activedescendant", "aria-controls", "aria-describedby", "aria-details",
    "aria-errormessage", "aria-labelledby", "aria-owns",
)  # fmt: skip
FOCUSABLE = {"button", "input", "select", "textarea", "summary"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SILENT = {"script", "style", "template", "title"}
_UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
_VAGUE = {
    "ici", "cliquez ici", "cliquer ici", "lien", "ce lien", "lire", "lire la suite", "la suite", "suite", "plus",
    "voir", "voir plus", "en savoir plus", "savoir plus", "details", "page", "cette page", "document", "pdf",
}  # fmt: skip
_FORMATS = {
    "pdf": "pdf", "csv": "csv", "xlsx": "excel|xlsx", "docx": "word|docx", "json": "json", "atom": "atom|nouveautes",
    "zip": "zip", "txt": "texte|txt",
}  # fmt: skip
_FILE = re.compile(r"\.(\w+)(?:[?#].*)?$")
_SIZE = re.compile(r"\d\s?(?:o|ko|mo|octets)\b")
_IMAGE_FILE = re.compile(r"\.(png|jpe?g|svg|webp|gif)$")
_DETAILS = {"email": {"email", "username", "off"}, "tel": {"tel", "tel-national", "off"}}


class Page:
    """A parsed page, with its elements in order and the parent of each."""

    def __init__(self, html: str) -> None:
        parser = html5lib.HTMLParser(
            tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=False
        )
        self.root = parser.parse(html)
        self.errors = [f"line {where[0]}: {code}" for where, code, _values in parser.errors]
        self.all = [it for it in self.root.iter() if isinstance(it.tag, str)]
        self.parent = {child: parent for parent in self.all for child in parent}

    def named(self, *tags: str) -> list:
        return [it for it in self.all if it.tag in tags]

    @cached_property
    def by_id(self) -> dict:
        return {it.get("id"): it for it in self.all if it.get("id")}

    def around(self, it) -> Iterator:
        """Yield what holds an element, from the nearest to the root."""
        while (it := self.parent.get(it)) is not None:
            yield it

    def text(self, it) -> str:
        """Return the words of an element that somebody may read or hear."""
        return " ".join("".join(self._words(it)).split())

    def _words(self, it) -> Iterator[str]:
        if it.tag in _SILENT or it.get("aria-hidden") == "true":
            return
        yield it.get("alt", "") if it.tag == "img" else (it.text or "")
        for child in it:
            if isinstance(child.tag, str):
                yield from self._words(child)
            yield child.tail or ""

    def name_given(self, it) -> str:
        """Return the name that ARIA gives: what labels it elsewhere, or its own label."""
        named = [
            self.text(self.by_id[ref]) for ref in it.get("aria-labelledby", "").split() if ref in self.by_id
        ]
        return " ".join(named) or it.get("aria-label", "").strip()

    def name(self, it) -> str:
        """Return the accessible name, near enough: the one given, else its words."""
        return self.name_given(it) or self.text(it)


def said(it) -> str:
    """Return an element as a person finds it in the page."""
    marks = [f'{key}="{it.get(key)}"' for key in ("id", "name", "href", "class") if it.get(key)]
    return f"<{' '.join([it.tag, *marks[:2]])}>"


# One thing each -------------------------------------------------------------------------------------------


def parsed(page: Page) -> Iterator[str]:
    yield from page.errors


def language_and_title(page: Page) -> Iterator[str]:
    if not page.root.get("lang", "").startswith("fr"):
        yield "the page is not said to be in French"
    if not any(it.text and it.text.strip() for it in page.named("title")):
        yield "no title"
    if len(page.named("main")) != 1:
        yield "not one main"


def headings(page: Page) -> Iterator[str]:
    found = [it for it in page.named(*_HEADINGS) if not _of_class(page, it, "error-summary")]
    levels = [int(it.tag[1]) for it in found]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} h1"
    if levels[:1] not in ([], [1]):
        yield f"begins at h{levels[0]}"
    for it, level, before in zip(found[1:], levels[1:], levels, strict=False):
        if level > before + 1:
            yield f"h{before} then h{level}: {page.text(it)}"
    yield from (f"empty {it.tag}" for it in found if not page.text(it))


def _of_class(page: Page, it, name: str) -> bool:
    return any(name in each.get("class", "").split() for each in (it, *page.around(it)))


def identifiers(page: Page) -> Iterator[str]:
    counted = Counter(it.get("id") for it in page.all if it.get("id") is not None)
    yield from (f"id {name!r} used {count} times" for name, count in counted.items() if count > 1 or not name)


def references(page: Page) -> Iterator[str]:
    for it in page.all:
        for attribute in REFERENCES:
            for name in it.get(attribute, "").split():
                if name not in page.by_id:
                    yield f"{said(it)}: {attribute} leads to no #{name}"
        target = it.get("href", "") if it.tag == "a" else ""
        if target.startswith("#") and target[1:] not in page.by_id:
            yield f"{said(it)} leads nowhere"


def labels(page: Page) -> Iterator[str]:
    labelled = {it.get("for") for it in page.named("label") if page.text(it)}
    for it in page.named("input", "select", "textarea"):
        wrapped = any(each.tag == "label" and page.text(each) for each in page.around(it))
        own = it.get("aria-label") or it.get("aria-labelledby")
        if it.get("type") not in _UNLABELLED and not (it.get("id") in labelled or wrapped or own):
            yield f"{said(it)} without label"


def groups(page: Page) -> Iterator[str]:
    for it in page.named("fieldset"):
        if not any(child.tag == "legend" and page.text(child) for child in it):
            yield f"{said(it)} without legend"
    choices = [it for it in page.named("input") if it.get("type") in ("radio", "checkbox")]
    counted = Counter((it.get("type"), it.get("name")) for it in choices)
    for it in choices:
        if counted[it.get("type"), it.get("name")] > 1 and not any(
            _is_group(page, each) for each in page.around(it)
        ):
            yield f"{said(it)} outside a group"


def _is_group(page: Page, it) -> bool:
    return it.tag == "fieldset" or (it.get("role") in ("group", "radiogroup") and bool(page.name(it)))


def refusals(page: Page) -> Iterator[str]:
    for it in page.all:
        if it.get("aria-invalid") == "true":
            group = [it, *(each for each in page.around(it) if each.tag == "fieldset")]
            refs = [ref for each in group for ref in each.get("aria-describedby", "").split()]
            notes = [page.by_id[ref] for ref in refs if ref in page.by_id]
            if not any("error" in note.get("class", "").split() and page.text(note) for note in notes):
                yield f"{said(it)} is refused and no message is tied to it"
    described = {ref for it in page.all for ref in it.get("aria-describedby", "").split()}
    for it in page.all:
        if "error" in it.get("class", "").split() and it.get("id") and it.get("id") not in described:
            yield f"{said(it)}: a message tied to no field"


def tables(page: Page) -> Iterator[str]:
    for it in page.named("table"):
        if it.get("role") == "presentation":
            continue
        if not any(child.tag == "caption" and page.text(child) for child in it) and not page.name_given(it):
            yield f"{said(it)} without caption"
        heads = [each for each in it.iter("th")]
        if not heads:
            yield f"{said(it)} without headers"
        yield from (
            f"{said(each)}: a header without scope: {page.text(each)}"
            for each in heads
            if not each.get("scope")
        )


def links(page: Page) -> Iterator[str]:
    for it in page.named("a", "button"):
        name = page.name(it)
        if fold(name).strip(" .»→") in _VAGUE:
            yield f"{said(it)}: « {name} » says nothing"
        if it.get("aria-label") and fold(page.text(it)) not in fold(it.get("aria-label")):
            yield f"{said(it)}: seen as « {page.text(it)} », heard as « {it.get('aria-label')} »"


def files(page: Page) -> Iterator[str]:
    """A link to a file says its format; its size too when the file is kept as it is (a made one has none yet)."""
    for it in page.named("a"):
        path = it.get("href", "")
        found = _FILE.search(path)
        if not found or found[1] not in _FORMATS or "://" in path:
            continue
        near = fold(" ".join([page.name(it), page.text(page.parent[it])]))
        if not re.search(_FORMATS[found[1]], near):
            yield f"{said(it)}: a file whose format is not said"
        if path.startswith("/static/") and not _SIZE.search(near):
            yield f"{said(it)}: a file whose size is not said"


def images(page: Page) -> Iterator[str]:
    for it in page.named("img"):
        if it.get("alt") is None or _IMAGE_FILE.search(it.get("alt")):
            yield f"{said(it)}: described by {it.get('alt')!r}"


def interactive(page: Page) -> Iterator[str]:
    for it in page.all:
        acts = it.tag in FOCUSABLE or (it.tag == "a" and it.get("href"))
        if acts and any(each.tag in ("a", "button", "summary") for each in page.around(it)):
            yield f"{said(it)} inside another control"
        if int(it.get("tabindex", "0")) > 0:
            yield f"{said(it)}: tabindex {it.get('tabindex')}"
        if any(key.startswith("on") for key in it.attrib) and not acts and it.get("tabindex") is None:
            yield f"{said(it)}: acts, and no keyboard reaches it"


def states(page: Page) -> Iterator[str]:
    for it in page.all:
        classes = it.get("class", "").split()
        if "tag" in classes and not page.name(it):
            yield f"{said(it)}: a state told by its colour alone"
        if "results-count" in classes and it.get("role") != "status":
            yield f"{said(it)}: a count that is not announced"
        if it.tag in ("meter", "progress") and it.get("aria-hidden") != "true" and not page.name_given(it):
            yield f"{said(it)} without name"


def own_details(page: Page) -> Iterator[str]:
    """Fields about the person who fills them in say which detail they want (WCAG 1.3.5)."""
    for it in page.named("input"):
        wanted = _DETAILS.get(it.get("type", ""))
        if wanted and it.get("autocomplete") not in wanted:
            yield f"{said(it)}: autocomplete {it.get('autocomplete')!r}"


CHECKS: tuple[Callable[[Page], Iterator[str]], ...] = (
    parsed, language_and_title, headings, identifiers, references, labels, groups, refusals, tables, links, files,
    images, interactive, states, own_details,
)  # fmt: skip


def faults(html: str) -> list[str]:
    """Return everything wrong in the HTML of a page, each with the name of its check."""
    page = Page(html)
    return [f"{check.__name__}: {fault}" for check in CHECKS for fault in check(page)]
