"""What is typed is saved, as it was typed."""

import re
from datetime import date

import pytest
from playwright.sync_api import Route, expect

from newsletter.document.blocks import BLOCKS
from tests.web.editor_browser.editing import Editing

pytestmark = pytest.mark.browser


def test_what_is_typed_is_saved_and_there_again(editing: Editing) -> None:
    editing.headline("Two").fill("Two rivals, one treaty 🚢")
    editing.status("Saved")  # by itself, after a pause
    assert editing.issue.document.sections[0].items[1].headline == "Two rivals, one treaty 🚢"  # type: ignore[union-attr]
    (patch,) = editing.patches
    assert [operation["path"] for operation in patch] == ["/sections/0/items/1/headline"]
    editing.tab.reload()
    expect(editing.headline("Two rivals, one treaty 🚢")).to_be_visible()
    editing.status("Saved")


def test_rich_text_is_saved_as_markdown(editing: Editing) -> None:
    words = editing.section("Text").get_by_role("textbox", name="Text")
    words.click()
    keyboard = editing.tab.keyboard
    keyboard.press("ControlOrMeta+a")
    keyboard.type("Plain and ")
    keyboard.press("ControlOrMeta+b")
    keyboard.type("bold")
    keyboard.press("ControlOrMeta+b")
    keyboard.type(" and ")
    keyboard.press("ControlOrMeta+k")
    editing.tab.get_by_label("URL").fill("example.org/port")
    keyboard.press("Enter")
    keyboard.type(".")
    keyboard.press("Enter")
    keyboard.type("- one")
    keyboard.press("Enter")
    keyboard.type("1 * 2 [x](y)")
    text = editing.saved().sections[2].text  # type: ignore[union-attr]
    link = "[https://example.org/port](https://example.org/port)"
    assert text == f"Plain and **bold** and {link}.\n\n- one\n- 1 * 2 \\[x\\](y)"


def test_looking_at_rich_text_does_not_rewrite_it(editing: Editing) -> None:
    editing.issue.change({"op": "replace", "path": "/sections/2/text", "value": "* a\n* __b__"})
    editing.open()
    editing.section("Text").get_by_role("textbox", name="Text").click()
    editing.headline("One").click()
    editing.tab.wait_for_timeout(1_000)
    assert editing.patches == []


def test_a_merge_field_is_put_where_the_cursor_is(editing: Editing) -> None:
    subject = editing.tab.get_by_label("Subject")
    subject.focus()
    subject.fill("")
    menus = editing.tab.locator(".issue-head").get_by_role("button", name="Personalise")
    menus.first.click()
    editing.tab.get_by_role("menuitem", name="First name").click()
    editing.tab.keyboard.type(", hello")
    assert editing.saved().subject == '{{ first_name | default: "reader" }}, hello'


def test_every_block_can_be_added_and_filled_in(editing: Editing) -> None:
    for block in BLOCKS:
        editing.choose("Add a section", block.label)
        expect(editing.tab.locator(".sect").last).to_have_attribute("aria-label", re.compile(block.label))
    document = editing.saved()
    assert [section.type for section in document.sections[3:]] == [block.key for block in BLOCKS]
    for field in editing.tab.locator(".sect").nth(3 + 8).get_by_label("Caption").all():
        field.fill("A pier")


def test_a_link_that_is_no_link_is_refused_in_place_and_holds_up_nothing_else(editing: Editing) -> None:
    link = editing.entry("Two").get_by_label("Link", exact=True)
    link.fill("javascript:alert(1)")
    editing.headline("Three").fill("Three, mended")
    editing.status("Kept on this device")
    expect(editing.entry("Two").get_by_text("A link must begin with https:// or http://.")).to_be_visible()
    assert [item.headline for item in editing.issue.document.sections[0].items][2] == "Three, mended"  # type: ignore[union-attr]
    assert editing.refusals == []
    editing.tab.reload()
    editing.tab.get_by_role("button", name="Restore them").click()
    expect(editing.entry("Two").get_by_label("Link", exact=True)).to_have_value("javascript:alert(1)")
    editing.tab.get_by_role("button", name=re.compile("Fix 1 field to save.")).click()
    expect(editing.entry("Two").get_by_label("Link", exact=True)).to_be_focused()
    editing.entry("Two").get_by_label("Link", exact=True).fill("example.org/two")
    editing.headline("One").click()
    assert editing.saved().sections[0].items[1].url == "https://example.org/two"  # type: ignore[union-attr]


def test_what_only_the_server_refuses_is_told_in_place_too(editing: Editing) -> None:
    editing.tab.get_by_text("More details").click()
    slug = editing.tab.get_by_label("Web address")
    slug.fill("ﬁne")  # a ligature: letters to the page, but not what the server makes of them
    editing.headline("One").fill("First")
    editing.status("Kept on this device")
    assert editing.refusals
    expect(editing.tab.get_by_text("Use lower-case letters, digits and dashes.")).to_be_visible()
    slug.fill("fine")
    assert editing.saved().slug == "fine"
    assert editing.headlines()[0] == "First"


def test_a_year_half_typed_is_kept_from_the_server(editing: Editing) -> None:
    editing.entry("Two").locator("summary").click()
    published = editing.entry("Two").get_by_label("Published")
    published.fill("0202-05-14")
    editing.status("Kept on this device")
    published.fill("2026-05-14")
    assert editing.saved().sections[0].items[1].provenance.published == date(2026, 5, 14)  # type: ignore[union-attr]
    assert editing.refusals == []


def test_a_refusal_that_comes_late_is_not_held_against_what_was_typed_meanwhile(editing: Editing) -> None:
    held: list[Route] = []
    editing.tab.route("**/document", lambda route: route.continue_() if held else held.append(route))
    editing.tab.get_by_text("More details").click()
    slug = editing.tab.get_by_label("Web address")
    with editing.tab.expect_request("**/document"):
        slug.fill("ﬂat")  # only the server refuses this
    slug.fill("flat")
    held[0].continue_()
    assert editing.saved().slug == "flat"
    assert editing.refusals
