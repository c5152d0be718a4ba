"""Other people at the same issue, and a server that does not answer."""

import pytest
from playwright.sync_api import expect

from tests.web.editor_browser.editing import Editing

pytestmark = pytest.mark.browser


def test_changes_of_two_people_to_different_fields_are_both_kept(editing: Editing) -> None:
    change = {"op": "add", "path": "/sections/0/items/0/blurb", "value": "By Ana."}
    editing.desk.change([change], "ana@example.org")
    editing.headline("One").fill("One, by me")
    document = editing.saved()
    item = document.sections[0].items[0]  # type: ignore[union-attr]
    assert (item.headline, item.blurb) == ("One, by me", "By Ana.")
    expect(editing.tab.locator(".toast")).to_contain_text("Both your changes are in it.")


@pytest.mark.parametrize("choice", ["mine", "theirs", "whole"])
def test_the_same_field_changed_twice_is_asked_about(editing: Editing, choice: str) -> None:
    change = {"op": "add", "path": "/sections/0/items/0/headline", "value": "One, by Ana"}
    editing.desk.change([change], "ana@example.org")
    editing.headline("Two").fill("Two, by me")
    editing.headline("One").fill("One, by me")
    dialog = editing.tab.get_by_role("dialog")
    expect(dialog).to_contain_text("ana@example.org changed the same words")
    editing.status("Conflict")
    expect(dialog).to_contain_text("One, by me")
    if choice == "theirs":
        dialog.get_by_role("radio", name="ana@example.org").check()
    buttons = {"mine": "Keep mine on top", "theirs": "Keep what is chosen", "whole": "Take their whole"}
    dialog.get_by_role("button", name=buttons[choice]).click()
    expected = {"mine": ["One, by me", "Two, by me"], "theirs": ["One, by Ana", "Two, by me"]}
    assert editing.headlines()[:2] == expected.get(choice, ["One, by Ana", "Two"])
    if choice == "whole":
        editing.tab.get_by_role("button", name="Undo").first.click()
        assert editing.headlines()[:2] == ["One, by me", "Two, by me"]


def test_somebody_signed_out_signs_in_elsewhere_and_goes_on(editing: Editing) -> None:
    editing.desk.signed_out = True
    editing.headline("One").fill("Typed too late")
    dialog = editing.tab.get_by_role("dialog", name="You are signed out")
    expect(dialog).to_contain_text("Your text is kept on this device.")
    editing.status("Kept on this device")
    with editing.tab.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in in a new tab").click()
    expect(opened.value.get_by_text("Signed in")).to_be_visible()
    opened.value.close()
    editing.tab.bring_to_front()
    editing.tab.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(dialog).not_to_be_visible()
    assert editing.headlines()[0] == "Typed too late"
    assert editing.desk.token == "second"


def test_a_token_of_an_older_session_is_renewed_unseen(editing: Editing) -> None:
    editing.desk.token = "second"  # they signed in anew in another tab
    editing.headline("One").fill("Typed with an old token")
    assert editing.headlines()[0] == "Typed with an old token"
    expect(editing.tab.get_by_role("dialog")).to_have_count(0)


def test_an_old_token_of_somebody_signed_out_asks_to_sign_in(editing: Editing) -> None:
    editing.desk.token, editing.desk.shut = "second", True
    editing.headline("One").fill("Typed too late")
    dialog = editing.tab.get_by_role("dialog", name="You are signed out")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("link", name="Sign in in a new tab")).to_have_attribute("href", "/sign-in")
    editing.desk.shut = False
    dialog.get_by_role("button", name="I have signed in").click()
    expect(dialog).not_to_be_visible()
    assert editing.headlines()[0] == "Typed too late"


def test_whose_role_does_not_allow_it_is_told_so(editing: Editing) -> None:
    editing.desk.forbidden = True
    editing.headline("One").fill("Typed by a guest")
    editing.status("Kept on this device")
    expect(editing.tab.get_by_text("Your role on the team does not allow this.")).to_be_visible()
    editing.desk.forbidden = False


@pytest.mark.parametrize("how", ["silent", "offline"])
def test_without_a_server_the_text_stays_on_the_device(editing: Editing, how: str) -> None:
    editing.desk.silent = how == "silent"
    editing.tab.context.set_offline(how == "offline")
    editing.headline("One").fill("Typed in a tunnel")
    editing.status("Kept on this device")
    editing.desk.silent = False
    editing.tab.context.set_offline(False)
    editing.tab.evaluate("window.dispatchEvent(new Event('online'))")
    assert editing.headlines()[0] == "Typed in a tunnel"


def test_a_copy_on_the_device_is_offered_when_the_page_is_opened_again(editing: Editing) -> None:
    editing.desk.silent = True
    editing.headline("One").fill("Not saved yet")
    editing.status("Kept on this device")
    editing.tab.goto("about:blank")
    editing.desk.silent = False
    change = {"op": "add", "path": "/sections/0/items/1/headline", "value": "Two, by Ana"}
    editing.desk.change([change], "ana@example.org")
    editing.open()
    expect(editing.headline("One")).to_be_visible()
    editing.tab.get_by_role("button", name="Bring them back").click()
    assert editing.headlines() == ["Not saved yet", "Two, by Ana", "Three"]
    editing.tab.reload()
    expect(editing.headline("Not saved yet")).to_be_visible()
    expect(editing.tab.get_by_role("button", name="Bring them back")).to_have_count(0)


def test_leaving_in_the_middle_of_a_word_saves_it(editing: Editing) -> None:
    editing.headline("One").fill("Half a word")
    editing.tab.goto(f"{editing.address}/send")
    editing.tab.wait_for_timeout(500)
    assert editing.desk.document.sections[0].items[0].headline == "Half a word"  # type: ignore[union-attr]


def test_other_editors_are_named(editing: Editing) -> None:
    editing.desk.others = ["ana@example.org"]
    editing.open()
    expect(editing.tab.get_by_text("ana@example.org is editing")).to_be_visible()


def test_a_locked_issue_can_only_be_read(editing: Editing) -> None:
    editing.desk.locked = True
    editing.open()
    expect(editing.tab.get_by_text("This issue is scheduled for Friday.")).to_be_visible()
    expect(editing.tab.get_by_role("link", name="Unschedule and edit")).to_be_visible()
    expect(editing.headline("One")).to_have_js_property("readOnly", value=True)
    expect(editing.tab.get_by_role("button", name="Add a section")).to_have_count(0)
    editing.section("Text").get_by_label("Text").last.click()
    assert editing.tab.locator("[contenteditable=true]").count() == 0


def test_locked_while_somebody_types_keeps_what_was_typed(editing: Editing) -> None:
    editing.desk.locked = True
    editing.headline("One").fill("Too late")
    editing.status("Locked")
    expect(editing.tab.get_by_text("kept on this device")).to_be_visible()
    expect(editing.tab.get_by_role("link", name="See its mailing")).to_be_visible()
    expect(editing.headline("Too late")).to_be_visible()
