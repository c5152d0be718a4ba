"""Hands that type nothing: what they write is pasted, and lists at once."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.features.admin.clipboard import Clipboard, bare
from tests.features.admin.hand import Keyboard, Mouse, Writing

VALUE = "field => field.value ?? field.innerText"


class Pasting(Writing):
    """What a list has brought along already is left as it is."""

    def __init__(self, tab: Page) -> None:
        super().__init__(tab)
        self.clipboard = Clipboard(tab.context)
        copy = self.clipboard
        self._programs = cycle((copy.copy_from_word, copy.copy_from_docs))

    def paste(self) -> None:
        """Where the focus is."""
        self.tab.keyboard.press("ControlOrMeta+v")

    def write(self, field: Locator, words: str) -> None:
        if (there := field.evaluate(VALUE)) == words:
            return
        self.enter(field)
        if there:
            self.tab.keyboard.press("ControlOrMeta+a")
        self.clipboard.copy(words)
        self.paste()
        expect(field).to_have_value(words)

    def write_lines(self, field: Locator, text: str) -> None:
        self.write(field, text)

    def write_rich(self, field: Locator, markdown: str) -> None:
        """From Word and from Google Docs in turn."""
        if field.inner_text() == bare(markdown):
            return
        self.enter(field)
        next(self._programs)(markdown)
        self.paste()

    def write_list(self, section: Locator, content: Any) -> None:
        """All at once, taken back and pasted again; a new section has an empty entry."""
        copies: dict[str, Callable[[Any], None]] = {
            "notice": self.clipboard.copy_list_from_word,
            "links": self.clipboard.copy_from_page,
            "latest": self.clipboard.copy_from_sheet,
        }
        if content.type not in copies:
            return
        entries = section.locator(".entry")
        copies[content.type](content.items)
        if content.type == "latest":
            self.reach(section.get_by_role("button", name="Add a story"))
        else:
            self.enter(entries.locator("textarea, .rich").first)
        self.paste()
        expect(entries).to_have_count(len(content.items))
        self.tab.keyboard.press("ControlOrMeta+z")
        expect(entries).to_have_count(1)
        self.tab.keyboard.press("ControlOrMeta+Shift+z")
        expect(entries).to_have_count(len(content.items))

    def reach(self, button: Locator) -> None:
        """Give a button the focus without pressing it."""
        button.focus()


class PastingMouse(Pasting, Mouse):
    """Points, clicks and pastes."""


class PastingKeyboard(Pasting, Keyboard):
    """Has only a keyboard."""

    def reach(self, button: Locator) -> None:
        self.enter(button)


class Finger(Pasting, Mouse):
    """Taps."""

    def press(self, target: Locator) -> None:
        target.tap()

    def enter(self, field: Locator) -> None:
        field.tap()

    def pick(self, button: Locator, choice: Locator) -> None:
        button.tap()
        choice.tap()
