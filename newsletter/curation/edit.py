"""Change what an entry says. A field that a person wrote, or emptied, is theirs from then on."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Refused
from newsletter.core.text import clean_name, clean_note
from newsletter.curation.fill import (
    LONGEST,
    LONGEST_PAGE_TEXT,
    clean_field,
    fields_as_texts,
    set_fields,
)
from newsletter.curation.find import lock_entry
from newsletter.curation.mention import record_mention
from newsletter.curation.models import FIELDS, HEADLINE_LENGTH, Entry, EntryState, EntryTag, Origin
from newsletter.pages.page import Trouble
from newsletter.pages.pasted import read_pasted

LONGEST_NOTE = 5_000
LONGEST_TAG, MOST_TAGS = 40, 20
EDITABLE = (*FIELDS, "note", "tags")


class EditedMeanwhile(Conflict):
    """Somebody else changed the entry since it was shown; `entry` is as they left it."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(
            "edited_meanwhile", "Someone else changed this entry in the meantime. Check it and save again."
        )
        self.entry = entry


def edit_entry(session: Session, entry_id: int, values: Mapping[str, str], *, edits: int) -> Entry:
    """Set the fields, the note and the tags (separated by commas) in `values`.

    `edits`: how often the entry had been edited when it was shown. Raises `EditedMeanwhile` where that has
    changed, and `Refused` with the fields that cannot be as they are.
    """
    entry = lock_entry(session, entry_id)
    if entry.edits != edits:
        raise EditedMeanwhile(entry)
    problems = _problems(values)
    if problems:
        raise Refused("bad_entry", next(iter(problems.values())), problems)
    for name in FIELDS:
        if name in values and (value := clean_field(name, values[name])) != getattr(entry, name):
            setattr(entry, name, value)
            entry.origins = entry.origins | {name: Origin.PERSON.value}
    if "note" in values:
        entry.note = clean_note(values["note"], LONGEST_NOTE)
    if "tags" in values:
        _set_tags(entry, values["tags"])
    entry.changed_in_feed = False
    entry.edits += 1
    record_mention(session, entry)
    session.flush()
    return entry


def fill_from_text(session: Session, entry_id: int, text: str) -> Entry:
    """Fill an entry with the text of its page, which somebody copied from their browser."""
    if not text.strip():
        sentence = "Paste the text of the page."
        raise Refused("no_text", sentence, {"text": sentence})
    entry = lock_entry(session, entry_id)
    set_fields(entry, fields_as_texts(read_pasted(text, entry.url)), Origin.PAGE)
    entry.text = clean_note(text, LONGEST_PAGE_TEXT)
    entry.trouble, entry.trouble_detail = Trouble.NONE, ""
    if entry.state in {EntryState.TROUBLE, EntryState.FETCHING}:
        entry.state, entry.fetch_after = EntryState.READY, None
    entry.edits += 1
    record_mention(session, entry)
    session.flush()
    return entry


def _problems(values: Mapping[str, str]) -> dict[str, str]:
    """What cannot be saved, by field, in sentences."""
    problems: dict[str, str] = {}
    for name in FIELDS:
        value = values.get(name, "").strip()
        longest = LONGEST.get(name, HEADLINE_LENGTH)
        if len(value) > longest:
            problems[name] = f"This is too long. At most {longest:,} characters."
        elif value and name in {"published", "updated"} and not _is_day_or_time(value):
            problems[name] = "Enter the date like 2026-11-27."
        elif value and name == "image_url" and not value.startswith(("https://", "http://")):
            problems[name] = "A link begins with https:// or http://."
    return problems


def _is_day_or_time(value: str) -> bool:
    """Whether `value` is ISO 8601: `2026-11-27`, or a time of that day."""
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _set_tags(entry: Entry, text: str) -> None:
    wanted = list(dict.fromkeys(clean_name(tag, LONGEST_TAG).casefold() for tag in text.split(",")))
    kept = [tag for tag in wanted if tag][:MOST_TAGS]
    existing = {row.tag: row for row in entry.tags}
    entry.tags = [existing.get(tag) or EntryTag(tag=tag) for tag in kept]
