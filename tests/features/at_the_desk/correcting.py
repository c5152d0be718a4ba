"""I put a link right that readers have in their email already."""

import re

from playwright.sync_api import expect

from tests.features import mail
from tests.features.at_the_desk import arriving
from tests.features.at_the_desk.hand import Hand
from tests.processes import Installation

REDIRECT = re.compile(r"http://[^\s>)]+/l/[\w-]+")


def let_links_be_mended(hand: Hand) -> None:
    """From the next mailing on, links go through our redirect."""
    hand.press(hand.tab.get_by_role("navigation", name="Admin").get_by_role("link", name="Settings"))
    hand.tick(hand.tab.get_by_label(re.compile("Links go through this server")))
    hand.press(hand.tab.get_by_role("button", name="Save the settings"))
    expect(hand.tab.get_by_label(re.compile("Links go through this server"))).to_be_checked()


def mend(hand: Hand, issue_page: str, old: str, new: str) -> None:
    """On the page of the sent issue, let the link `old` lead to `new`."""
    hand.tab.goto(issue_page)
    hand.press(hand.tab.get_by_role("link", name="Links", exact=True))
    entry = hand.tab.get_by_role("listitem").filter(has=hand.tab.get_by_role("link", name=old, exact=True))
    hand.press(entry.locator("summary"))
    hand.write(entry.get_by_label("New address"), new)
    hand.press(entry.get_by_role("button", name="Change it for everybody"))
    expect(hand.tab.get_by_text(f"The link now leads to {new}.")).to_be_visible()


def check_where_links_lead(
    hand: Hand, installation: Installation, reader: str, new: str, others: list[str]
) -> None:
    """The links of the message that a reader got: one leads to `new`, and the others where they led."""
    words = mail.content(arriving.message_to(installation, reader), "plain")
    answers = [hand.tab.request.get(url, max_redirects=0) for url in set(REDIRECT.findall(words))]
    assert {answer.status for answer in answers} == {302}
    targets = {answer.headers["location"] for answer in answers}
    assert {new, *others} <= targets
