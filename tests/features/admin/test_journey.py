"""From the first start to the second mailing that arrived, in the admin, by keyboard alone or by mouse."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from newsletter.document import Document, loads
from tests.extent import usual
from tests.factories import REFERENCE_DIGEST
from tests.features.admin import arriving, beginning, composing, entering, proofing, sending
from tests.features.admin.conftest import HANDS
from tests.features.admin.hand import Hand
from tests.processes import Installation

pytestmark = pytest.mark.browser

TESTER = "tester@press.example"
READER = beginning.addresses()[41]
FIRST_NAME = "Anna41"
# Sections of each kind of field, entries with every field and each way to name a source: the others are
# written in the same way. tests/web/editor_browser adds every kind of section, and goes to every stop by Tab.
KINDS = {"notice", "text", "links", "feature", "quotes", "latest", "image"}
ENTRIES = {"notice": 2, "links": 3, "quotes": 2, "latest": 1}
# By mouse nothing is done that is not done with it in test_collecting or tests/web/editor_browser, but for a
# new publication and an import.
WAYS = usual([("keyboard", "postgresql")], soak=[("mouse", "sqlite"), ("keyboard", "postgresql")])


@pytest.mark.parametrize(("way", "database"), WAYS, indirect=["database"])
def test_from_set_up_to_a_mailing_that_arrived(
    way: str, tab: Page, installation: Installation, picture: Path, tmp_path: Path
) -> None:
    hand = HANDS[way](tab)
    entering.set_up(hand, installation)
    entering.sign_in(hand)
    beginning.create_publication(hand)
    beginning.import_readers(hand, beginning.write_readers(tmp_path / "readers.csv"))

    document = short_digest()
    composing.begin_first(hand, document.title)
    composing.compose(hand, document, picture)
    composing.wait_until_saved(hand)
    assert list(what_it_says(export(installation, 1))) == list(what_it_says(document))
    proofing.proof(hand, document, READER, FIRST_NAME)

    sending.review(hand)
    sending.send_test_message(hand, TESTER)
    subject = "[TEST] The northern line is back, dear reader"
    sending.read_test_message(tab.context.new_page(), installation, subject, document.title)
    sending.schedule(hand, installation, beginning.READERS)
    sending.watch(hand, sent=beginning.READERS, excluded=0, candidates=beginning.READERS)

    message = arriving.message_to(installation, READER)
    arriving.compare(installation, tab, 1, READER, message)
    arriving.leave(message)
    send_the_next(hand, installation, document.title, message["Message-ID"])


def send_the_next(hand: Hand, installation: Installation, like: str, had: str) -> None:
    """The second mailing, to all but the one who has left: the message `had` stays the last one they got."""
    write_the_next(hand, like)
    sending.review(hand)
    sending.send_now(hand, beginning.READERS - 1)
    sending.watch(hand, sent=beginning.READERS - 1, excluded=1, unsubscribed=1)
    assert arriving.message_to(installation, READER)["Message-ID"] == had


def write_the_next(hand: Hand, like: str) -> None:
    """The next issue, from the skeleton of the first, which is called `like`, with one story."""
    composing.begin_next(hand, "A quiet week", like=like)
    hand.write(hand.tab.get_by_label("Subject"), "A quiet week")
    section = hand.tab.get_by_role("region", name="Links: Weekly digest")
    hand.press(section.get_by_role("button", name="Add a story"))
    hand.write(section.get_by_label("Headline"), "Nothing happened")
    hand.write(section.get_by_label("Link", exact=True), "https://news.example.org/nothing")
    composing.wait_until_saved(hand)


def short_digest() -> Document:
    """The reference digest, without entries and sections that are like others."""
    digest = json.loads(REFERENCE_DIGEST.read_text(encoding="utf-8"))
    kept = usual(KINDS, soak={section["type"] for section in digest["sections"]})
    digest["sections"] = [section for section in digest["sections"] if section["type"] in kept]
    for section in digest["sections"]:
        if number := ENTRIES.get(section["type"]):
            section["items"] = section["items"][:number]
    return loads(json.dumps(digest))


def export(installation: Installation, issue: int) -> Document:
    return loads(installation.run_cli("issue", "export", str(issue)).stdout)


def what_it_says(document: Document) -> Iterator[str]:
    """Everything that an editor types, in lines: no ids, no sizes of pictures, nor where one is kept."""
    content = document.model_dump(mode="json", exclude={"og_image"})
    for section in content["sections"]:
        del section["id"]
        if section.get("image"):
            section["image"] |= {"src": "", "width": None, "height": None}
    yield from json.dumps(content, ensure_ascii=False, indent=1).splitlines()
