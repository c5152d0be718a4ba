"""The inbox stands beside the document: entries are added and dragged, by two people, and given back."""

import re

import pytest
from playwright.sync_api import Locator, expect

from newsletter.curation.models import EntryState
from newsletter.document.item import Item
from tests.features.looking import look
from tests.web.editor_browser.editing import Editing, small
from tests.web.editor_browser.test_moving import middle
from tests.web.editor_browser.test_pasting import paste

pytestmark = pytest.mark.browser


def open_inbox(editing: Editing) -> Locator:
    """Beside the document; what it shows is what waits now."""
    pane = editing.tab.get_by_role("complementary", name="Inbox")
    toggle = editing.tab.get_by_role("group", name="Show").get_by_role("button", name="Inbox")
    if pane.count():  # this device remembers that it was open
        toggle.click()
    toggle.click()
    expect(pane.locator(".inbox-cards")).to_be_visible()
    return pane


def waiting(pane: Locator) -> Locator:
    return pane.locator(".inbox-name")


def stories(editing: Editing, section: int = 0) -> list[Item]:
    items = editing.saved().sections[section].items  # type: ignore[union-attr]
    return [item for item in items if isinstance(item, Item)]


def test_entries_are_added_by_keyboard_and_come_back(editing: Editing) -> None:
    """Into the section that is being edited, after the story with the focus; undo gives the entry back."""
    at = editing.issue.installation
    ferry, mill = at.collect("Ferry", description="It *is* back.", byline="Bo Ek"), at.collect("Mill")
    pane = open_inbox(editing)
    editing.headline("Two").focus()
    pane.get_by_role("searchbox").fill("ferr")
    expect(waiting(pane)).to_have_text(["Ferry"])
    pane.get_by_role("button", name="Add “Ferry”").focus()
    editing.tab.keyboard.press("Enter")
    expect(editing.tab.get_by_role("menuitem", name="Weekly digest")).to_be_focused()
    editing.tab.keyboard.press("Enter")
    editing.announced("“Ferry” added to “Weekly digest”.")
    expect(pane.get_by_role("searchbox")).to_be_focused()
    assert editing.headlines() == ["One", "Two", "Ferry", "Three"]
    added = stories(editing)[2]
    assert (added.url, added.blurb) == ("https://post.example/ferry", "It \\*is\\* back.")
    assert (added.provenance.outlet, added.provenance.byline) == ("The Post", "Bo Ek")
    assert at.entry(ferry).state is EntryState.USED
    pane.get_by_role("searchbox").fill("")
    expect(waiting(pane)).to_have_text(["Mill"])

    editing.tab.keyboard.press("ControlOrMeta+z")
    assert editing.headlines() == ["One", "Two", "Three"]
    assert at.entry(ferry).state is EntryState.READY
    expect(waiting(pane)).to_have_text(["Mill", "Ferry"])
    editing.tab.keyboard.press("ControlOrMeta+Shift+z")
    assert editing.headlines() == ["One", "Two", "Ferry", "Three"]
    assert at.entry(ferry).state is EntryState.USED

    editing.open()  # what was used before this page is known to it, too
    editing.choose("Move, duplicate, delete: Ferry", "Delete")
    assert editing.headlines() == ["One", "Two", "Three"]
    assert [at.entry(number).state for number in (ferry, mill)] == [EntryState.READY, EntryState.READY]
    assert look(editing.tab, widths=(1280, 390)) == []


def test_an_entry_is_dragged_to_its_place(editing: Editing) -> None:
    editing.issue.installation.collect("Dragged")
    pane = open_inbox(editing)
    tab = editing.tab
    x, y = middle(pane.locator(".inbox-card").filter(has_text="Dragged").locator(".inbox-name"))
    box = editing.entry("Two").bounding_box()
    assert box
    tab.mouse.move(x, y)
    tab.mouse.down()
    for step in range(1, 13):
        tab.mouse.move(x + (box["x"] + 60 - x) * step / 12, y + (box["y"] + 8 - y) * step / 12)
    tab.wait_for_timeout(400)
    tab.mouse.up()
    editing.announced("“Dragged” added to “Weekly digest”.")
    assert editing.headlines() == ["One", "Dragged", "Two", "Three"]
    expect(waiting(pane).get_by_text("Dragged")).to_have_count(0)
    expect(editing.entry("Dragged")).to_have_count(1)


def test_of_two_who_add_one_entry_one_is_told(editing: Editing) -> None:
    """To another issue: the story goes. To the same one: it is there once, with what either wrote in it."""
    at = editing.issue.installation
    ids = [at.collect(name) for name in ("Bridge", "Canal", "Dam")]
    pane = open_inbox(editing)
    expect(waiting(pane).get_by_text("Bridge")).to_be_visible()
    other = at.create_issue(small())
    for entry_id, issue in zip(ids, (other, editing.issue, other), strict=True):
        issue.place(entry_id, "digest")
    with editing.without_a_server():  # they do not see each other
        editing.choose("Add “Bridge”", "Weekly digest")
        editing.choose("Add “Canal”", "Latest")
        editing.entry("Canal").get_by_role("textbox", name="Outlet").fill("The Water Post")
        editing.choose("Add “Dam”", "Latest")
        editing.headline("Dam").fill("The dam holds")  # what somebody wrote is not thrown away
    assert (editing.headlines(), editing.headlines(1)) == (
        ["One", "Two", "Three", "Canal"],
        ["Four", "The dam holds"],
    )
    assert stories(editing)[3].provenance.outlet == "The Water Post"
    expect(editing.tab.locator(".toast")).to_contain_text("“Bridge” is already in an issue.")
    expect(waiting(pane).filter(has_text=re.compile("Bridge|Canal|Dam"))).to_have_count(0)


def test_pasted_links_become_stories_that_fill_in_while_somebody_writes(editing: Editing) -> None:
    """Five at once into a section, one into an empty headline; then a page is read beside its story."""
    at = editing.issue.installation
    urls = [f"https://news.example/{number}?utm_source=x" for number in range(5)]
    editing.section("Latest").focus()
    paste(editing.section("Latest"), "", "\n".join(urls))
    editing.announced("Pasted: 5 stories.")
    assert [story.url for story in stories(editing, 1)][1:] == urls
    expect(editing.tab.get_by_text("Reading the page…")).to_have_count(5)
    editing.section("Latest").get_by_label("Headline").nth(1).fill("Mine")
    at.read_pages("The news", outlet="News", description="What happened.")
    expect(editing.section("Latest").get_by_label("Headline").nth(5)).to_have_value("The news")
    filled = stories(editing, 1)[1:]
    assert [story.headline for story in filled] == ["Mine", *["The news"] * 4]
    assert {(story.blurb, story.provenance.outlet) for story in filled} == {("What happened.", "News")}
    assert [story.url for story in filled] == [f"https://news.example/{number}" for number in range(5)]

    editing.section("Latest").get_by_role("button", name="Read the page: Mine").click()
    pane = editing.tab.get_by_role("complementary", name="Inbox")
    expect(pane.get_by_role("heading", name="The news")).to_be_focused()
    expect(pane.get_by_text("Its text.")).to_be_visible()
    pane.get_by_role("button", name="Back to the inbox").click()
    expect(pane.get_by_role("searchbox")).to_be_focused()

    editing.headline("One").focus()
    editing.tab.keyboard.press("ControlOrMeta+Enter")
    paste(editing.tab.locator("textarea:focus"), "", "https://news.example/six")
    assert stories(editing)[1].url == "https://news.example/six"
    editing.tab.keyboard.press("ControlOrMeta+z")
    assert (stories(editing)[1].headline, stories(editing)[1].url) == ("", "")
    expect(waiting(pane).get_by_text("https://news.example/six")).to_be_visible()
