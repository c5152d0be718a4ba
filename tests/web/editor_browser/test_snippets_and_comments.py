"""Beside the text: a snippet that is edited elsewhere, and comments at their place."""

import re

import pytest
from playwright.sync_api import expect

from newsletter.issues.snippets.save import SnippetWords, save_snippet
from newsletter.publications.models import Publication
from tests.features.looking import look
from tests.web.editor_browser.editing import Editing
from tests.web.installation import ANA

pytestmark = pytest.mark.browser


def say(editing: Editing, text: str) -> None:
    """Somebody saves the snippet."""
    with editing.issue.installation.runtime.session() as session:
        publication = session.get_one(Publication, 1)
        save_snippet(session, publication, "support", SnippetWords("Support us", text), actor=ANA)
        session.commit()


def test_a_snippet_is_chosen_by_keyboard_and_follows_its_page(editing: Editing) -> None:
    say(editing, "Give what a **coffee** costs.")
    tab = editing.tab
    editing.choose("Add a section", "Snippet")
    choice = tab.get_by_label("Snippet", exact=True)
    expect(choice).to_be_focused()
    expect(choice.get_by_role("option", name="Support us")).to_be_attached()
    choice.select_option("Support us")
    section = editing.section("Support us")
    expect(section.locator("strong")).to_have_text("coffee")
    document = editing.saved()
    assert document.sections[-1].model_dump(include={"type", "key", "text"}) == {
        "type": "snippet",
        "key": "support",
        "text": "Give what a **coffee** costs.",
    }
    link = section.get_by_role("link", name="Edit the snippet")
    expect(link).to_have_attribute("href", re.compile("/p/morning/snippets/support$"))
    say(editing, "Give what a *tea* costs.")
    tab.evaluate("dispatchEvent(new Event('focus'))")  # the window has the focus again
    expect(section.locator("em")).to_have_text("tea")
    expect(section.get_by_role("textbox")).to_have_count(0)


def test_a_selected_phrase_is_commented_on_answered_and_resolved(editing: Editing) -> None:
    tab = editing.tab
    headline = editing.headline("Two")
    headline.focus()
    tab.keyboard.press("ControlOrMeta+a")
    tab.keyboard.press("ControlOrMeta+Alt+m")
    pane = tab.locator(".comments-pane")
    expect(pane.locator("blockquote")).to_have_text("Two")
    expect(pane.get_by_label("Your comment")).to_be_focused()
    tab.keyboard.type("Is there a third?")
    tab.keyboard.press("ControlOrMeta+Enter")
    mark = tab.get_by_role("button", name="1 comment: Two")
    expect(mark).to_be_visible()
    editing.headline("Two").press("Alt+ArrowUp")
    assert editing.headlines() == ["Two", "One", "Three"]
    expect(pane.get_by_role("button", name="Weekly digest, story 1")).to_be_visible()  # it follows its text
    pane.get_by_role("button", name="Reply").click()
    tab.keyboard.type("There is.")
    pane.get_by_role("button", name="Send the reply").click()
    expect(pane.locator(".thread-reply")).to_contain_text("There is.")
    assert look(tab, widths=(1280,)) == []
    pane.get_by_role("button", name="Resolve").click()
    expect(pane).to_contain_text("No open comments.")
    expect(mark).to_have_count(0)
