"""Place entries in an issue: each becomes an item of a section, once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing, Refused
from newsletter.curation.models import Entry
from newsletter.curation.use import give_back_entries, lock_waiting, use_entries
from newsletter.document import Document
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.item import Item
from newsletter.document.provenance import Provenance
from newsletter.document.richtext import escape
from newsletter.issues.edit import edit_issue, lock_issue, state_of
from newsletter.issues.load import find_issue, find_revision, load_document
from newsletter.issues.models import Revision

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
    if not ids:
        raise Missing("no_entry", "There is no entry in the inbox of this issue's publication.")
    issue = lock_issue(session, issue_id)
    entries = lock_waiting(session, issue, ids)
    revision = find_revision(session, issue)
    document = load_document(revision)
    index = _index_of(document, section_id)
    operations = _operations(document, index, entries)
    revision = edit_issue(session, issue.id, state_of(revision), operations, author=author)
    use_entries(session, issue, {entry.id: section_id for entry in entries})
    return Placed(revision, entries)


def save_with_entries(
    session: Session,
    issue_id: int,
    state: str,
    operations: list[dict[str, Any]],
    *,
    use: Mapping[int, str],
    give_back: Collection[int],
    author: str,
) -> Revision:
    """Save a change in which entries became items (`use`: the section of each), or are items no more.

    Raises as `issues.edit.edit_issue` and `use_entries` do; then nothing must be kept of the change.
    """
    revision = edit_issue(session, issue_id, state, operations, author=author)
    issue = find_issue(session, issue_id)
    give_back_entries(session, issue, give_back)
    use_entries(session, issue, use)
    return revision


def item_of(entry: Entry) -> Item:
    """The item that an entry becomes, without its picture, which is fetched once it is used.

    Raises `Refused` where what the entry says cannot stand in an issue.
    """
    try:
        return Item(
            headline=_literal(entry.headline),
            url=links_of(entry)[0],
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


def links_of(entry: Entry) -> list[str]:
    """The links that an item of this entry may have: its own address, and the one that was given."""
    addresses = dict.fromkeys(filter(None, (entry.canonical_url, entry.url)))
    return [quote(address, safe=_KEPT_IN_URLS) for address in addresses]


def _index_of(document: Document, section_id: str) -> int:
    for index, section in enumerate(document.sections):
        if section.id == section_id:
            return index
    raise Missing("no_section", f"This issue has no section “{section_id[:60]}”.")


def _operations(document: Document, index: int, entries: list[Entry]) -> list[dict[str, Any]]:
    section = document.sections[index]
    items = [item_of(entry).model_dump(mode="json") for entry in entries]
    if isinstance(section, LinksSection | LatestSection):
        path = f"/sections/{index}/items"
        # A new section has a story in which nothing is written: that is no story to keep.
        emptied = [{"op": "remove", "path": f"{path}/0"}] if section.items == (Item(),) else []
        return [*emptied, *({"op": "add", "path": f"{path}/-", "value": item} for item in items)]
    if not isinstance(section, FeatureSection):
        raise Refused("no_stories", "This section holds no stories. Choose one with items, or a feature.")
    if len(items) > 1 or section.headline or section.url:
        raise Refused("one_story", "A feature holds one story: choose one, and a feature that is empty.")
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
