"""As a reader I come, choose, move, leave, come back and am forgotten: in a real browser, with and without
JavaScript, with the messages that really come.

Each step is a function of its own; another one takes its place in `STEPS`.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.publications.find import find_publication
from newsletter.runtime import Runtime
from newsletter.smtp.sink import Options, Sink
from newsletter.subscribers.address_change import ADDRESS_CHANGED
from newsletter.subscribers.models import EndReason, State, Subscriber, Subscription
from newsletter.subscribers.signup_protection import FillTime
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.models import MutedTopic, Topic
from tests.features import mail, story
from tests.features.conftest import prepare_database
from tests.features.looking import listen, open_tab
from tests.features.received import every_link, wait_for_message
from tests.features.unchanged import reading_session
from tests.processes import Installation, wait_until
from tests.servers import ValkeyServer

pytestmark = pytest.mark.browser

TOPICS = UNWANTED, LATER_MUTED, _ = ("Mills", "Harbours", "Railways")
MUTED = {UNWANTED, LATER_MUTED}


@dataclass
class Reader:
    """Somebody with a mailbox and a browser; their address changes on the way."""

    tab: Page
    sink: Sink
    installation: Installation
    email: str

    @cached_property
    def links(self) -> Links:
        return Links(self.installation.url, Signer(self.installation.settings.secrets))

    @property
    def subscription(self) -> Subscription:
        """As it is now, to look at."""
        with reading_session(self.installation) as session:
            found = session.scalars(
                select(Subscription).join(Subscriber).where(Subscriber.email == self.email)
            ).one()
            session.expunge_all()
        return found

    @property
    def muted(self) -> set[str]:
        with reading_session(self.installation) as session:
            muted = (
                select(Topic.name).join(MutedTopic).where(MutedTopic.subscription_id == self.subscription.id)
            )
            return set(session.scalars(muted))

    def follow(self, email: str, part: str, number: int = 1) -> None:
        """Open the link whose path has `part` in the `number`th message to an address, the last so far."""
        message = mail.parse(wait_for_message(self.sink, email, number))
        (link,) = {link for link in every_link(message) if part in link}
        self.tab.goto(link)

    def open_preferences(self) -> None:
        self.tab.goto(self.links.preferences(self.subscription.subscriber_id))

    def press(self, words: str) -> None:
        """Press a button, and wait for the page that it leads to."""
        with self.tab.expect_navigation():
            self.tab.get_by_role("button", name=words, exact=True).click()

    def reads(self, words: str) -> None:
        expect(self.tab.locator("main, [role=status], .notice").get_by_text(words).first).to_be_visible()


def sign_up(reader: Reader) -> None:
    tab = reader.tab
    tab.goto(reader.links.subscribe(story.SLUG))
    tab.get_by_label("Email address").fill(reader.email)
    tab.get_by_label("Your name").fill("Ana Lim")
    tab.get_by_label(UNWANTED).uncheck(force=True)
    shown = time.monotonic()
    wait_until(lambda: time.monotonic() >= shown + FillTime().fastest.total_seconds())
    reader.press("Subscribe")
    reader.reads("Check your inbox")


def confirm(reader: Reader) -> None:
    reader.follow(reader.email, "/confirm/")
    assert reader.subscription.state is State.PENDING
    reader.press("Confirm my subscription")
    reader.reads("You are subscribed")
    assert reader.subscription.state is State.ACTIVE
    assert reader.muted == {UNWANTED}


def mute_a_topic(reader: Reader) -> None:
    reader.open_preferences()
    reader.tab.get_by_label(LATER_MUTED).uncheck(force=True)
    reader.press("Save my choices")
    reader.reads("Your choices are saved.")
    assert reader.muted == MUTED


def get_a_monthly_summary(reader: Reader) -> None:
    reader.open_preferences()
    reader.press("Get a monthly summary instead")
    reader.reads("You get one email a month with what was published.")
    assert reader.subscription.monthly
    reader.press("Get every issue")
    assert not reader.subscription.monthly


def pause(reader: Reader) -> None:
    reader.open_preferences()
    reader.tab.get_by_text("Pause it for a while instead").click()
    reader.tab.get_by_label("For how long?").select_option("2")
    reader.press("Pause")
    reader.reads("It is paused, and will resume automatically.")
    assert reader.subscription.state is State.PAUSED
    reader.press("Resume now")
    reader.reads("The pause is over.")


def change_address(reader: Reader) -> None:
    old, new = reader.email, f"new.{reader.email}"
    reader.open_preferences()
    reader.tab.get_by_label("New email address").fill(new)
    reader.press("Use this address")
    reader.reads("If we may write to your new address")
    reader.follow(new, "/address/")
    assert reader.subscription.state is State.ACTIVE  # still found by the old address
    reader.reads(f"From now on, send my subscriptions to {new}.")
    reader.press("Yes, use this address")
    reader.reads("Your address was changed")
    reader.email = new
    told = mail.parse(wait_for_message(reader.sink, old, 2))
    assert "was changed" in str(told["subject"])
    assert new not in mail.content(told, "plain")
    assert reader.muted == MUTED


def download_my_data(reader: Reader) -> None:
    reader.open_preferences()
    with reader.tab.expect_download() as started:
        reader.tab.get_by_role("link", name="Download my data").click()
    data = json.loads(started.value.path().read_text())
    assert data["subscriber"]["email"] == reader.email
    assert ADDRESS_CHANGED in {each["kind"] for each in data["messages"]}
    assert data["records"]["muted_topic"]


def unsubscribe_and_undo(reader: Reader) -> None:
    reader.tab.goto(reader.links.unsubscribe(reader.subscription.id))
    reader.press("Unsubscribe")
    assert reader.subscription.ended_reason is EndReason.UNSUBSCRIBED
    reader.press("Undo")
    reader.reads("Welcome back")
    assert reader.subscription.state is State.ACTIVE


def leave_and_come_back(reader: Reader) -> None:
    reader.open_preferences()
    reader.press("Unsubscribe")
    reader.reads("You are unsubscribed. Nothing more will be sent.")
    assert reader.subscription.state is State.ENDED
    reader.press("Subscribe again")
    reader.reads("You are subscribed again.")
    assert reader.subscription.state is State.ACTIVE
    assert reader.muted == MUTED


def erase(reader: Reader) -> None:
    reader.open_preferences()
    reader.tab.get_by_role("link", name="Delete my data").click()
    subscription = reader.subscription
    reader.press("Delete my data")
    reader.reads("Your data has been deleted")
    with reading_session(reader.installation) as session:
        kept = session.get_one(Subscription, subscription.id)
        assert (kept.ended_reason, kept.subscriber.email) == (EndReason.ERASED, None)
    reader.tab.goto(reader.links.preferences(subscription.subscriber_id))
    reader.reads("There is no data behind this link")


STEPS: tuple[Callable[[Reader], None], ...] = (
    *(sign_up, confirm, mute_a_topic, get_a_monthly_summary, pause, change_address),
    *(download_my_data, unsubscribe_and_undo, leave_and_come_back, erase),
)


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink(Options(keep_content=True)) as made:
        yield made


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[Installation]:
    """A web server, the worker of system messages, and a publication with topics and a monthly summary."""
    folder = tmp_path_factory.mktemp("life")
    valkey = ValkeyServer(folder / "valkey")
    with Installation(folder / "var", redis_url=valkey.start(), smtp_url=sink.url) as made:
        prepare_database(made)
        story.begin(made, {})
        runtime = Runtime(made.settings)
        with runtime.session() as session:
            publication = find_publication(session, story.SLUG)
            publication.monthly_summary = True
            for name in TOPICS:
                create_topic(session, publication, name, actor="test").at_sign_up = True
            session.commit()
        runtime.engine.dispose()
        made.start("web", "worker")
        yield made
    valkey.kill()


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_from_the_first_sign_up_to_the_erasure(
    installation: Installation, sink: Sink, chrome: Browser, javascript: bool
) -> None:
    tab = open_tab(chrome, locale="en-GB", java_script_enabled=javascript)
    heard = listen(tab)
    reader = Reader(tab, sink, installation, f"ana{int(javascript)}@readers.example")
    for step in STEPS:
        step(reader)
    assert heard == []
