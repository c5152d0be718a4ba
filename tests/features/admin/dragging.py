"""Sections and entries are put in order: carried by mouse or by finger, or moved by keys."""

from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from tests.processes import wait_until

LONGEST_WAY = 400  # moves of the pointer
STEP = 45  # pixels
EDGE = 12  # pixels from an edge of the window, where the page scrolls
TRIES = 3  # on a busy machine the page scrolls on while the pointer lets go: then people drag again
# The place of an entry in its list; -1 where it is in another one.
PLACE = "(list, entry) => [...list.children].findIndex((row) => row.contains(entry))"
SETTLED = 3  # times that it is seen at its place
UNDER_THE_BAR = 110  # pixels: that of a phone has two lines
COPY = "#dnd-action-dragged-el"
# Of a list and a place in it: where what is carried stands in it (-1: not there), and the height to go to.
WAY = """(list, place) => {
    const rows = [...list.children];
    const at = rows.findIndex((row) => "isDndShadowItemInternal" in row.dataset);
    const { top, bottom } = (rows[Math.min(place, rows.length - 1)] ?? list).getBoundingClientRect();
    return [at, at < place && (at >= 0 || place >= rows.length) ? bottom - 12 : top + 12];
}"""


# Whether `what` comes after the first entry of the list.
FOLLOWS = "(first, what) => !!(first.compareDocumentPosition(what) & Node.DOCUMENT_POSITION_FOLLOWING)"


class Pointer(Protocol):
    """A mouse or a finger."""

    def down(self, x: float, y: float) -> None: ...

    def move(self, x: float, y: float) -> None: ...

    def up(self) -> None: ...


class MousePointer:
    """The mouse of a tab."""

    def __init__(self, tab: Page) -> None:
        self._mouse = tab.mouse

    def down(self, x: float, y: float) -> None:
        self._mouse.move(x, y)
        self._mouse.down()

    def move(self, x: float, y: float) -> None:
        self._mouse.move(x, y)

    def up(self) -> None:
        self._mouse.up()


class FingerPointer:
    """A finger on the screen of a tab, through the browser's own input."""

    def __init__(self, tab: Page) -> None:
        self._input = tab.context.new_cdp_session(tab)

    def down(self, x: float, y: float) -> None:
        self._touch("touchStart", {"x": x, "y": y})

    def move(self, x: float, y: float) -> None:
        self._touch("touchMove", {"x": x, "y": y})

    def up(self) -> None:
        self._touch("touchEnd")

    def _touch(self, act: str, *points: dict[str, float]) -> None:
        self._input.send("Input.dispatchTouchEvent", {"type": act, "touchPoints": list(points)})


class Mover(Protocol):
    """One way to move what is on the page to a place, counted from 0."""

    def move_section(self, section: Locator, place: int) -> None: ...

    def move_entry(self, entry: Locator, section: Locator, place: int) -> None:
        """To a place among the entries of `section`."""


class Dragger:
    """Drags by the grip, straight up or down, and waits at the edge while the page scrolls."""

    def __init__(self, tab: Page, pointer: Pointer) -> None:
        self._tab, self._pointer = tab, pointer

    def move_section(self, section: Locator, place: int) -> None:
        sections = self._tab.locator(".sects")
        for _ in range(TRIES):
            let_go = self._drag(section, sections, place)
            lowest = max(let_go, UNDER_THE_BAR)  # whatever is let go of over the bar comes out from under it
            self._wait_until_settled(section.locator(".grip").first, let_go - 5, lowest + 5)
            if sections.evaluate(PLACE, section.element_handle()) == place:
                return
        message = f"{section} does not stay at place {place}"
        raise AssertionError(message)

    def _wait_until_settled(self, grip: Locator, top: float, bottom: float) -> None:
        wait_until(lambda: top < middle(grip)[1] < bottom, lambda: f"{top} to {bottom}: {middle(grip)}", 20)

    def move_entry(self, entry: Locator, section: Locator, place: int) -> None:
        entries = section.locator(".entries")
        for _ in range(TRIES):
            self._drag(entry, entries, place)
            expect(entry).to_be_in_viewport()
            if entries.evaluate(PLACE, entry.element_handle()) == place:
                return
        message = f"{entry} does not stay at place {place}"
        raise AssertionError(message)

    def _drag(self, what: Locator, among: Locator, place: int) -> float:
        """Where it was let go of, in pixels from the top of the window."""
        grip = what.locator(".grip").first
        grip.scroll_into_view_if_needed()
        x, y = middle(grip)
        self._pointer.down(x, y)
        y -= 4
        self._pointer.move(x, y)
        expect(self._tab.locator(COPY)).to_have_count(1)
        y = self._carry(among, place, x, y)
        self._look_at_copy(y)
        self._pointer.up()
        expect(self._tab.locator(COPY)).to_have_count(0)
        return y

    def _carry(self, among: Locator, place: int, x: float, y: float) -> float:
        """Until it stands at its place in the list, and stays there; where the pointer is then."""
        height, settled = (self._tab.viewport_size or {"height": 0})["height"], 0
        for _ in range(LONGEST_WAY):
            at, goal = among.evaluate(WAY, place)
            settled = settled + 1 if at == place else 0
            if settled > SETTLED:
                return y
            if settled:  # the page may still scroll
                self._tab.wait_for_timeout(60)
                continue
            way = min(max(goal, EDGE), height - EDGE) - y
            y += max(-STEP, min(STEP, way))
            self._pointer.move(x, y)
            self._tab.wait_for_timeout(20)
        message = f"it cannot be dragged to place {place}"
        raise AssertionError(message)

    def _look_at_copy(self, y: float) -> None:
        """What is carried hides what it lies over, and is under the pointer."""
        copy = self._tab.locator(COPY)
        assert copy.evaluate("copy => getComputedStyle(copy).opacity") == "1"
        assert "rgba" not in copy.evaluate("copy => getComputedStyle(copy).backgroundColor")
        box = copy.bounding_box()
        assert box
        assert box["y"] <= y <= box["y"] + box["height"]


class KeyMover:
    """Moves by Alt and the arrows, from any field within."""

    def __init__(self, tab: Page) -> None:
        self._tab = tab

    def move_section(self, section: Locator, place: int) -> None:
        section.get_by_label("Heading").first.focus()
        self._step(section, self._tab.locator(".sect"), place)

    def move_entry(self, entry: Locator, section: Locator, place: int) -> None:
        entry.locator("textarea, .rich").first.focus()
        self._step(entry, section.locator(".entry"), place)

    def _step(self, what: Locator, among: Locator, place: int) -> None:
        """Step by step; the focus stays where it is."""
        field = self._tab.evaluate("document.activeElement.id")
        for _ in range(LONGEST_WAY):
            at = what.evaluate("(what, all) => all.indexOf(what)", among.element_handles())
            if at == place:
                assert self._tab.evaluate("document.activeElement.id") == field
                return
            above = at > place or (at < 0 and among.first.evaluate(FOLLOWS, what.element_handle()))
            self._tab.keyboard.press("Alt+ArrowUp" if above else "Alt+ArrowDown")
        message = f"it cannot be moved to place {place}"
        raise AssertionError(message)


def middle(grip: Locator) -> tuple[float, float]:
    """The middle of what is shown, in pixels from the corner of the window."""
    box = grip.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
