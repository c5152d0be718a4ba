"""I lose no word: not when the server dies, not when my session ends, not when somebody was first."""

import signal
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select, update

from newsletter.accounts.create import create_user
from newsletter.accounts.models import UserSession
from newsletter.accounts.permissions import RoleName
from newsletter.core import clock
from newsletter.document import Document, loads
from newsletter.issues.models import Revision
from newsletter.issues.save import save_document
from newsletter.publications.find import find_publication
from newsletter.runtime import Runtime
from tests.features import story
from tests.features.admin.entering import OWNER, PASSWORD, sign_in
from tests.features.admin.hand import Mouse
from tests.features.conftest import prepare_database
from tests.features.looking import open_tab
from tests.features.unchanged import reading_session
from tests.processes import Installation
from tests.servers import ValkeyServer

pytestmark = pytest.mark.browser

ANA = "ana@press.example"
FIRST = "The night boat "
REST = "leaves at ten, whoever is aboard 🚢"
AGAIN = 45_000  # milliseconds: the editor tries again every thirty seconds at the latest


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A web server, two people, and a publication."""
    folder = tmp_path_factory.mktemp("admin")
    valkey = ValkeyServer(folder / "valkey")
    with Installation(folder / "var", redis_url=valkey.start()) as made:
        prepare_database(made)
        made.start("web", wait=False)
        story.begin(made, {})
        runtime = Runtime(made.settings)
        with runtime.session() as session:
            for email in (OWNER, ANA):
                create_user(session, email=email, role=RoleName.OWNER, password=PASSWORD, actor="test")
            session.commit()
        runtime.engine.dispose()
        made.wait_until_ready("web")
        yield made
    valkey.kill()


@pytest.fixture(scope="module")
def picture(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest's, added to the media: what documents call it."""
    return story.add_picture(installation, tmp_path_factory.mktemp("picture"))


@pytest.fixture
def issue(installation: Installation, picture: str) -> int:
    """The id of a new issue with the reference digest."""
    runtime = Runtime(installation.settings)
    with runtime.session() as session:
        publication = find_publication(session, story.SLUG)
        document = loads(story.digest(picture, slug=f"digest-{uuid4()}"))
        made = save_document(session, publication, document, author="test").issue.id
        session.commit()
    runtime.engine.dispose()
    return made


@pytest.fixture
def window(chrome: Browser, installation: Installation) -> Iterator[Page]:
    """Signed in as the owner."""
    opened = open_window(chrome, installation)
    yield opened
    opened.context.close()


def open_window(chrome: Browser, installation: Installation, email: str = OWNER) -> Page:
    opened = open_tab(chrome, locale="en-GB", viewport={"width": 1280, "height": 900})
    opened.goto(f"{installation.url}/sign-in")
    opened.get_by_label("Email address").fill(email)
    opened.get_by_label("Password", exact=True).fill(PASSWORD)
    opened.get_by_role("button", name="Sign in").click()
    expect(opened.locator("body.admin")).to_be_visible()
    return opened


def first_headline(window: Page, installation: Installation, issue: int) -> Locator:
    """The first story's, in the editor."""
    window.goto(f"{installation.url}/admin/issues/{issue}/edit")
    return window.locator(".entry").get_by_label("Headline").first


def document_of(installation: Installation, issue: int) -> Document:
    """The issue as the server has it."""
    with reading_session(installation) as session:
        newest = select(Revision.document).where(Revision.issue_id == issue).order_by(Revision.number.desc())
        return loads(session.scalars(newest).first() or "")


def saved(installation: Installation, issue: int) -> str:
    """The first story's headline as the server has it."""
    return document_of(installation, issue).sections[2].items[0].headline  # type: ignore[union-attr]


def kill_web(installation: Installation) -> None:
    for process in installation.processes("web", "web/child"):
        installation.send(process.pid, signal.SIGKILL)
    installation.kill("web")


def end_sessions(installation: Installation) -> None:
    """As when the time of every session is over."""
    runtime = Runtime(installation.settings)
    with runtime.session() as session:
        session.execute(update(UserSession).values(ended_at=clock.now()))
        session.commit()
    runtime.engine.dispose()


def status(window: Page) -> Locator:
    return window.locator(".bar-status")


# ——— the editor


def test_the_web_server_is_killed_while_i_type(window: Page, installation: Installation, issue: int) -> None:
    headline = first_headline(window, installation, issue)
    headline.fill("")
    headline.press_sequentially(FIRST, delay=20)
    kill_web(installation)
    headline.press_sequentially(REST, delay=20)
    expect(status(window)).to_have_text("Kept on this device")
    expect(headline).to_have_value(FIRST + REST)
    installation.start("web")
    expect(status(window)).to_have_text("Saved", timeout=AGAIN)
    expect(headline).to_have_value(FIRST + REST)
    assert saved(installation, issue) == FIRST + REST


def test_the_web_server_and_my_browser_die_while_i_type(
    window: Page, installation: Installation, issue: int
) -> None:
    headline = first_headline(window, installation, issue)
    kill_web(installation)
    headline.fill(FIRST + REST)
    expect(status(window)).to_have_text("Kept on this device")
    window.goto("about:blank")
    installation.start("web")
    headline = first_headline(window, installation, issue)
    window.get_by_role("button", name="Restore them").click()
    expect(headline).to_have_value(FIRST + REST)
    expect(status(window)).to_have_text("Saved")
    assert saved(installation, issue) == FIRST + REST


def test_my_session_ends_while_i_type(window: Page, installation: Installation, issue: int) -> None:
    headline = first_headline(window, installation, issue)
    headline.fill(FIRST)
    expect(status(window)).to_have_text("Saved")
    end_sessions(installation)
    headline.press("End")
    headline.press_sequentially(REST, delay=20)
    dialog = window.get_by_role("dialog", name="You are signed out")
    expect(dialog).to_contain_text("Your text is kept on this device.")
    with window.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(Mouse(opened.value))
    opened.value.close()
    window.bring_to_front()
    window.evaluate("window.dispatchEvent(new Event('focus'))")  # a window without a screen gets none
    expect(dialog).to_have_count(0)
    expect(status(window)).to_have_text("Saved")
    expect(headline).to_have_value(FIRST + REST)
    assert saved(installation, issue) == FIRST + REST


def test_somebody_else_saved_first(
    window: Page, installation: Installation, issue: int, chrome: Browser
) -> None:
    mine = first_headline(window, installation, issue)
    other = open_window(chrome, installation, ANA)
    theirs = first_headline(other, installation, issue)
    expect(mine).to_be_visible()
    theirs.fill("Ana's headline")
    other.get_by_label("Preheader").fill("Ana's preheader")
    expect(status(other)).to_have_text("Saved")
    window.context.set_offline(True)  # both are typed before either is saved, however busy the machine is
    mine.fill("My headline")
    window.get_by_label("Subject").fill("My subject")
    window.context.set_offline(False)
    dialog = window.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{ANA} changed the same text")
    expect(dialog).to_contain_text("My headline")
    expect(dialog).to_contain_text("Ana's headline")
    expect(status(window)).to_have_text("Conflict")
    assert saved(installation, issue) == "Ana's headline"  # nothing is written over before I have decided
    dialog.get_by_role("button", name="Keep mine").click()
    expect(status(window)).to_have_text("Saved")
    document = document_of(installation, issue)
    assert (saved(installation, issue), document.subject) == ("My headline", "My subject")
    assert document.preheader == "Ana's preheader"
    window.get_by_role("button", name="Undo", exact=True).click()  # theirs is not lost either
    other.context.close()


# ——— every other form


def test_the_web_server_is_killed_before_i_send_a_form(window: Page, installation: Installation) -> None:
    window.goto(f"{installation.url}/admin/team/invite")
    window.get_by_label("Email address").fill("somebody@press.example")
    window.get_by_label("Owner:").check(force=True)
    kill_web(installation)
    window.get_by_role("button", name="Send the invitation").click()
    expect(window.get_by_label("Email address")).to_have_count(0)  # the browser says that nobody answers
    installation.start("web")
    window.reload()
    expect(window.get_by_text("An invitation is on its way to somebody@press.example.")).to_be_visible()
    window.goto(f"{installation.url}/admin/team/invite")
    expect(window.get_by_label("Email address")).to_have_value("")


def test_the_web_server_is_killed_and_i_go_back_to_the_form(
    window: Page, installation: Installation, issue: int
) -> None:
    window.goto(f"{installation.url}/admin/issues/{issue}/check")
    window.get_by_label("Send it to").fill("somebody@press.example")
    kill_web(installation)
    window.get_by_role("button", name="Send test message").click()
    expect(window.get_by_label("Send it to")).to_have_count(0)
    installation.start("web")
    window.go_back()
    expect(window.get_by_text("What you typed has been restored.")).to_be_visible()
    expect(window.get_by_label("Send it to")).to_have_value("somebody@press.example")
    window.get_by_role("button", name="Send test message").click()
    expect(window.get_by_text("The test message is on its way to somebody@press.example.")).to_be_visible()
    expect(window.get_by_text("What you typed has been restored.")).to_be_hidden()


def test_my_session_ends_before_i_send_a_form(window: Page, installation: Installation) -> None:
    window.goto(f"{installation.url}/admin/p/{story.SLUG}/issues/new")
    window.get_by_label("Title").fill(FIRST + REST)
    end_sessions(installation)
    window.get_by_role("button", name="Create the issue").click()
    sign_in(Mouse(window))
    expect(window.get_by_text("What you typed has been restored.")).to_be_visible()
    expect(window.get_by_label("Title")).to_have_value(FIRST + REST)
    window.get_by_role("button", name="Create the issue").click()
    expect(window.locator(".document").get_by_label("Title")).to_have_value(FIRST + REST)
