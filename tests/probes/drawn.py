"""What a page is once drawn: each look at it (light, dark, forced colours, narrow, spaced, printed) with its measures."""

from dataclasses import dataclass, replace
from pathlib import Path

from axe_playwright_python import __file__ as axe_file

MEASURES = Path(__file__).with_name("measures.js")
AXE = Path(axe_file).with_name("axe.min.js")
WIDE = (1280, 900)
PHONE = (360, 780)
NARROWEST = (320, 256)  # also 1280 × 1024 at 400 %
LAYOUT = ("target-size", "scrollable-region-focusable")
_SCAN = """async ([only, colours]) => {
  const options = {resultTypes: ['violations'], preload: false};
  if (!colours) options.rules = {'color-contrast': {enabled: false}};
  if (only) options.runOnly = {type: 'rule', values: only};
  const found = await axe.run(document, options);
  return found.violations.map(v => v.id + ' ' + v.nodes[0].target.join(' '));
}"""
_MEASURE = "names => names.flatMap(name => measures[name]().map(fault => name + ': ' + fault))"
_INSIDE = "target => !!document.querySelector('main' + target)?.contains(document.activeElement)"


@dataclass(frozen=True)
class Look:
    """One way to see a page. `rules`: those of axe that this look can change; None: every one; (): none.

    Without `colours`, axe leaves contrasts, two thirds of its time, to the measure `texts`.
    """

    name: str
    measures: tuple[str, ...] = ()
    rules: tuple[str, ...] | None = ()
    size: tuple[int, int] = WIDE
    dark: bool = False
    forced: bool = False
    printed: bool = False
    text: str = ""
    colours: bool = True


LOOKS = (
    Look("light", ("texts", "fields", "focus", "order", "sizes", "moving", "sideways", "spacing"), None),
    Look("dark", ("texts", "fields", "focus"), dark=True),
    Look("forced colours", ("forced", "focus"), forced=True),
    Look("text at 200 %", ("sideways",), text="225%"),  # twice ours, 112.5 %
    Look("phone", ("sideways", "order", "sizes"), LAYOUT, size=PHONE),
    Look("320 px", ("sideways", "focus", "spacing"), size=NARROWEST),
    Look("printed", ("texts",), printed=True),
)


def in_turn(number):
    """Return the looks of a page by its number: in the light, and one of the six others, each in its turn."""
    return LOOKS[0], LOOKS[1 + number % 6]


PRINTED = LOOKS[0], LOOKS[-1]  # of a page made for paper
# For what a page of a known kind can change once more: its words and its numbers.
QUICK = (
    replace(LOOKS[0], colours=False),
    *(look for look in LOOKS if look.name in ("forced colours", "320 px")),
)


def prepare(context) -> None:
    """Put axe and the measures in each page that a window opens."""
    context.add_init_script(path=AXE)
    context.add_init_script(path=MEASURES)


def show(page, look: Look) -> None:
    """Draw the page as this look sees it."""
    page.emulate_media(
        media="print" if look.printed else "screen",
        color_scheme="dark" if look.dark else "light",
        forced_colors="active" if look.forced else "none",
        reduced_motion="reduce",
    )
    page.set_viewport_size({"width": look.size[0], "height": look.size[1]})
    page.evaluate("size => { document.documentElement.style.fontSize = size }", look.text)


def measured(page, look: Look) -> list[str]:
    """Return what is wrong with the page as this look draws it."""
    show(page, look)
    found = page.evaluate(_MEASURE, list(look.measures)) if look.measures else []
    if look.rules != ():
        found += [
            f"axe: {fault}" for fault in page.evaluate(_SCAN, [look.rules and list(look.rules), look.colours])
        ]
    return [f"{look.name}: {fault}" for fault in found]


def walked(page) -> list[str]:
    """Go through the page with Tab; return what is wrong: a trap, a control never reached, another order, a dead skip link."""
    show(page, LOOKS[0])
    wanted = page.evaluate("() => measures.start()")
    presses, left = 0, wanted
    while left and presses < 2 * wanted + 10:  # what scrolls is a stop too
        for _ in range(left):
            page.keyboard.down("Tab")  # held, as a finger may: half the messages of as many presses
        page.keyboard.up("Tab")
        presses += left
        left = page.evaluate("() => measures.missing()")
    return [f"keyboard: {fault}" for fault in page.evaluate("() => measures.walk()") or _skipped(page)]


def _skipped(page) -> list[str]:
    """Follow the first link of the page, which says that it leads to the content: the focus is there, or Tab takes it there."""
    target = page.evaluate(
        "() => { const first = document.querySelector('a[href]'); first?.focus(); return first?.getAttribute('href') }"
    )
    if not (target or "").startswith("#"):
        return []  # nothing to skip
    page.keyboard.press("Enter")
    if not page.evaluate(_INSIDE, target):
        page.keyboard.press("Tab")
    return [] if page.evaluate(_INSIDE, target) else [f"{target} does not lead to the content"]
