"""Sections and stories are moved, added and removed, by mouse and by keyboard."""

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from newsletter.document.item import Item
from tests.web.editor_browser.editing import Editing

pytestmark = pytest.mark.browser


def test_stories_and_sections_are_dragged_straight_up_and_down(editing: Editing) -> None:
    """By mouse and by finger, each with a copy that hides what it lies over."""
    drag(editing, editing.entry("Three"), onto=editing.entry("One"))
    assert editing.headlines() == ["Three", "One", "Two"]
    editing.announced("“Three” moved to “Weekly digest”, position 1 of 3.")
    drag(editing, editing.entry("One"), onto=editing.entry("Four"))
    assert editing.headlines() == ["Three", "Two"]
    assert editing.headlines(1) == ["One", "Four"]
    editing.tab.get_by_role("button", name="Undo", exact=True).click()
    assert (editing.headlines(), editing.headlines(1)) == (["Three", "One", "Two"], ["Four"])
    drag(editing, editing.section("Text"), onto=editing.section("Weekly digest"))
    assert [section.id for section in editing.saved().sections] == ["words", "digest", "latest"]

    editing.tab.set_viewport_size({"width": 390, "height": 844})
    finger = editing.tab.context.new_cdp_session(editing.tab)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    drag(editing, editing.entry("One"), onto=editing.entry("Three"), finger=finger)
    assert editing.headlines(1) == ["One", "Three", "Two"]


def test_a_section_stays_where_it_is_dropped(editing: Editing) -> None:
    """However much grows again around it once it is let go of."""
    editing.tab.set_viewport_size({"width": 1280, "height": 500})
    end = drag(editing, editing.section("Text"), onto=editing.section("Latest"))
    assert [section.id for section in editing.saved().sections] == ["digest", "words", "latest"]
    assert middle(editing.section("Text").locator(".grip").first)[1] == pytest.approx(end, abs=2)
    x, y = middle(editing.section("Text").locator(".grip").first)
    mouse(editing.tab, None, "start", x, y)  # grabbed, and let go of again
    editing.tab.mouse.up()
    assert middle(editing.section("Text").locator(".grip").first)[1] == pytest.approx(y, abs=2)


def drag(editing: Editing, what: Locator, onto: Locator, finger: CDPSession | None = None) -> float:
    """Straight up or down by the grip; everything may shrink and make room once it is held.

    Answers how far down in the window it was dropped, in pixels.
    """
    what.scroll_into_view_if_needed()
    what.hover()
    grip = what.locator(".grip").first
    press = TOUCH[finger is not None]
    x, y = middle(grip)
    press(editing.tab, finger, "start", x, y)
    end = (onto.bounding_box() or {"y": 0})["y"] + 12
    press(editing.tab, finger, "move", x, y - 4)
    for step in range(1, 13):
        press(editing.tab, finger, "move", x, y + (end - y) * step / 12)
    editing.tab.wait_for_timeout(400)
    copy = editing.tab.locator("#dnd-action-dragged-el")
    assert copy.evaluate("copy => getComputedStyle(copy).opacity") == "1"
    assert "rgba" not in copy.evaluate("copy => getComputedStyle(copy).backgroundColor")
    box = copy.bounding_box()
    assert box
    assert box["y"] <= end <= box["y"] + box["height"]
    press(editing.tab, finger, "end", x, end)
    expect(copy).to_have_count(0)
    return end


def middle(grip: Locator) -> tuple[float, float]:
    box = grip.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def mouse(tab: Page, _finger: CDPSession | None, act: str, x: float, y: float) -> None:
    tab.mouse.move(x, y)
    if act != "move":
        {"start": tab.mouse.down, "end": tab.mouse.up}[act]()


def touch(_tab: Page, finger: CDPSession | None, act: str, x: float, y: float) -> None:
    assert finger
    points = [] if act == "end" else [{"x": x, "y": y}]
    finger.send("Input.dispatchTouchEvent", {"type": f"touch{act.capitalize()}", "touchPoints": points})


TOUCH = {False: mouse, True: touch}


def test_everything_moves_by_keyboard_and_says_where_it_is(editing: Editing) -> None:
    editing.headline("Two").focus()
    editing.tab.keyboard.press("Alt+ArrowUp")
    editing.announced("“Two” moved to “Weekly digest”, position 1 of 3.")
    expect(editing.headline("Two")).to_be_focused()
    editing.tab.keyboard.press("Alt+ArrowUp")
    editing.announced("Already at the top.")
    assert editing.headlines() == ["Two", "One", "Three"]
    editing.headline("Three").focus()
    editing.tab.keyboard.press("Alt+ArrowDown")
    editing.announced("“Three” moved to “Latest”, position 1 of 2.")
    editing.section("Latest").get_by_label("Heading").focus()
    editing.tab.keyboard.press("Alt+ArrowUp")
    editing.announced("“Latest” moved to position 1 of 3.")
    assert [section.id for section in editing.saved().sections] == ["latest", "digest", "words"]
    assert editing.headlines() == ["Three", "Four"]


def test_the_menu_is_gone_through_by_keyboard(editing: Editing) -> None:
    menu = editing.tab.get_by_role("button", name="Move, duplicate, delete: One")
    menu.focus()
    editing.tab.keyboard.press("ArrowDown")
    expect(editing.tab.get_by_role("menuitem", name="Move up")).to_be_focused()
    editing.tab.keyboard.press("Escape")
    expect(menu).to_be_focused()
    editing.tab.keyboard.press("Enter")
    editing.tab.keyboard.press("m")
    editing.tab.keyboard.press("m")
    expect(editing.tab.get_by_role("menuitem", name="Move to “Latest”")).to_be_focused()
    editing.tab.keyboard.press("Enter")
    assert editing.headlines(1) == ["Four", "One"]


def test_what_is_deleted_can_be_had_back(editing: Editing) -> None:
    editing.choose("Move, duplicate, delete: Two", "Delete")
    assert editing.headlines() == ["One", "Three"]
    editing.announced("“Two” deleted.")
    editing.tab.locator(".toast").get_by_role("button", name="Undo").click()
    assert editing.headlines() == ["One", "Two", "Three"]
    editing.choose("Section “Weekly digest”", "Delete")
    assert [section.id for section in editing.saved().sections] == ["latest", "words"]
    editing.tab.keyboard.press("ControlOrMeta+z")
    assert editing.headlines() == ["One", "Two", "Three"]
    editing.tab.keyboard.press("ControlOrMeta+Shift+z")
    assert [section.id for section in editing.saved().sections] == ["latest", "words"]


def test_undo_reaches_into_rich_text(editing: Editing) -> None:
    words = editing.section("Text").get_by_role("textbox", name="Text")
    words.click()
    editing.tab.keyboard.press("End")
    editing.tab.keyboard.type(" More.")
    assert editing.saved().sections[2].text == "Some words. More."  # type: ignore[union-attr]
    editing.tab.keyboard.press("ControlOrMeta+z")
    expect(words).to_have_text("Some words.")
    assert editing.saved().sections[2].text == "Some words."  # type: ignore[union-attr]


def test_duplicates_and_additions_by_keyboard(editing: Editing) -> None:
    editing.choose("Move, duplicate, delete: One", "Duplicate")
    editing.headline("Two").focus()
    editing.tab.keyboard.press("ControlOrMeta+Enter")
    editing.tab.keyboard.type("New")
    assert editing.headlines() == ["One", "One", "Two", "New", "Three"]
    editing.tab.keyboard.press("Enter")  # to the next field
    editing.tab.keyboard.type("Quote")
    editing.tab.keyboard.press("ControlOrMeta+a")
    editing.tab.keyboard.press("ControlOrMeta+Enter")  # never changes the text that it leaves
    items = editing.saved().sections[0].items  # type: ignore[union-attr]
    assert [item.blurb for item in items if isinstance(item, Item)][3:5] == ["Quote", ""]
    editing.choose("Move, duplicate, delete: Untitled", "Delete")
    for label, following in (("Title", "Subject"), ("Preheader", "Heading"), ("Heading", "Introduction")):
        editing.tab.get_by_label(label, exact=True).first.press("Enter")
        expect(editing.tab.get_by_label(following, exact=True).first).to_be_focused()
    editing.choose("Section “Weekly digest”", "Duplicate")
    assert [section.id for section in editing.saved().sections] == ["digest", "digest-2", "latest", "words"]


def test_who_sees_a_section(editing: Editing) -> None:
    sport, opera = editing.issue.installation.create_topics("Sport", "Opera")
    visibility = {"topics": ["gone"], "segments": [], "languages": []}
    editing.issue.change({"op": "add", "path": "/sections/1/visibility", "value": visibility})
    editing.open()
    editing.choose("Section “Latest”", "Who sees it")
    editing.tab.get_by_label("gone (no longer there)").click()
    editing.tab.get_by_label("Opera").check()
    editing.tab.get_by_label("Sport").check()
    saved = editing.saved().sections[1].visibility
    assert saved
    assert saved.topics == (opera, sport)
    expect(editing.tab.get_by_text("Only for Opera, Sport")).to_be_visible()
    expect(editing.tab.get_by_label("Segments")).to_have_count(0)  # there are none
    editing.choose("Section “Weekly digest”", "Who sees it")
    editing.tab.get_by_label("Languages").first.fill("de, fr")
    editing.tab.keyboard.press("Tab")
    digest = editing.saved().sections[0].visibility
    assert digest
    assert digest.languages == ("de", "fr")
    editing.tab.get_by_role("button", name="Show to everyone").first.click()
    assert editing.saved().sections[0].visibility is None


def test_marks_are_no_part_of_what_a_statement_is_called(editing: Editing) -> None:
    editing.issue.change(
        {
            "op": "add",
            "path": "/sections/-",
            "value": {
                "type": "notice",
                "id": "news",
                "items": ["The **line** is [back](https://x.example/)."],
            },
        }
    )
    editing.open()
    statement = editing.tab.get_by_role("group", name="statement 1: The line is back.", exact=True)
    statement.get_by_role("textbox").focus()
    editing.tab.keyboard.press("Alt+ArrowUp")
    editing.announced("Already at the top.")
    editing.choose("Move, duplicate, delete: The line is back.", "Delete")
    editing.announced("“The line is back.” deleted.")
