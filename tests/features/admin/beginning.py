"""From Home I make a publication and bring its readers."""

import csv
import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.features import story
from tests.features.admin.entering import go_to
from tests.features.admin.hand import Hand, attach

READERS = 120
SENDER_NAME, SENDER_EMAIL = "The Lantern Coalition", story.SENDER_EMAIL
CONSENT = "Signed up at the general assembly in Northport, on paper, in March 2026."


def addresses() -> list[str]:
    return [f"reader{number}@readers.example" for number in range(READERS)]


def write_readers(file: Path) -> Path:
    """A list as another service exports it; every tenth reader has no name."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        rows = csv.writer(opened)
        rows.writerow(("email", "name"))
        rows.writerows(
            (email, "" if number % 10 == 9 else f"Anna{number} Smith")
            for number, email in enumerate(addresses())
        )
    return file


def create_publication(hand: Hand) -> None:
    """The first step that Home offers."""
    hand.press(hand.tab.get_by_role("link", name="Create a publication"))
    fields = {
        "Name": story.PUBLICATION["name"],
        "Slug": story.SLUG,
        "Sender's name": SENDER_NAME,
        "Sender's address": SENDER_EMAIL,
        "Reply-to address": story.PUBLICATION["reply_to"],
        "Time zone": story.PUBLICATION["timezone"],
    }
    for label, words in fields.items():
        hand.write(_field(hand, label), words)
    address = _field(hand, "Postal address")
    hand.write(address, story.POSTAL_ADDRESS[0])
    for line in story.POSTAL_ADDRESS[1:]:
        hand.tab.keyboard.press("Enter")
        hand.tab.keyboard.insert_text(line)
    hand.press(hand.tab.get_by_role("button", name="Create"))
    expect(hand.tab.get_by_text(f"{story.PUBLICATION['name']} is ready.")).to_be_visible()


def import_readers(hand: Hand, file: Path) -> None:
    """The step for readers: a file, and how they agreed."""
    go_to(hand, "Home")
    hand.press(hand.tab.get_by_role("link", name="Import readers"))
    attach(hand, _field(hand, "File"), file)
    hand.write(_field(hand, "Consent note"), CONSENT)
    hand.press(hand.tab.get_by_role("button", name="Preview import"))
    hand.press(hand.tab.get_by_role("button", name=f"Import {READERS} people"))
    expect(hand.tab.locator(".mailing-state")).to_contain_text(f"{READERS} new subscribers")
    imported = hand.tab.get_by_role("row", name=re.compile("^Imported"))
    expect(imported.get_by_role("cell").last).to_have_text(str(READERS))


def _field(hand: Hand, label: str) -> Locator:
    """What need not be filled in says so in its label."""
    return hand.tab.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s+\(optional\))?\s*$"))
