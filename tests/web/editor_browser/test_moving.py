"""Sections and stories are moved, added and removed, by mouse and by keyboard."""

import pytest
from playwright.sync_api import Locator, Page, expect

from newsletter.document.item import Item
from tests.web.editor_browser.editing import Editing

pytestmark = pytest.mark.browser


def test_a_story_is_dragged_within_and_between_sections(editing: Editing) -> None:
    drag(editing, "Three", onto=editing.entry("One"))
    assert editing.headlines() == ["Three", "One", "Two"]
    editing.announced("“Three” moved to “Weekly digest”, place 1 of 3.")
    drag(editing, "One", onto=editing.entry("Four"))
    assert editing.headlines() == ["Three", "Two"]
    assert editing.headlines(1) == ["One", "Four"]
    editing.tab.get_by_role("button", name="Undo", exact=True).click()
    assert (editing.headlines(), editing.headlines(1)) == (["Three", "One", "Two"], ["Four"])


def drag(editing: Editing, name: str, onto: Locator) -> None:
    entry = editing.entry(name)
    entry.scroll_into_view_if_needed()
    entry.hover()
    grab(editing.tab, entry.locator(".grip").first, onto)


def grab(tab: Page, grip: Locator, onto: Locator) -> None:
    """Drag with the mouse; everything may shrink and make room once the grip is held."""
    grip.hover()
    tab.mouse.down()
    held, target = grip.bounding_box(), onto.bounding_box()
    assert held
    assert target
    tab.mouse.move(held["x"] + 8, held["y"] + 24, steps=4)
    tab.mouse.move(target["x"] + 30, target["y"] + 12, steps=12)
    tab.wait_for_timeout(400)
    tab.mouse.up()
    tab.wait_for_timeout(300)


def test_a_section_is_dragged_by_its_heading(editing: Editing) -> None:
    text = editing.section("Text")
    text.scroll_into_view_if_needed()
    text.hover()
    grab(editing.tab, text.locator(".grip").first, editing.section("Weekly digest"))
    assert [section.id for section in editing.saved().sections] == ["words", "digest", "latest"]


def test_everything_moves_by_keyboard_and_says_where_it_is(editing: Editing) -> None:
    editing.headline("Two").focus()
    editing.tab.keyboard.press("Alt+ArrowUp")
    editing.announced("“Two” moved to “Weekly digest”, place 1 of 3.")
    expect(editing.headline("Two")).to_be_focused()
    editing.tab.keyboard.press("Alt+ArrowUp")
    editing.announced("Already at the top.")
    assert editing.headlines() == ["Two", "One", "Three"]
    editing.headline("Three").focus()
    editing.tab.keyboard.press("Alt+ArrowDown")
    editing.announced("“Three” moved to “Latest”, place 1 of 2.")
    editing.section("Latest").get_by_label("Heading").focus()
    editing.tab.keyboard.press("Alt+ArrowUp")
    editing.announced("“Latest” moved, place 1 of 3.")
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
    editing.announced("“Two” removed.")
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
    editing.tab.keyboard.type("Words")
    editing.tab.keyboard.press("ControlOrMeta+a")
    editing.tab.keyboard.press("ControlOrMeta+Enter")  # never changes the text that it leaves
    items = editing.saved().sections[0].items  # type: ignore[union-attr]
    assert [item.blurb for item in items if isinstance(item, Item)][3:5] == ["Words", ""]
    editing.choose("Move, duplicate, delete: without words yet", "Delete")
    for label, following in (("Title", "Subject"), ("Preheader", "Heading"), ("Heading", "Introduction")):
        editing.tab.get_by_label(label, exact=True).first.press("Enter")
        expect(editing.tab.get_by_label(following, exact=True).first).to_be_focused()
    editing.choose("Section “Weekly digest”", "Duplicate")
    assert [section.id for section in editing.saved().sections] == ["digest", "digest-2", "latest", "words"]


def test_who_sees_a_section(editing: Editing) -> None:
    editing.choose("Section “Latest”", "Who sees it")
    editing.tab.get_by_label("Topics").fill("arts, sport")
    editing.tab.keyboard.press("Tab")
    visibility = editing.saved().sections[1].visibility
    assert visibility
    assert visibility.topics == ("arts", "sport")
    expect(editing.tab.get_by_text("Only for arts, sport")).to_be_visible()
