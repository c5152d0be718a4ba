"""Place entries in an issue: each becomes an item of a section, once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.curation.models import TRANSITIONS, Entry, EntryState
from newsletter.document import Document
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.item import Item
from newsletter.document.provenance import Provenance
from newsletter.document.richtext import escape
from newsletter.issues.edit import edit_issue, lock_issue, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision

# What a link in a document may not hold; everything else stays as it is.
_KEPT_IN_URLS = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class Placed:
    """The issue's revision that has the entries, and the entries."""

    revision: Revision
    entries: list[Entry]


def place_entries(
    session: Session, ids: Collection[int], issue_id: int, section_id: str, *, author: str
) -> Placed:
    """Append the entries to the section, in the order of `ids`. All of them are placed, or none.

    Raises `Missing` for an issue, a section or an entry that is not there, `Conflict` for an entry that
    somebody else has used or discarded, `Locked` for an issue that has a mailing, and `Refused` for a
    section that holds no stories.
    """
    issue = lock_issue(session, issue_id)
    entries = _lock_entries(session, issue, ids)
    revision = find_revision(session, issue)
    document = load_document(revision)
    index = _index_of(document, section_id)
    operations = _operations(document, index, entries)
    revision = edit_issue(session, issue.id, state_of(revision), operations, author=author)
    for entry in entries:
        entry.state, entry.issue_id, entry.section_id = EntryState.USED, issue.id, section_id
        entry.picture_wanted = bool(entry.image_url)
        entry.fetch_after = clock.now() if entry.picture_wanted else None
    session.flush()
    for entry in entries:
        if entry.picture_wanted:
            jobs.fetch_next.enqueue(session)
    return Placed(revision, entries)


def item_of(entry: Entry) -> Item:
    """The item that an entry becomes, without its picture, which is fetched once it is used.

    Raises `Refused` where what the entry says cannot stand in an issue.
    """
    try:
        return Item(
            headline=_literal(entry.headline),
            url=quote(entry.canonical_url or entry.url, safe=_KEPT_IN_URLS),
            blurb=escape(_literal(entry.description)),
            provenance=Provenance(
                outlet=_literal(entry.outlet), byline=_literal(entry.byline), published=_day(entry.published)
            ),
        )
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        sentence = f"Entry {entry.id} cannot become an item: {first['msg']} (its {field})"
        raise Refused("bad_entry", sentence, {field: first["msg"]}) from None


def _lock_entries(session: Session, issue: Issue, ids: Collection[int]) -> list[Entry]:
    rows = session.scalars(
        select(Entry)
        .where(Entry.publication_id == issue.publication_id, Entry.id.in_(ids))
        .order_by(Entry.id)
        .with_for_update(of=Entry)
        .execution_options(populate_existing=True)
    )
    by_id = {entry.id: entry for entry in rows}
    missing = [entry_id for entry_id in ids if entry_id not in by_id]
    if missing or not ids:
        named = f"entry {missing[0]}" if missing else "entry"
        raise Missing("no_entry", f"There is no {named} in the inbox of this issue's publication.")
    for entry in by_id.values():
        if EntryState.USED not in TRANSITIONS[entry.state]:
            state = "is already in an issue" if entry.state is EntryState.USED else "was discarded"
            raise Conflict("not_waiting", f"“{entry.headline or entry.url}” {state}.")
    return [by_id[entry_id] for entry_id in dict.fromkeys(ids)]


def _index_of(document: Document, section_id: str) -> int:
    for index, section in enumerate(document.sections):
        if section.id == section_id:
            return index
    raise Missing("no_section", f"This issue has no section “{section_id[:60]}”.")


def _operations(document: Document, index: int, entries: list[Entry]) -> list[dict[str, Any]]:
    section = document.sections[index]
    items = [item_of(entry).model_dump(mode="json") for entry in entries]
    if isinstance(section, LinksSection | LatestSection):
        return [{"op": "add", "path": f"/sections/{index}/items/-", "value": item} for item in items]
    if not isinstance(section, FeatureSection):
        raise Refused("no_stories", "This section holds no stories. Choose one with items, or a feature.")
    if len(items) > 1 or section.headline or section.url:
        raise Refused("one_story", "A feature holds one story, and this is more than one.")
    fields = ("headline", "url", "blurb", "provenance")
    return [
        {"op": "replace", "path": f"/sections/{index}/{name}", "value": items[0][name]} for name in fields
    ]


def _literal(text: str) -> str:
    """`text` in which nothing is taken for a merge field."""
    return text.replace("{{", "{ {").replace("}}", "} }")


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
