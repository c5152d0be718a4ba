"""Long issues, both directions of writing, narrow screens, and every dialog: usable by everybody."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from newsletter.document import loads
from tests.features.admin.hand import Keyboard
from tests.features.looking import WIDTHS, look
from tests.web.editor_browser.editing import Editing, open_editor
from tests.web.installation import Installation

pytestmark = pytest.mark.browser

DEMO = Path(__file__).parents[3] / "newsletter/demo/documents"
PICTURE = "https://images.example.org/pier.jpg"  # the demo's own are not in this library
DIGEST = loads(re.sub('media:[^"]+', PICTURE, (DEMO / "a-line-reopens.json").read_text(encoding="utf-8")))


def test_a_letter_takes_no_longer_among_two_hundred_stories(editing: Editing) -> None:
    alone = milliseconds_of_a_letter(editing, "Three")
    items = [{"headline": f"Story {number}", "blurb": "Words **and** more."} for number in range(200)]
    editing.issue.change({"op": "add", "path": "/sections/1/items", "value": items})
    editing.open()
    among_many = milliseconds_of_a_letter(editing, "Story 199")
    assert among_many < 8 * alone
    assert editing.headlines(1)[-1] == "Story 199" + "x" * 20


def milliseconds_of_a_letter(editing: Editing, name: str) -> float:
    """The median until the frame after a letter is there, typed at the end of that headline."""
    headline = editing.headline(name)
    headline.scroll_into_view_if_needed()
    headline.focus()
    median: float = editing.tab.evaluate(
        """async () => {
            const area = document.activeElement;
            const took = [];
            for (let letter = 0; letter < 20; letter += 1) {
                const begun = performance.now();
                area.setRangeText("x", area.value.length, area.value.length, "end");
                area.dispatchEvent(new InputEvent("input", {bubbles: true}));
                await new Promise(done => requestAnimationFrame(done));
                took.push(performance.now() - begun);
            }
            return took.sort((one, other) => one - other)[10];
        }"""
    )
    return median


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_part_can_be_used_by_everybody(
    running: Installation, window: BrowserContext, language: str
) -> None:
    """In an issue with most blocks, several scripts and pictures, in either direction of writing.

    What axe looks at (names, roles, sizes) is the same in both directions; what fits is not.
    """
    axe = language == "en"
    issue = running.create_issue(DIGEST.model_copy(update={"language": language}))
    issue.open_elsewhere()
    at = open_editor(window, issue)
    found = look(at.tab, axe=False)
    at.tab.set_viewport_size({"width": 1280, "height": 900})
    for summary in at.tab.locator(".document summary").all()[:4]:
        summary.click()
    at.tab.get_by_role("button", name="Add a section", exact=True).click()
    found += look(at.tab, axe=axe)
    at.tab.keyboard.press("Escape")
    at.tab.get_by_role("button", name="Check", exact=True).click()
    at.tab.get_by_text("to send").wait_for()
    found += look(at.tab, axe=axe)
    if language == "en":
        at.tab.set_viewport_size({"width": 1280, "height": 900})
        Keyboard(at.tab).walk_through()
    at.leave()
    assert found == []
    assert at.complaints == []


@pytest.mark.parametrize("dialog", ["conflict", "signed out", "shortcuts"])
def test_every_dialog_can_be_used_by_everybody(editing: Editing, dialog: str) -> None:
    if dialog == "shortcuts":
        editing.section("Text").focus()
        editing.tab.keyboard.press("?")
    elif dialog == "conflict":
        editing.issue.change({"op": "add", "path": "/sections/0/items/0/headline", "value": "One, by Ana"})
    else:
        editing.issue.installation.sign_out_everywhere()
    if dialog != "shortcuts":
        editing.headline("One").fill("One, by me")
    expect(editing.tab.get_by_role("dialog")).to_be_visible()
    # Phones have no keys to list.
    widths = (1280, 640) if dialog == "shortcuts" else WIDTHS
    assert look(editing.tab, widths=widths) == []


def test_on_a_phone_the_panes_lie_behind_each_other(editing: Editing, tmp_path: Path) -> None:
    editing.tab.set_viewport_size({"width": 390, "height": 844})
    expect(editing.headline("One")).to_be_visible()
    expect(editing.tab.locator(".preview")).not_to_be_visible()
    editing.tab.get_by_role("button", name="Preview", exact=True).click()
    expect(editing.tab.locator(".preview")).to_be_visible()
    expect(editing.headline("One")).not_to_be_visible()
    editing.tab.get_by_role("button", name="Write").click()
    editing.choose("Move, duplicate, delete: One", "Move down")
    assert editing.headlines() == ["Two", "One", "Three"]
