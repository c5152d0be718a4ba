"""Translations are saved as they are typed; of two people at the same text the second one is told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.editions import WORDS, an_edition, the_document
from tests.web.installation import ANA, ME, Installation

pytestmark = pytest.mark.browser

SAVED, ALL = "Saved", "6 of 6 translated"


@pytest.fixture
def address(running: Installation) -> str:
    issue = running.create_issue(the_document(editions=[an_edition("de", without="opera")]))
    return f"{running.address}/admin/issues/{issue.id}/languages/de"


@pytest.fixture
def tab(running: Installation, window: BrowserContext, address: str) -> Iterator[Page]:
    window.add_cookies([running.new_session(ME)])  # type: ignore[list-item]
    opened = window.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(address)
    yield opened
    opened.close()
    assert complaints == []


def missing(tab: Page) -> str:
    """The id of the field of the text that is not translated; it stays when it is."""
    return tab.locator(".translation-missing textarea").get_attribute("id") or ""


def state(tab: Page, field: str) -> str:
    return f"#{field}-state"


def test_a_translation_is_saved_while_it_is_typed(tab: Page) -> None:
    field = missing(tab)
    tab.locator(f"#{field}").fill("Nur von der Oper.")
    expect(tab.locator(state(tab, field))).to_have_text(SAVED)
    expect(tab.locator("[data-translation-progress]")).to_have_text(ALL)
    tab.reload()
    expect(tab.locator(f"#{field}")).to_have_value("Nur von der Oper.")
    tab.locator(f"#{field}").fill("{{ nobody }}")
    tab.locator(f"#{field}").blur()
    expect(tab.locator(state(tab, field))).to_contain_text("There is no merge field called “nobody”")
    expect(tab.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
    tab.locator(f"#{field}").fill("")
    tab.locator(f"#{field}").blur()
    expect(tab.locator("[data-translation-progress]")).to_have_text("5 of 6 translated")


def test_two_people_at_the_same_text(
    tab: Page, running: Installation, window: BrowserContext, address: str
) -> None:
    field = missing(tab)
    browser = window.browser
    assert browser is not None
    others = browser.new_context()
    others.add_cookies([running.new_session(ANA)])  # type: ignore[list-item]
    hers = others.new_page()
    hers.goto(address)
    tab.locator(f"#{field}").fill("Meine Worte.")
    tab.locator(f"#{field}").blur()
    expect(tab.locator(state(tab, field))).to_have_text(SAVED)
    hers.locator(f"#{field}").fill("Ihre Worte.")
    hers.locator(f"#{field}").blur()
    expect(hers.locator(state(hers, field))).to_contain_text("Meine Worte.")
    hers.locator(f"#{field}").fill("Unsere Worte.")
    hers.locator(f"#{field}").blur()
    expect(hers.locator(state(hers, field))).to_have_text(SAVED)
    others.close()
    tab.reload()
    expect(tab.locator(f"#{field}")).to_have_value("Unsere Worte.")


def test_a_server_that_does_not_answer_is_told(tab: Page, running: Installation) -> None:
    field = missing(tab)
    with running.away():
        tab.locator(f"#{field}").fill("Oper.")
        tab.locator(f"#{field}").blur()
        expect(tab.locator(state(tab, field))).to_contain_text("Not saved.")
    tab.get_by_role("button", name="Save translations").click()
    expect(tab.locator("body")).to_contain_text("1 translation was saved.")
    expect(tab.locator(f"#{field}")).to_have_value("Oper.")
    assert WORDS["de"]["all"] in tab.content()
