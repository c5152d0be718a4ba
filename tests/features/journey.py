"""Every page that a reader can meet, in the order in which somebody might: each is shown, then named.

`journey` yields whenever a page is on the screen; whoever walks along looks at it and goes on.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from playwright.sync_api import Page
from sqlalchemy import select

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose, Signer
from newsletter.issues.models import Revision
from newsletter.runtime import Runtime
from newsletter.subscribers.address_change import moment_of
from newsletter.subscribers.models import AddressChange, State, Subscriber, Subscription
from newsletter.subscribers.signup_protection import FillTime
from tests.deciding import decide_all
from tests.features.unchanged import reading_session
from tests.processes import Installation, wait_until

NOBODY = 0


@dataclass(frozen=True)
class Site:
    """An installation with the demo. `demo`: what the command said; `quiet`: a publication without issues."""

    installation: Installation
    demo: dict[str, Any]
    quiet: str

    @property
    def url(self) -> str:
        return self.installation.url

    @cached_property
    def links(self) -> Links:
        return Links(self.url, Signer(self.installation.settings.secrets))

    def find(self, email: str) -> tuple[int, int]:
        """The ids of a person's subscription and of the person."""
        return self._one(Subscriber.email_key == email)

    def find_pending(self) -> int:
        """The subscription of somebody who never confirmed."""
        return self._one(Subscription.state == State.PENDING)[0]

    def find_other(self, email: str) -> str:
        """The address of another reader."""
        others = select(Subscriber.email).join(Subscription).where(Subscription.state == State.ACTIVE)
        with reading_session(self.installation) as session:
            return session.scalars(others.where(Subscriber.email != email)).first() or ""

    def find_change(self) -> tuple[int, int]:
        """What the link to the newest change of an address says."""
        with reading_session(self.installation) as session:
            newest = session.scalars(select(AddressChange).order_by(AddressChange.id.desc()).limit(1)).one()
        return newest.id, moment_of(newest)

    def _one(self, rule: Any) -> tuple[int, int]:
        wanted = select(Subscription.id, Subscriber.id).join(
            Subscriber, Subscriber.id == Subscription.subscriber_id
        )
        with reading_session(self.installation) as session:
            found = session.execute(wanted.where(rule).order_by(Subscription.id)).first()
        assert found is not None
        return found[0], found[1]


def journey(site: Site, tab: Page, email: str) -> Iterator[str]:
    """Walk through all pages as the person with the new address `email`; yields the name of each."""
    yield from _subscribe(site, tab, email)
    yield from _confirm(site, tab, email)
    yield from _prefer(site, tab, email)
    new = f"new.{email}"
    yield from _change_address(site, tab, email, new)
    yield from _leave(site, tab, new)
    yield from _erase(site, tab, new)
    yield from _read(site, tab)
    yield from _suggest(site, tab)
    yield from _comment(site, tab)
    yield from _go_astray(site, tab)
    yield from _look_into_the_mailbox(site, tab)


def _subscribe(site: Site, tab: Page, email: str) -> Iterator[str]:
    slug = site.demo["publication"]
    tab.goto(site.links.subscribe(slug))
    yield "subscribe"
    tab.get_by_label("Email address").fill("ana at home")
    _press(tab, "Subscribe")
    assert tab.get_by_label("Email address").input_value() == "ana at home"
    yield "subscribe, refused"
    tab.get_by_label("Email address").fill(email)
    tab.get_by_label("Your name").fill("Ana Lim")
    tab.locator("input[name=stamp]").evaluate("field => field.value = ''")  # as from a form on another site
    _press(tab, "Subscribe")
    shown = time.monotonic()
    assert tab.get_by_label("Your name").input_value() == "Ana Lim"
    yield "subscribe, once more"
    wait_until(lambda: time.monotonic() >= shown + FillTime().fastest.total_seconds())
    _press(tab, "Subscribe")
    _shows(tab, "Check your inbox")
    yield "subscribe, asked"
    _decide(site.installation)
    tab.goto(f"{site.links.subscribe(slug)}?embed=1")
    yield "subscribe, embedded"
    tab.goto(f"{site.links.subscribe(slug)}?lang=ar")
    yield "subscribe, in Arabic"


def _suggest(site: Site, tab: Page) -> Iterator[str]:
    """On a publication that takes suggestions."""
    tab.goto(site.links.suggest(site.quiet))
    yield "suggest a link"
    tab.get_by_label("Link").fill("no link")
    _press(tab, "Send")
    yield "suggest a link, refused"
    tab.get_by_label("Link").fill("post.example/ferry")
    shown = time.monotonic()
    wait_until(lambda: time.monotonic() >= shown + FillTime().fastest.total_seconds())
    _press(tab, "Send")
    _shows(tab, "Thank you")
    yield "suggest a link, sent"


def _decide(installation: Installation) -> None:
    """No worker runs."""
    runtime = Runtime(installation.settings)
    try:
        with runtime.session() as session:
            decide_all(session)
    finally:
        runtime.close()


def _confirm(site: Site, tab: Page, email: str) -> Iterator[str]:
    tab.goto(site.links.confirm(site.find(email)[0]))
    yield "confirm"
    _press(tab, "Confirm my subscription")
    _shows(tab, "You are subscribed")
    yield "confirm, confirmed"
    long_ago = clock.now() - timedelta(days=30)
    token = site.links.signer.sign(Purpose.CONFIRM, site.find_pending(), issued_at=long_ago)
    tab.goto(f"{site.url}/confirm/{token}")
    _shows(tab, "This link has expired")
    yield "confirm, expired"
    _press(tab, "Send me a new link")
    yield "confirm, sent again"


def _prefer(site: Site, tab: Page, email: str) -> Iterator[str]:
    tab.goto(site.links.preferences(site.find(email)[1]))
    yield "preferences"
    tab.get_by_label("Your name").fill("Ana María Lim")
    _press(tab, "Save my details")
    assert tab.get_by_label("Your name").input_value() == "Ana María Lim"
    tab.get_by_text("Pause it for a while instead").click()
    yield "preferences, saved"
    _press(tab, "Pause")
    yield "preferences, paused"
    tab.goto(site.links.lift_suppression(site.find(email)[1], 0))
    _shows(tab, "You get email again")
    yield "suppression, lifted"


def _change_address(site: Site, tab: Page, email: str, new: str) -> Iterator[str]:
    """First to the address of somebody else, whose mailbox this is not."""
    preferences = site.links.preferences(site.find(email)[1])
    for wanted, name in ((site.find_other(email), "somebody else's address"), (new, "new address")):
        tab.goto(preferences)
        tab.get_by_label("New email address").fill(wanted)
        _press(tab, "Use this address")
        yield f"preferences, {name}"
        _decide(site.installation)
        tab.goto(site.links.change_address(*site.find_change()))
        yield name
    _press(tab, "Yes, use this address")
    _shows(tab, "Your address was changed")
    yield "new address, confirmed"


def _leave(site: Site, tab: Page, email: str) -> Iterator[str]:
    subscription, _ = site.find(email)
    link = site.links.unsubscribe(subscription)
    tab.goto(link)
    yield "unsubscribe"
    _press(tab, "Unsubscribe")
    yield "unsubscribe, done"
    _press(tab, "Undo")
    _shows(tab, "Welcome back")
    yield "unsubscribe, undone"
    tab.goto(link)
    _press(tab, "Unsubscribe")
    tab.get_by_label("Would you tell us why?").fill("Too much mail.")
    _press(tab, "Send")
    yield "unsubscribe, explained"
    tab.goto(link)
    yield "unsubscribe, long ago"
    tab.goto(site.links.confirm(subscription))
    yield "confirm, ended"
    tab.goto(site.links.unsubscribe(NOBODY))
    yield "unsubscribe, from a test message"


def _erase(site: Site, tab: Page, email: str) -> Iterator[str]:
    link = site.links.preferences(site.find(email)[1])
    tab.goto(link)
    tab.get_by_role("link", name="Delete my data").click()
    _shows(tab, "Delete everything about you?")
    yield "erase"
    _press(tab, "Delete my data")
    yield "erase, done"
    tab.goto(link)
    yield "preferences, of nobody"


def _read(site: Site, tab: Page) -> Iterator[str]:
    tab.goto(site.url)
    yield "front page"
    tab.goto(site.demo["archive"])
    yield "archive"
    tab.get_by_role("searchbox").fill("harbour")
    tab.get_by_role("searchbox").press("Enter")
    yield "archive, search"
    with reading_session(site.installation) as session:
        revision = session.scalars(select(Revision.id).order_by(Revision.id.desc())).first() or 0
    pages = {
        "archive, nothing found": f"{site.demo['archive']}?q=unicorn",
        "archive, tag": f"{site.demo['archive']}?tag=Railways",
        "archive, empty": site.links.archive(site.quiet),
        "issue": site.demo["issue"],
        "issue, as email": site.demo["email"],
        "issue, in Arabic": site.links.issue("several", "one", "ar"),
        "issue, in Arabic, as email": site.links.issue_email("several", "one", "ar"),
        "issue, from a test message": site.links.preview(revision),
        "issue, from a test message, as email": site.links.preview_email(revision),
    }
    for name, url in pages.items():
        tab.goto(url)
        yield name


def _comment(site: Site, tab: Page) -> Iterator[str]:
    draft = str(site.demo["draft"])
    link = site.installation.ask("issue", "share", draft)["url"]
    tab.goto(link)
    yield "shared issue"
    tab.get_by_label("Your name").fill("Ana Lim")
    tab.get_by_label("The text you mean").fill("words that nobody wrote")
    tab.get_by_label("Your comment").fill("Is this still true?")
    _press(tab, "Send the comment")
    yield "shared issue, refused"
    tab.get_by_label("The text you mean").fill("")
    _press(tab, "Send the comment")
    yield "shared issue, with a comment"
    tab.goto(f"{link}/email")
    yield "shared issue, as email"
    site.installation.ask("issue", "unshare", draft)
    tab.goto(link)
    yield "error, a link that was revoked"


def _go_astray(site: Site, tab: Page) -> Iterator[str]:
    tab.goto(f"{site.url}/nowhere")
    yield "error, no such page"
    tab.goto(f"{site.demo['archive']}nothing")
    yield "error, no such issue"
    tab.goto(f"{site.links.unsubscribe(1)[:-1]}")
    yield "error, half a link"


def _look_into_the_mailbox(site: Site, tab: Page) -> Iterator[str]:
    tab.goto(f"{site.url}/dev/mailbox?secret={site.installation.settings.mailbox_secret}")
    yield "mailbox"
    message = tab.locator("a.row-link").first.get_attribute("href")
    for view in ("html", "text", "headers", "raw"):
        tab.goto(f"{site.url}{message}".replace("view=html", f"view={view}"))
        yield f"mailbox, {view}"
    tab.goto(f"{site.url}/dev/mailbox?recipient=nobody")
    yield "mailbox, nothing found"


def _press(tab: Page, words: str) -> None:
    """Press a button, and wait for the page that it leads to."""
    with tab.expect_navigation():
        tab.get_by_role("button", name=words, exact=True).click()


def _shows(tab: Page, heading: str) -> None:
    assert tab.get_by_role("heading", level=1).inner_text() == heading
