"""I answer what the review found, and somebody else approves the text."""

import re
from contextlib import suppress

from playwright.sync_api import expect

from tests.features import mail
from tests.features.admin import arriving, composing, sending
from tests.features.admin.hand import Hand
from tests.features.admin.rich_text import type_words
from tests.processes import Installation, wait_until

COLLEAGUE = "mira@press.example"
PASSWORD = "nine loud herons"
LINK = re.compile(r"http://[^\s>]+/admin/issues/[^\s>]+")


def set_policy(hand: Hand) -> None:
    """A mailing of this publication needs a second person, and its links can be changed once it was sent."""
    hand.press(hand.tab.get_by_role("navigation", name="Admin").get_by_role("link", name="Settings"))
    boxes = [
        hand.tab.get_by_label(re.compile(words))
        for words in ("Someone else must approve each issue", "Links go through this server")
    ]
    for box in boxes:
        hand.tick(box)
    hand.press(hand.tab.get_by_role("button", name="Save the settings"))
    for box in boxes:
        expect(box).to_be_checked()


def answer(hand: Hand, found: str, words: str) -> None:
    """Go from a finding to its place, a text in which `words` come instead, and back to the review."""
    hand.press(hand.tab.get_by_role("link", name=re.compile(f"Show it.*{found}")))
    field = hand.tab.get_by_role("textbox", name="Text", exact=True).first
    hand.enter(field)
    expect(field).to_have_attribute("contenteditable", "true")
    hand.tab.keyboard.press("ControlOrMeta+a")
    type_words(hand.tab, words)
    composing.wait_until_saved(hand)
    sending.review(hand)
    expect(hand.tab.get_by_text(found)).to_have_count(0)


def request_review(hand: Hand) -> None:
    """From the page on which an issue is sent, and back to it."""
    hand.press(hand.tab.get_by_role("link", name="Open the approval", exact=True))
    hand.press(hand.tab.get_by_role("button", name="Request review"))
    expect(hand.tab.get_by_text("asked for a review")).to_be_visible()
    expect(
        hand.tab.get_by_text("You made the last edit, so someone else has to approve the issue.")
    ).to_be_visible()


def join(other: Hand, invitation: str) -> None:
    """A colleague follows the link of their invitation."""
    other.tab.goto(invitation)
    other.write(other.tab.get_by_label("Password", exact=True), PASSWORD)
    other.press(other.tab.get_by_role("button", name="Save the password and start"))
    expect(other.tab.locator("body.admin")).to_be_visible()


def approve(other: Hand, installation: Installation, words: str) -> None:
    """The colleague follows the link in the mail that asks them, reads, and approves."""
    other.tab.goto(_link_in_mail(installation))
    expect(other.tab.frame_locator(".email-preview").locator("body")).to_contain_text(words)
    other.write(other.tab.get_by_label(re.compile(r"^\s*Note")), "Read on the train. Good to go.")
    other.press(other.tab.get_by_role("button", name="Approve"))
    expect(other.tab.get_by_text("The text is approved.")).to_be_visible()


def _link_in_mail(installation: Installation) -> str:
    found: list[str] = []

    def came() -> list[str]:
        with suppress(StopIteration):
            words = mail.content(arriving.message_to(installation, COLLEAGUE), "plain")
            found.extend(LINK.findall(words))
        return found

    wait_until(came)
    return found[0]
