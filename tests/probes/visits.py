"""A window of a browser that goes from page to page and notes all that the gate says of them."""

import re
from dataclasses import dataclass, field

from tests.probes import drawn, markup

LISTEN = """window.broken = [];
document.addEventListener('securitypolicyviolation', e => window.broken.push(e.violatedDirective));"""


@dataclass
class Visits:
    """Pages opened by one window, and what went wrong on the way."""

    page: object
    server: object
    pages: int = 0
    looks: int = 0
    faults: list = field(default_factory=list)
    allowed: frozenset = frozenset()

    def __post_init__(self):
        """Note, page after page, a request elsewhere, an error in the console or a fault of a script."""
        ours = (self.server.url, "data:")
        self.page.on("request", lambda it: self._note(it.url, it.url.startswith(ours)))
        self.page.on(
            "console", lambda it: self._note(it.text, it.type != "error" or "status of 4" in it.text)
        )
        self.page.on("pageerror", lambda it: self._note(str(it), False))

    def _note(self, what, fine):
        if not fine:
            self.faults.append(f"{self.page.url}: {what}")

    def open(self, path, looks=drawn.LOOKS, *, html=True, walk=False):
        """Open a page and look at it: its HTML, each of the looks, then a walk with the keyboard after all the looks."""
        drawn.show(self.page, drawn.LOOKS[0])
        answer = self.page.goto(self.server.url + path)
        self.look(path, answer.text() if html else "", looks, walk=walk)

    def look(self, where, html="", looks=drawn.LOOKS, *, walk=False):
        self.pages += 1
        found = [f"policy: {broken}" for broken in self.page.evaluate("() => window.broken")]
        found += markup.faults(html) if html else []
        for look in looks:
            found += drawn.measured(self.page, look)
            self.looks += 1
        if walk or looks is drawn.LOOKS:
            found += drawn.walked(self.page)
        rule = re.compile(r": axe: ([\w-]+)")
        self.faults += [
            f"{where}: {it}" for it in found if not (m := rule.search(it)) or m[1] not in self.allowed
        ]
