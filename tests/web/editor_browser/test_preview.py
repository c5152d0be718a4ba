"""The preview and the check beside the document."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.extent import usual
from tests.web.editor_browser.editing import Editing

pytestmark = pytest.mark.browser


def test_the_preview_follows_what_is_saved(editing: Editing) -> None:
    frame = editing.tab.frame_locator(".preview-stage iframe").last
    expect(frame.get_by_text("One", exact=True)).to_be_visible()
    editing.headline("One").fill("Seen on the right")
    expect(frame.get_by_text("Seen on the right")).to_be_visible()
    frame.get_by_text("Two", exact=True).click()  # a press leads to the field
    expect(editing.headline("Two")).to_be_focused()
    editing.tab.set_viewport_size({"width": 1280, "height": 420})
    frame.locator("body").evaluate("() => scrollTo(0, 60)")
    editing.tab.keyboard.type("!")
    expect(frame.get_by_text("Two!")).to_be_visible()
    assert frame.locator("body").evaluate("() => scrollY") == 60  # it keeps its place
    text = editing.section("Text").get_by_role("textbox", name="Text")
    text.click()
    expect(frame.get_by_text("Some words.")).to_be_in_viewport()
    for name in ("100 %", "Phone", "Dark", "Inverted", "Images off", "Plain text"):
        editing.tab.get_by_role("button", name=name).click()
    expect(frame.get_by_text("Seen on the right")).to_be_visible()
    sandbox = editing.tab.locator(".preview-stage iframe").last.get_attribute("sandbox") or ""
    assert "allow-scripts" not in sandbox.split()


def test_further_previews_are_in_a_menu_and_lead_to_their_places(editing: Editing) -> None:
    frame = editing.tab.frame_locator(".preview-stage iframe").last
    editing.tab.get_by_role("button", name="More").focus()
    for key in ("ArrowDown", "End", "Enter"):  # by keyboard alone
        editing.tab.keyboard.press(key)
    expect(frame.get_by_text("Size of the HTML")).to_be_visible()
    frame.get_by_role("link", name="Two").press("Enter")
    story = editing.entry("Two")
    assert story.evaluate("story => story.contains(document.activeElement)")
    editing.tab.get_by_role("button", name="Size").click()
    editing.tab.get_by_role("menuitem", name="Reading order").click()
    frame.get_by_text("Two", exact=True).click()
    expect(editing.headline("Two")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_desktops_preview_has_the_width_of_a_desktop(editing: Editing, width: int) -> None:
    editing.tab.set_viewport_size({"width": width, "height": 900})
    editing.tab.get_by_role("button", name="Preview", exact=True).click()
    stage, frame = editing.tab.locator(".preview-stage"), editing.tab.locator(".preview-stage iframe").last
    inside = editing.tab.frame_locator(".preview-stage iframe").last.locator("body")
    expect(inside).to_contain_text("One")
    assert inside.evaluate("() => innerWidth") == pytest.approx(680, abs=1)
    editing.tab.wait_for_timeout(100)
    shown, room = frame.bounding_box(), stage.bounding_box()
    assert shown
    assert room
    assert (shown["x"], shown["width"]) == pytest.approx((room["x"], room["width"]), abs=1)
    editing.tab.get_by_role("button", name="Phone").click()
    assert inside.evaluate("() => innerWidth") <= 390


def test_a_finding_leads_to_its_place(editing: Editing) -> None:
    editing.entry("Two").get_by_label("Link", exact=True).fill("http://x.example/two")
    editing.tab.get_by_label("Subject").fill("")
    editing.status("Saved")
    editing.tab.get_by_role("button", name="Check", exact=True).click()
    expect(editing.tab.get_by_text("Fix 1 problem to send.")).to_be_visible()
    editing.tab.get_by_role("button", name="Weekly digest, story 2, Link").click()
    expect(editing.entry("Two").get_by_label("Link", exact=True)).to_be_focused()
    editing.tab.get_by_label("Subject").fill("There")
    expect(editing.tab.get_by_text("Ready to send.")).to_be_visible()


PLACES = {
    "subject": "Subject",
    "sections[0].items[1].url": "Link",
    "sections[0].items[1].provenance.byline": "Byline",
    "sections[1].title": "Heading",
    "slug": "Web address",
}
# Those with which the page is opened: they are folded away. The others are gone to on the open page.
OPENED = usual({"sections[0].items[1].provenance.byline", "slug"}, soak=set(PLACES))


def test_a_place_in_the_pages_address_has_the_focus(editing: Editing) -> None:
    head, story, section = editing.tab.locator(".issue-head"), editing.entry("Two"), editing.section("Latest")
    for path, label in PLACES.items():
        if path in OPENED:
            editing.tab.goto("about:blank")
            editing.tab.goto(f"{editing.address}/edit#{quote(path)}")
        else:
            editing.tab.evaluate("hash => { location.hash = hash }", path)
        around = {"sections[0]": story, "sections[1]": section}.get(path[:11], head)
        place = around.get_by_label(label, exact=True)
        expect(place, path).to_be_focused()
        expect(place, path).to_be_in_viewport()


def test_a_place_that_comes_later_is_gone_to_as_well(editing: Editing) -> None:
    editing.tab.evaluate("location.hash = 'sections[2].text'")
    expect(editing.section("Text").get_by_role("textbox", name="Text")).to_be_focused()
    for nowhere in ("sections[9].title", "%E0%A4%A", "nothing[1]"):
        editing.tab.evaluate("hash => { location.hash = hash }", nowhere)
    expect(editing.section("Text").get_by_role("textbox", name="Text")).to_be_focused()
