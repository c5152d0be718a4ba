"""Fill an entry with what its page says. What a person wrote is never overwritten."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from newsletter.core.text import clean_name, clean_note
from newsletter.curation.mention import record_mention
from newsletter.curation.models import (
    FIELDS,
    HEADLINE_LENGTH,
    NAME_LENGTH,
    URL_LENGTH,
    Entry,
    EntryState,
    Origin,
)
from newsletter.pages.page import Page, PageFields, Trouble
from newsletter.pages.url_hints import url_hints

LONGEST = {"byline": NAME_LENGTH, "outlet": NAME_LENGTH, "image_credit": NAME_LENGTH} | {
    "published": 40,
    "updated": 40,
    "language": 35,
    "image_url": URL_LENGTH,
    "description": 5_000,
}
LONGEST_PAGE_TEXT = 100_000


def fill(session: Session, entry: Entry, page: Page) -> None:
    """Keep what `page` says in `entry`, and what was in the way; blanks get what the address tells."""
    entry.trouble, entry.trouble_detail = page.trouble, clean_name(page.detail, 300)
    if entry.state is EntryState.FETCHING:
        entry.state = EntryState.READY if page.trouble is Trouble.NONE else EntryState.TROUBLE
    entry.fetch_after = None
    if page.canonical_url and len(page.canonical_url) <= URL_LENGTH and _was_read(page):
        entry.canonical_url = page.canonical_url
    if page.text:
        entry.text = clean_note(page.text, LONGEST_PAGE_TEXT)
    set_fields(entry, fields_as_texts(page.fields), Origin.PAGE)
    set_blanks(entry, fields_as_texts(url_hints(entry.canonical_url)), Origin.ADDRESS)
    record_mention(session, entry)


def set_fields(entry: Entry, values: Mapping[str, str], origin: Origin) -> None:
    """Set each field that has a value and was not written by a person."""
    for name, value in values.items():
        cleaned = clean_field(name, value)
        if cleaned and entry.origins.get(name) != Origin.PERSON:
            _set(entry, name, cleaned, origin)


def set_blanks(entry: Entry, values: Mapping[str, str], origin: Origin) -> None:
    """Set each field that is empty, unless a person emptied it."""
    for name, value in values.items():
        cleaned = clean_field(name, value)
        if cleaned and not getattr(entry, name) and name not in entry.origins:
            _set(entry, name, cleaned, origin)


def fields_as_texts(fields: PageFields) -> dict[str, str]:
    """The fields of a page by the names of an entry's columns."""
    image = fields.image
    of_image = {
        "image_url": image.url if image else "",
        "image_alt": image.alt if image else "",
        "image_caption": image.caption if image else "",
        "image_credit": image.credit if image else "",
    }
    return {name: getattr(fields, name) for name in FIELDS if name not in of_image} | of_image


def clean_field(name: str, value: str) -> str:
    """`value` as field `name` keeps it: without control characters, bounded."""
    longest = LONGEST.get(name, HEADLINE_LENGTH)
    if name == "description":
        return clean_note(value, longest)
    if name == "image_url":
        return value if len(value) <= longest and value.startswith(("https://", "http://")) else ""
    return clean_name(value, longest)


def _set(entry: Entry, name: str, value: str, origin: Origin) -> None:
    setattr(entry, name, value)
    entry.origins = entry.origins | {name: origin.value}  # a new dict: changes inside one are not seen


def _was_read(page: Page) -> bool:
    """Whether the answer is about the page that was asked for, and not about a wall before it."""
    return page.trouble in {Trouble.NONE, Trouble.PAYWALL}
