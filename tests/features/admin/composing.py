"""I write an issue, section by section, with every field that a document gives."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from newsletter.document import Document
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.item import Item
from newsletter.document.provenance import Provenance
from tests.features.admin.entering import go_to
from tests.features.admin.hand import Hand, attach

SAVING = 30_000  # milliseconds, on a busy machine
LABELS = {
    "notice": "Notice", "text": "Text", "links": "Links", "feature": "Feature", "about": "About",
    "quotes": "Quotes", "latest": "Latest", "image": "Image", "sponsor": "Sponsor", "divider": "Divider",
    "button": "Button",
}  # fmt: skip
STYLES = {"reported": "“…, reported”", "according_to": "“According to …”", "outlet": "Name under the story"}


def begin_first(hand: Hand, title: str) -> None:
    """From any page of the admin to the editor of the first issue."""
    go_to(hand, "Issues")
    hand.press(hand.tab.get_by_role("link", name="Write the first issue"))
    _create(hand, title)


def begin_next(hand: Hand, title: str, like: str) -> None:
    """The same for a further issue, with the skeleton of the one called `like`."""
    go_to(hand, "Issues")
    hand.press(hand.tab.get_by_role("link", name="New issue"))
    hand.tick(hand.tab.get_by_role("radio", name="The structure of an earlier issue"))
    expect(hand.tab.get_by_label("The earlier issue")).to_contain_text(like)
    _create(hand, title)


def _create(hand: Hand, title: str) -> None:
    hand.write(hand.tab.get_by_label("Title"), title)
    hand.press(hand.tab.get_by_role("button", name="Create the issue"))
    expect(hand.tab.locator(".document")).to_be_visible()


def compose(hand: Hand, document: Document, picture: Path) -> None:
    """Write all of `document` into the empty issue on the screen; `picture` stands for every image in it."""
    head = hand.tab.locator(".issue-head")
    for label, words in (("Subject", document.subject), ("Preheader", document.preheader)):
        hand.write(_field(head, label), words)
    hand.press(head.locator("summary"))
    hand.write(_field(head, "Web address"), document.slug)
    hand.write(_field(head, "Language"), document.language or "")
    hand.write(_field(head, "Summary"), document.summary)
    for number, section in enumerate(document.sections):
        hand.pick(
            hand.tab.get_by_role("button", name="Add a section", exact=True),
            hand.tab.get_by_role("menuitem", name=re.compile(f"^{LABELS[section.type]}")),
        )
        expect(hand.tab.locator(".sect")).to_have_count(number + 1)
        here = hand.tab.locator(".sect").nth(number)
        if section.title:
            hand.write(_field(here, "Heading"), section.title)
        hand.write_list(here, section)
        if write := WRITERS.get(section.type):
            write(hand, here, section, picture)


def wait_until_saved(hand: Hand) -> None:
    """Until the server has it all; fails with what the page says is in the way."""
    wrong = hand.tab.locator(".bar-why, .field-error")
    try:
        expect(hand.tab.locator(".bar-status")).to_have_text("Saved", timeout=SAVING)
    except AssertionError as error:
        error.add_note(f"the page says: {wrong.all_inner_texts()}")
        raise


def _write_notice(hand: Hand, here: Locator, section: Any, _picture: Path) -> None:
    for number, statement in enumerate(section.items):
        _next_entry(hand, here, number, "Add a statement")
        hand.write_rich(here.locator(".entry").nth(number).get_by_role("textbox"), statement)


def _write_text(hand: Hand, here: Locator, section: Any, _picture: Path) -> None:
    hand.write_rich(here.get_by_role("textbox", name="Text", exact=True), section.text)


def _write_stories(hand: Hand, here: Locator, section: Any, _picture: Path) -> None:
    if isinstance(section, LatestSection):
        hand.press(here.locator("summary").first)
        hand.write(_field(here, "Characters per blurb"), str(section.length))
        hand.choose(_field(here, "Cut blurbs after"), f"a {section.cut_at}")
    for number, item in enumerate(section.items):
        _next_entry(hand, here, number, "Add a story")
        _write_story(hand, here.locator(".entry").nth(number), item)


def _write_story(hand: Hand, here: Locator, item: Item) -> None:
    hand.write(_field(here, "Headline"), item.headline)
    hand.write_rich(here.get_by_role("textbox", name="Blurb"), item.blurb)
    hand.write(_field(here, "Link"), item.url)
    _write_source(hand, here, item.provenance)


def _write_source(hand: Hand, here: Locator, provenance: Provenance) -> None:
    """Who reported it, and how that is said: the sentence is made from these."""
    if provenance.outlet:
        hand.write(_field(here, "Outlet"), provenance.outlet)
        hand.choose(_field(here, "Attribution"), STYLES[provenance.style])
    if provenance.byline or provenance.published:
        hand.press(here.locator("summary"))
    if provenance.byline:
        hand.write(_field(here, "Byline"), provenance.byline)
    if provenance.published:
        hand.date(_field(here, "Published"), provenance.published.isoformat())


def _write_feature(hand: Hand, here: Locator, section: Any, picture: Path) -> None:
    if not section.headline:
        return  # its story comes from the inbox
    attach(hand, here.get_by_role("button", name="Add an image"), picture)
    _write_words_of_image(hand, here, section.image)
    if section.video:
        hand.tick(_field(here, "Video still: add a play button"))
    _write_lead(hand, here, section, "blurb")
    hand.press(here.locator("summary"))
    hand.write(_field(here, "Video length"), section.duration)


def _write_about(hand: Hand, here: Locator, section: Any, _picture: Path) -> None:
    hand.write_rich(here.get_by_role("textbox", name="Text", exact=True), section.text)
    hand.write(_field(here, "Link to read more"), section.url)
    hand.write(_field(here, "Link text"), section.link_label)
    hand.press(here.locator("summary"))
    hand.write(_field(here, "Owner"), section.owner)
    hand.date(_field(here, "Review by"), section.review_by.isoformat())


def _write_quotes(hand: Hand, here: Locator, section: Any, _picture: Path) -> None:
    for number, quote in enumerate(section.items):
        _next_entry(hand, here, number, "Add a quote")
        entry = here.locator(".entry").nth(number)
        hand.write_lines(_field(entry, "Quote"), quote.text)
        for label, words in (("Author", quote.author), ("Handle", quote.handle)):
            hand.write(_field(entry, label), words)
        hand.write(_field(entry, "Link to the post"), quote.permalink)
        hand.press(entry.locator("summary"))
        hand.write(_field(entry, "Network"), quote.network)
        hand.date(_field(entry, "Date"), quote.date.isoformat())
        hand.write(_field(entry, "Credit"), quote.credit)


def _write_image(hand: Hand, here: Locator, section: Any, _picture: Path) -> None:
    hand.press(here.get_by_role("button", name="From a URL"))
    hand.write(_field(here, "URL"), section.image.src)
    _write_words_of_image(hand, here, section.image)
    hand.write(_field(here, "Link"), section.url)


def _write_sponsor(hand: Hand, here: Locator, section: Any, _picture: Path) -> None:
    hand.write(_field(here, "Sponsor"), section.sponsor)
    _write_lead(hand, here, section, "text")
    hand.write(_field(here, "Link text"), section.link_label)


def _write_button(hand: Hand, here: Locator, section: Any, _picture: Path) -> None:
    hand.write(_field(here, "Button text"), section.label)
    hand.write(_field(here, "Link"), section.url)


def _write_lead(hand: Hand, here: Locator, section: Any, text: str) -> None:
    """Headline, words (in the field that is called `text`) and link of a section that has one of each."""
    hand.write(_field(here, "Headline"), section.headline)
    hand.write_rich(here.get_by_role("textbox", name=text.capitalize(), exact=True), getattr(section, text))
    hand.write(_field(here, "Link"), section.url)


def _write_words_of_image(hand: Hand, here: Locator, image: Any) -> None:
    words = {"Alt text": image.alt, "Caption": image.caption, "Credit": image.credit}
    for label, text in (words | {"Licence": image.licence}).items():
        hand.write(_field(here, label), text)


def _field(here: Locator, label: str) -> Locator:
    return here.get_by_label(label, exact=True)


def _next_entry(hand: Hand, here: Locator, number: int, button: str) -> None:
    """A new section has its first entry already, and what was pasted may have brought others."""
    if here.locator(".entry").count() == number:
        hand.press(here.get_by_role("button", name=button))
        expect(here.locator(".entry")).to_have_count(number + 1)


WRITERS: dict[str, Callable[[Hand, Locator, Any, Path], None]] = {
    "notice": _write_notice,
    "text": _write_text,
    "links": _write_stories,
    "latest": _write_stories,
    "feature": _write_feature,
    "about": _write_about,
    "quotes": _write_quotes,
    "image": _write_image,
    "sponsor": _write_sponsor,
    "button": _write_button,
}
