"""Other people at the same issue, and a server that does not answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Route, expect

from newsletter.accounts.permissions import RoleName
from newsletter.document.blocks.links import LinksSection
from tests.web.editor_browser.editing import Editing
from tests.web.installation import ME, PASSWORD

pytestmark = pytest.mark.browser


def test_changes_of_two_people_to_different_fields_are_both_kept(editing: Editing) -> None:
    editing.issue.change({"op": "add", "path": "/sections/0/items/0/blurb", "value": "By Ana."})
    editing.headline("One").fill("One, by me")
    document = editing.saved()
    section = document.sections[0]
    assert isinstance(section, LinksSection)
    item = section.items[0]
    assert (item.headline, item.blurb) == ("One, by me", "By Ana.")
    expect(editing.tab.locator(".toast")).to_contain_text("It now contains both your changes.")


@pytest.mark.parametrize("choice", ["mine", "theirs", "whole"])
def test_the_same_field_changed_twice_is_asked_about(editing: Editing, choice: str) -> None:
    editing.issue.change({"op": "add", "path": "/sections/0/items/0/headline", "value": "One, by Ana"})
    editing.headline("Two").fill("Two, by me")
    editing.headline("One").fill("One, by me")
    dialog = editing.tab.get_by_role("dialog")
    expect(dialog).to_contain_text("ana@example.org changed the same text")
    editing.status("Conflict")
    expect(dialog).to_contain_text("One, by me")
    if choice == "theirs":
        dialog.get_by_role("radio", name="ana@example.org").check()
    buttons = {"mine": "Keep mine", "theirs": "Keep chosen versions", "whole": "Use their version"}
    dialog.get_by_role("button", name=buttons[choice]).click()
    expected = {"mine": ["One, by me", "Two, by me"], "theirs": ["One, by Ana", "Two, by me"]}
    assert editing.headlines()[:2] == expected.get(choice, ["One, by Ana", "Two"])
    if choice == "whole":
        editing.tab.get_by_role("button", name="Undo").first.click()
        assert editing.headlines()[:2] == ["One, by me", "Two, by me"]


def test_somebody_signed_out_signs_in_elsewhere_and_goes_on(editing: Editing) -> None:
    editing.issue.installation.sign_out_everywhere()
    editing.headline("One").fill("Typed too late")
    dialog = editing.tab.get_by_role("dialog", name="You are signed out")
    expect(dialog).to_contain_text("Your text is kept on this device.")
    editing.status("Kept on this device")
    with editing.tab.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in in a new tab").click()
    other = opened.value
    other.get_by_label("Email address").fill(ME)
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other.locator("#issue-editor")).to_be_attached()
    other.close()
    editing.tab.bring_to_front()
    editing.tab.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(dialog).not_to_be_visible()
    assert editing.headlines()[0] == "Typed too late"


def test_a_token_of_an_older_session_is_renewed_unseen(editing: Editing) -> None:
    editing.sign_in_again()
    editing.headline("One").fill("Typed with an old token")
    assert editing.headlines()[0] == "Typed with an old token"
    expect(editing.tab.get_by_role("dialog")).to_have_count(0)


def test_an_old_token_of_somebody_signed_out_asks_to_sign_in(editing: Editing) -> None:
    """The session ends between the refusal of the old token and the question for a new one."""
    running = editing.issue.installation

    def refuse_and_sign_out(route: Route) -> None:
        answer = route.fetch()
        assert answer.json()["error"] == "csrf"
        running.sign_out_everywhere()
        route.fulfill(response=answer)

    editing.sign_in_again()
    editing.tab.route("**/document", refuse_and_sign_out, times=1)
    editing.headline("One").fill("Typed too late")
    dialog = editing.tab.get_by_role("dialog", name="You are signed out")
    expect(dialog).to_be_visible()
    sign_in = dialog.get_by_role("link", name="Sign in in a new tab")
    expect(sign_in).to_have_attribute("href", f"/sign-in?next={editing.issue.path}/edit")
    editing.sign_in_again()
    dialog.get_by_role("button", name="I have signed in").click()
    expect(dialog).not_to_be_visible()
    assert editing.headlines()[0] == "Typed too late"


def test_whose_role_does_not_allow_it_is_told_so(editing: Editing) -> None:
    running = editing.issue.installation
    running.set_role(None)
    editing.headline("One").fill("Typed by a guest")
    editing.status("Kept on this device")
    expect(editing.tab.get_by_text("Your role on the team does not allow this.")).to_be_visible()
    running.set_role(RoleName.EDITOR)


@pytest.mark.parametrize("how", ["silent", "offline"])
def test_without_a_server_the_text_stays_on_the_device(editing: Editing, how: str) -> None:
    with editing.without_a_server() if how == "silent" else offline(editing):
        editing.headline("One").fill("Typed in a tunnel")
        editing.status("Kept on this device")
    editing.tab.evaluate("window.dispatchEvent(new Event('online'))")
    assert editing.headlines()[0] == "Typed in a tunnel"


@contextmanager
def offline(editing: Editing) -> Iterator[None]:
    editing.tab.context.set_offline(True)
    yield
    editing.tab.context.set_offline(False)


def test_a_copy_on_the_device_is_offered_when_the_page_is_opened_again(editing: Editing) -> None:
    with editing.without_a_server():
        editing.headline("One").fill("Not saved yet")
        editing.status("Kept on this device")
        editing.tab.goto("about:blank")
        editing.tab.wait_for_timeout(1000)  # for what the page sends while it is left
    editing.issue.change({"op": "add", "path": "/sections/0/items/1/headline", "value": "Two, by Ana"})
    editing.open()
    expect(editing.headline("One")).to_be_visible()
    editing.tab.get_by_role("button", name="Restore them").click()
    assert editing.headlines() == ["Not saved yet", "Two, by Ana", "Three"]
    editing.tab.reload()
    expect(editing.headline("Not saved yet")).to_be_visible()
    expect(editing.tab.get_by_role("button", name="Restore them")).to_have_count(0)


def test_leaving_in_the_middle_of_a_word_saves_it(editing: Editing) -> None:
    editing.headline("One").fill("Half a word")
    editing.tab.goto(f"{editing.address}/send")
    editing.tab.wait_for_timeout(500)
    assert editing.issue.document.sections[0].items[0].headline == "Half a word"  # type: ignore[union-attr]


def test_other_editors_are_named(editing: Editing) -> None:
    editing.issue.open_elsewhere()
    editing.open()
    expect(editing.tab.get_by_text("ana@example.org is editing")).to_be_visible()


def test_a_locked_issue_can_only_be_read(editing: Editing) -> None:
    editing.issue.schedule()
    editing.open()
    expect(editing.tab.get_by_text(re.compile("This issue is scheduled for .*2031"))).to_be_visible()
    expect(editing.tab.get_by_role("link", name="Unschedule and edit")).to_be_visible()
    expect(editing.headline("One")).to_have_js_property("readOnly", value=True)
    expect(editing.tab.get_by_role("button", name="Add a section")).to_have_count(0)
    editing.section("Text").get_by_label("Text").last.click()
    assert editing.tab.locator("[contenteditable=true]").count() == 0


def test_locked_while_somebody_types_keeps_what_was_typed(editing: Editing) -> None:
    editing.issue.schedule()
    editing.headline("One").fill("Too late")
    editing.status("Locked")
    expect(editing.tab.get_by_text("kept on this device")).to_be_visible()
    expect(editing.tab.get_by_role("link", name="See its mailing")).to_be_visible()
    expect(editing.headline("Too late")).to_be_visible()
