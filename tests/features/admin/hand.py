"""The two ways to work in the admin: a hand with a mouse, and a hand that has only a keyboard.

A story asks a hand for what a person wants (press this, write that); the hand does it as such a person would.
Locators only say which thing is meant. Words are typed on the keyboard by both: nobody writes with a mouse.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

from tests.features.admin import rich_text
from tests.features.admin.rich_text import type_words

LONGEST_WAY = 1_500  # presses of Tab from one end of a long page to the other
WHERE = """target => {
    const at = document.activeElement;
    if (!target.isConnected) return "gone";
    if (target === at || target.contains(at)) return "here";
    if (!at || at === document.body) return "ahead";
    return at.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING ? "behind" : "ahead";
}"""
# What Tab stops at, in the order of the page.
STOPS = """[...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable="true"]'
)].filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }))"""
# How many stops are surely between the focus and the target: one of a group of radio buttons is none.
BETWEEN = f"""target => {{
    const at = document.activeElement ?? document.body;
    const follows = (one, other) => one.compareDocumentPosition(other) === Node.DOCUMENT_POSITION_FOLLOWING;
    return {STOPS}.filter((one) => one.type !== "radio" && !one.matches("iframe, .rich *")
        && follows(at, one) && follows(one, target)).length;
}}"""
# To the stop before the target, unless it has the focus: the last step is the keyboard's.
GO_NEAR = f"""target => {{
    if (target.contains(document.activeElement)) return "here";
    const before = {STOPS}.filter((one) => !one.matches("iframe, .rich *")
        && one.compareDocumentPosition(target) === Node.DOCUMENT_POSITION_FOLLOWING);
    before.at(-1)?.focus({{ preventScroll: true }});
    return ({WHERE})(target);
}}"""
BEGIN_AT_THE_TOP = f"""() => {{
    window.reached = new Set();
    document.addEventListener("focusin", ({{ target }}) => window.reached.add(target));
    {STOPS}[0].focus();
}}"""
# Of a group of radio buttons one is a stop. Rich text that is entered becomes an editor, which stands in its
# place and in which links are words; what stands in a frame is an email of which the browser keeps the focus.
MISSED = f"""() => {STOPS}
    .filter((one) => one.type !== "radio" && !one.matches("iframe, .rich *"))
    .filter((one) => ![...window.reached].some((at) => one.contains(at)))
    .map((one) => one.outerHTML.slice(0, 160))"""
IN_GROUP = """target => {
    const at = document.activeElement;
    return at instanceof HTMLInputElement && at.type === "radio" && at.name === target.name;
}"""
SHOWN_OPTION = "select => select.selectedOptions[0].label.trim()"
SHORTCUTS = {"Bold": "ControlOrMeta+b", "Italic": "ControlOrMeta+i", "Link": "ControlOrMeta+k"}


class Hand(Protocol):
    """What somebody in the admin can do."""

    tab: Page

    def press(self, target: Locator) -> None:
        """A button, a link, or the heading of something folded."""

    def enter(self, field: Locator) -> None:
        """Step into a field without changing it."""

    def choose(self, select: Locator, option: str) -> None:
        """An option of a list, by its words."""

    def tick(self, box: Locator) -> None:
        """A box or a radio button."""

    def date(self, field: Locator, day: str) -> None:
        """A day such as 2026-05-14 into a field for dates."""

    def time(self, field: Locator, time: str) -> None:
        """A time such as 18:05 into a field for times."""

    def pick(self, button: Locator, choice: Locator) -> None:
        """A choice of the menu behind a button."""

    def mark(self, tool: str) -> None:
        """Use a tool of the text on what is selected or written next: Bold, Italic or Link."""

    def write(self, field: Locator, words: str) -> None:
        """Put `words` in place of what stands in a field of plain text."""

    def write_lines(self, field: Locator, text: str) -> None:
        """The same into a field of several lines."""

    def write_rich(self, field: Locator, markdown: str) -> None:
        """Write into an empty field of rich text what the document keeps as `markdown`."""

    def write_list(self, section: Locator, content: Any) -> None:
        """The entries of a section, as far as that is possible at once; `content` is the document's."""


class Writing:
    """What both do in the same way."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab

    def write(self, field: Locator, words: str) -> None:
        self.enter(field)
        self.tab.keyboard.press("ControlOrMeta+a")
        type_words(self.tab, words)

    def write_lines(self, field: Locator, text: str) -> None:
        first, *others = text.split("\n")
        self.write(field, first)
        for line in others:
            self.tab.keyboard.press("Enter")
            self.tab.keyboard.insert_text(line)

    def write_rich(self, field: Locator, markdown: str) -> None:
        self.enter(field)
        expect(field).to_have_attribute("contenteditable", "true")
        rich_text.write_rich(self, markdown)

    def write_list(self, section: Locator, content: Any) -> None:
        """Typed is only one after the other."""

    def enter(self, field: Locator) -> None:
        raise NotImplementedError

    def mark(self, tool: str) -> None:
        raise NotImplementedError


class Mouse(Writing):
    """Points and clicks."""

    def press(self, target: Locator) -> None:
        target.click()

    def enter(self, field: Locator) -> None:
        field.click()

    def choose(self, select: Locator, option: str) -> None:
        select.select_option(label=option)

    def tick(self, box: Locator) -> None:
        box.check(force=True)  # the label lies above the box

    def date(self, field: Locator, day: str) -> None:
        field.fill(day)

    def time(self, field: Locator, time: str) -> None:
        field.fill(time)

    def pick(self, button: Locator, choice: Locator) -> None:
        button.click()
        choice.click()

    def mark(self, tool: str) -> None:
        self.tab.get_by_role("toolbar", name="Text").get_by_role("button", name=tool, exact=True).click()


class Keyboard(Writing):
    """Never touches the mouse: everything is reached by Tab and done by keys.

    On each page the way to what is wanted first is gone by Tab alone. Afterwards a long way is cut short: it
    begins at the stop before. `walk_through` is what goes to every stop of a page.
    """

    def __init__(self, tab: Page) -> None:
        super().__init__(tab)
        self._walked: set[str] = set()

    def press(self, target: Locator) -> None:
        self.enter(target)
        self.tab.keyboard.press("Enter")

    def enter(self, field: Locator) -> None:
        target = field.element_handle()  # looked for once: by its role and name that takes long
        if self.tab.url not in self._walked:
            self._walked.add(self.tab.url)
            for _ in range(target.evaluate(BETWEEN)):
                self.tab.keyboard.press("Tab")
            where = target.evaluate(WHERE)
        else:
            where = target.evaluate(GO_NEAR)
        for _ in range(LONGEST_WAY):
            if where == "here":
                return
            if where == "gone":
                target = field.element_handle()
            else:
                self.tab.keyboard.press("Tab" if where == "ahead" else "Shift+Tab")
            where = target.evaluate(WHERE)
        message = f"it cannot be reached by Tab: {field}"
        raise AssertionError(message)

    def walk_through(self) -> None:
        """By Tab from the top to the bottom of the page: every stop has the focus once."""
        self.tab.evaluate(BEGIN_AT_THE_TOP)
        for _ in range(LONGEST_WAY // 20):
            for _ in range(20):
                self.tab.keyboard.press("Tab")
            if not (missed := self.tab.evaluate(MISSED)):
                return
        message = f"they cannot be reached by Tab: {missed}"
        raise AssertionError(message)

    def choose(self, select: Locator, option: str) -> None:
        self.enter(select)
        self.tab.keyboard.press("Home")
        for _ in range(select.locator("option").count()):
            if select.evaluate(SHOWN_OPTION) == option:
                return
            self.tab.keyboard.press("ArrowDown")
        assert select.evaluate(SHOWN_OPTION) == option

    def tick(self, box: Locator) -> None:
        if box.get_attribute("type") == "radio":
            self._choose_radio(box)
        elif not box.is_checked():
            self.enter(box)
            self.tab.keyboard.press("Space")
        expect(box).to_be_checked()

    def date(self, field: Locator, day: str) -> None:
        year, month, number = day.split("-")
        self._type_parts(field, day, (month + number + year, number + month + year))

    def time(self, field: Locator, time: str) -> None:
        hour, minute = time.split(":")
        half = f"{int(hour) % 12 or 12:02}{minute}{'P' if int(hour) >= 12 else 'A'}"
        self._type_parts(field, time, (half, hour + minute))

    def pick(self, button: Locator, choice: Locator) -> None:
        self.press(button)
        for _ in range(50):
            if choice.evaluate(WHERE) == "here":
                return self.tab.keyboard.press("Enter")
            self.tab.keyboard.press("ArrowDown")
        message = f"the menu does not lead to {choice}"
        raise AssertionError(message)

    def mark(self, tool: str) -> None:
        self.tab.keyboard.press(SHORTCUTS[tool])

    def _type_parts(self, field: Locator, value: str, ways: tuple[str, ...]) -> None:
        """Into the parts of a date or a time, in the order that this browser's language has."""
        for typed in ways:
            self.enter(field)
            for _ in range(3):  # coming from behind, the focus is on the last part
                self.tab.keyboard.press("ArrowLeft")
            self.tab.keyboard.type(typed)
            # A busy browser shows it a moment later; typing the other order meanwhile would spoil it.
            with suppress(AssertionError):
                expect(field).to_have_value(value, timeout=3000)
                return
        expect(field).to_have_value(value)

    def _choose_radio(self, box: Locator) -> None:
        """Tab stops once at a group; the arrows go through it, and choose."""
        for _ in range(LONGEST_WAY):
            if box.evaluate(IN_GROUP):
                break
            self.tab.keyboard.press("Tab" if box.evaluate(WHERE) == "ahead" else "Shift+Tab")
        for _ in range(20):
            if box.is_checked():
                return
            self.tab.keyboard.press("ArrowDown")


def attach(hand: Hand, button: Locator, file: Path) -> None:
    """Choose a file in the window that a button opens."""
    with hand.tab.expect_file_chooser() as chooser:
        hand.press(button)
    chooser.value.set_files(file)
