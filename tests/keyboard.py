"""A person without a mouse, in a browser."""

import pytest

MOST_TABS = 150
_FOCUSED = """([css, text]) => {
  const it = document.activeElement;
  return it !== null && it.matches(css) && (it.innerText || '').includes(text);
}"""


class Keyboard:
    """A person who has no mouse: Tab to a control, then type, Space or Enter."""

    def __init__(self, page):
        self.page = page

    def reach(self, css, text=""):
        for _ in range(MOST_TABS):
            if self.page.evaluate(_FOCUSED, [css, text]):
                return
            self.page.keyboard.press("Tab")
        seen = self.page.inner_text("main")[:600]
        pytest.fail(f"{css} « {text} » is not reached with Tab in {self.page.url}: {seen}")

    def type(self, name, text):
        self.reach(f"[name={name}]")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, name, value):
        self.reach(f'[name={name}][value="{value}"]')
        self.page.keyboard.press("Space")

    def press(self, text, css="button, a"):
        self.reach(css, text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
