"""I send a test message, choose when the issue goes out, and watch it go."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect
from sqlalchemy import update

from newsletter.core import clock
from newsletter.mailings.models import Mailing
from newsletter.runtime import Runtime
from tests.features import story
from tests.features.admin.hand import Hand
from tests.processes import Installation

LONGEST_SENDING = 240_000  # milliseconds from the schedule to the last message


def review(hand: Hand, verdict: str = "It can be sent|No problems found") -> None:
    """From the editor to the one page with what was found, a test message and when to send."""
    hand.press(hand.tab.get_by_role("link", name="Review and send"))
    expect(hand.tab.get_by_role("heading", level=1, name="Send")).to_be_visible()
    expect(hand.tab.get_by_text(re.compile(verdict))).to_be_visible()


def send_test_message(hand: Hand, email: str) -> None:
    hand.write(hand.tab.get_by_label("Send it to"), email)
    hand.press(hand.tab.get_by_role("button", name="Send test message"))
    expect(hand.tab.get_by_text(f"The test message is on its way to {email}.")).to_be_visible()


def read_test_message(mailbox: Page, installation: Installation, subject: str, words: str) -> None:
    """In another tab, as in a program for mail: `words` stand in the message."""
    url = f"{installation.url}/dev/mailbox?secret={installation.settings.mailbox_secret}"
    for _ in range(60):
        mailbox.goto(url)
        if mailbox.get_by_role("link", name=subject).count():
            break
        mailbox.wait_for_timeout(500)
    mailbox.get_by_role("link", name=subject).click()
    expect(mailbox.frame_locator("iframe").locator("body")).to_contain_text(words)


def schedule(hand: Hand, installation: Installation, readers: int) -> None:
    """For tomorrow morning, which comes at once."""
    hand.tick(hand.tab.get_by_role("radio", name="Schedule"))
    zone = ZoneInfo(story.PUBLICATION["timezone"])
    there = datetime.combine(datetime.now(zone) + timedelta(days=1), time(8, 15), zone)
    hand.date(hand.tab.get_by_label("Day"), f"{there:%Y-%m-%d}")
    hand.time(hand.tab.get_by_label("Time", exact=True), f"{there:%H:%M}")
    hand.press(hand.tab.get_by_role("button", name="Continue"))
    sentence = (
        f"Send to {readers} readers of {story.PUBLICATION['name']} on {there:%A} {there.day} {there:%B %Y}"
    )
    expect(hand.tab.locator("#confirm")).to_contain_text(f"{sentence} at {there:%H:%M} Europe/Rome.")
    hand.press(hand.tab.get_by_role("button", name=f"Schedule for {readers} readers"))
    expect(hand.tab.get_by_role("heading", level=1, name="Scheduled")).to_be_visible()
    _let_the_time_come(installation)


def send_now(hand: Hand, readers: int) -> None:
    hand.tick(hand.tab.get_by_role("radio", name="Now"))
    hand.press(hand.tab.get_by_role("button", name="Continue"))
    hand.press(hand.tab.get_by_role("button", name=f"Send to {readers} readers now"))
    expect(hand.tab.get_by_text("The issue is on its way.")).to_be_visible()


def watch(hand: Hand, **counts: int) -> None:
    """Until it is done, on a page that nobody loads again; then each outcome has its count."""
    hand.press(hand.tab.get_by_role("link", name="Watch the mailing"))
    expect(hand.tab.locator(".mailing-state")).to_contain_text("Finished", timeout=LONGEST_SENDING)
    for outcome, people in counts.items():
        row = hand.tab.get_by_role("row", name=re.compile(f"^{outcome}", re.IGNORECASE))
        expect(row.get_by_role("cell").last).to_have_text(str(people))


def _let_the_time_come(installation: Installation) -> None:
    """What is scheduled is due now: the next tick finds it, as it would tomorrow."""
    runtime = Runtime(installation.settings)
    with runtime.session() as session:
        session.execute(update(Mailing).values(scheduled_at=clock.now()))
        session.commit()
    runtime.engine.dispose()
