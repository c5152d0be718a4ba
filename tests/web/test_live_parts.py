"""Parts of pages that htmx asks for again: under our policy, without a new page or a lost word."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from newsletter.mailings.models import Control, Mailing, MailingState
from tests.features.looking import listen, open_tab
from tests.servers.processes import free_port
from tests.web.editor_browser.editing import small
from tests.web.installation import OWNER, Installation

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(running: Installation, chrome: Browser) -> Iterator[Page]:
    """An owner's browser; what it complains about fails the test."""
    opened = open_tab(chrome)
    opened.context.add_cookies([running.new_session(OWNER)])  # type: ignore[list-item]
    complaints = listen(opened)
    yield opened
    opened.context.close()
    expected = re.compile(r"the server responded with a status of (4\d\d|503)")
    assert [line for line in complaints if not expected.search(line)] == []


@pytest.fixture
def mailing(running: Installation) -> int:
    """The id of one that waits for its day."""
    running.create_issue(small()).schedule()
    with running.runtime.session() as session:
        return session.scalars(select(Mailing.id).order_by(Mailing.id.desc())).first() or 0


def change(running: Installation, mailing: int, **values: object) -> None:
    with running.runtime.session() as session:
        row = session.get_one(Mailing, mailing)
        for name, value in values.items():
            setattr(row, name, value)
        session.commit()


def test_a_mailing_is_kept_up_to_date_and_loaded_again_at_its_end(
    tab: Page, running: Installation, mailing: int
) -> None:
    tab.goto(f"{running.address}/admin/mailings/{mailing}")
    expect(tab.get_by_role("link", name="Unschedule and edit")).to_be_visible()
    tab.evaluate("window.sameDocument = true")
    change(running, mailing, state=MailingState.SENDING)
    pause = tab.get_by_role("button", name="Pause sending")
    expect(pause).to_be_visible()
    pause.focus()
    change(running, mailing, control=Control.PAUSE)
    expect(tab.get_by_role("button", name="Resume sending")).to_be_focused()
    assert tab.evaluate("window.sameDocument") is True
    change(running, mailing, control=Control.GO, state=MailingState.FINISHED)
    expect(tab.locator("[data-polling]")).to_have_count(0)
    assert tab.evaluate("window.sameDocument") is None


def test_nobody_asks_while_words_are_typed_that_would_be_lost(
    tab: Page, running: Installation, mailing: int
) -> None:
    tab.clock.install()
    tab.goto(f"{running.address}/admin/mailings/{mailing}")
    tab.locator(".mailing-throttle summary").click()
    limit = tab.locator(".mailing-throttle input[type=number]")
    limit.fill("20")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.clock.run_for(10_000)
    assert asked == []
    limit.fill("")
    with tab.expect_response("**/live"):
        tab.clock.run_for(2_500)


def test_a_server_that_does_not_answer_is_told_of_until_it_does(
    tab: Page, running: Installation, mailing: int
) -> None:
    tab.clock.install()
    tab.goto(f"{running.address}/admin/mailings/{mailing}")
    tab.route("**/live", lambda route: route.fulfill(status=503, body="<p>away</p>"))
    lost = tab.get_by_text("The server is not responding.")
    for _ in range(2):
        expect(lost).to_be_hidden()
        ask_after_a_while(tab)
    expect(lost).to_be_visible()
    tab.unroute("**/live")
    ask_after_a_while(tab)
    expect(lost).to_be_hidden()
    expect(tab.get_by_text("away")).to_have_count(0)


def test_who_is_signed_out_meanwhile_is_led_to_the_sign_in_page(
    tab: Page, running: Installation, mailing: int
) -> None:
    tab.goto(f"{running.address}/admin/mailings/{mailing}")
    running.sign_out_everywhere(OWNER)
    tab.wait_for_url(re.compile(r"/sign-in\?next="))


def ask_after_a_while(tab: Page) -> None:
    """However long it was to wait after answers that failed."""
    with tab.expect_response("**/live"):
        tab.clock.run_for(12_000)


class TestRelay:
    @pytest.fixture(autouse=True)
    def _typed(self, tab: Page, running: Installation) -> None:
        """A relay at which nobody listens."""
        tab.goto(f"{running.address}/admin/settings")
        tab.locator("[name=host]").fill("127.0.0.1")
        tab.locator("[name=port]").fill(str(free_port()))
        tab.locator("[name=username]").fill("me")
        tab.locator("[name=password]").fill("a password that stays")

    def test_is_tried_beside_the_form(self, tab: Page) -> None:
        before = tab.url
        tab.get_by_role("button", name="Test it first").click()
        steps = tab.locator("[data-relay-steps]")
        expect(steps).to_contain_text("Not working")
        expect(steps).to_be_in_viewport()
        expect(tab.locator("[name=password]")).to_have_value("a password that stays")
        expect(tab.get_by_role("button", name="Test it first")).not_to_have_attribute("aria-busy", "true")
        assert tab.url == before

    def test_says_what_has_to_be_mended_first(self, tab: Page) -> None:
        tab.locator("[name=port]").fill("no port")
        tab.get_by_role("button", name="Test it first").click()
        expect(tab.locator("[data-relay-steps]")).to_contain_text("Not tried")
        expect(tab.locator("[name=password]")).to_have_value("a password that stays")

    def test_of_somebody_signed_out_goes_the_ordinary_way(self, tab: Page, running: Installation) -> None:
        running.sign_out_everywhere(OWNER)
        tab.get_by_role("button", name="Test it first").click()
        tab.wait_for_url(re.compile(r"/sign-in\?next="))


def test_a_theme_is_shown_and_judged_while_it_is_chosen(tab: Page, running: Installation) -> None:
    tab.goto(f"{running.address}/admin/p/morning/theme")
    frame = tab.locator("[data-theme-editor-stage] iframe")
    before = frame.get_attribute("src")
    with tab.expect_response("**/theme/remarks?*") as judged:
        tab.locator("[name=accent]").fill("#ffee00")
    expect(frame).to_have_count(1)
    assert judged.value.ok
    expect(frame).to_have_attribute("src", re.compile("accent=%23ffee00"))
    assert frame.get_attribute("src") != before
    expect(tab.locator("[data-theme-editor-remarks]")).to_contain_text("accent")
    contrast = tab.locator("[data-contrast-of=ink]")
    expect(contrast).not_to_have_attribute("data-low", "")
    tab.locator("[data-colour-of=field-ink]").evaluate(
        "swatch => { swatch.value = '#999999'; swatch.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    assert contrast.locator("[data-contrast-ratio]").inner_text() == "2.6"  # before any answer
    expect(contrast).to_have_attribute("data-low", "")
    expect(frame.last).to_have_attribute("src", re.compile("ink=%23999999"))
