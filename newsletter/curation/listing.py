"""The inbox as a list: by state, feed, outlet and tag, and by words; newest first, a page at a time."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, selectinload

from newsletter.core import clock
from newsletter.curation.models import Entry, EntryState, EntryTag, Via

PAGE = 50
WAITING = (EntryState.FETCHING, EntryState.READY, EntryState.TROUBLE)


class Shelf(StrEnum):
    """The parts of the inbox that have a tab of their own; every entry is on one."""

    NEW = "new"
    SNOOZED = "snoozed"
    USED = "used"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class EntryFilter:
    """What is looked for; what is empty does not matter."""

    shelf: Shelf | None = None
    state: EntryState | None = None
    via: Via | None = None
    feed_id: int = 0
    outlet: str = ""
    tag: str = ""
    words: str = ""


@dataclass(frozen=True)
class EntryPage:
    """Some entries, and whether there are newer and older ones."""

    entries: list[Entry]
    newer: bool
    older: bool


def list_entries(
    session: Session,
    publication_id: int,
    wanted: EntryFilter,
    *,
    older_than: int = 0,
    newer_than: int = 0,
    most: int = PAGE,
) -> EntryPage:
    """Those that match, newest first: before the entry `older_than`, or just after `newer_than`."""
    query = select(Entry).where(_matches(publication_id, wanted)).options(selectinload(Entry.tags))
    if newer_than:
        rows = _take(session, query.where(Entry.id > newer_than).order_by(Entry.id), most + 1)
        return EntryPage(rows[:most][::-1], newer=len(rows) > most, older=True)
    if older_than:
        query = query.where(Entry.id < older_than)
    rows = _take(session, query.order_by(Entry.id.desc()), most + 1)
    return EntryPage(rows[:most], newer=bool(older_than), older=len(rows) > most)


def count_shelves(session: Session, publication_id: int) -> dict[Shelf, int]:
    """How many entries are on each shelf."""
    shelf = case(*((_on(shelf), shelf.value) for shelf in Shelf))
    rows = session.execute(
        select(shelf, func.count()).where(Entry.publication_id == publication_id).group_by(shelf)
    )
    counted = {row[0]: row[1] for row in rows}
    return {shelf: counted.get(shelf.value, 0) for shelf in Shelf}


def list_outlets(session: Session, publication_id: int, most: int = 100) -> list[str]:
    """The outlets of what waits, those with the most entries first."""
    query = (
        select(Entry.outlet)
        .where(Entry.publication_id == publication_id, Entry.state.in_(WAITING), Entry.outlet != "")
        .group_by(Entry.outlet)
        .order_by(func.count().desc(), Entry.outlet)
    )
    return list(session.scalars(query.limit(most)))


def list_tags(session: Session, publication_id: int, most: int = 100) -> list[str]:
    """The tags of a publication's entries, by name."""
    query = (
        select(EntryTag.tag)
        .join(Entry, Entry.id == EntryTag.entry_id)
        .where(Entry.publication_id == publication_id)
        .group_by(EntryTag.tag)
        .order_by(EntryTag.tag)
    )
    return list(session.scalars(query.limit(most)))


def _take(session: Session, query: Select[Entry], most: int) -> list[Entry]:
    return list(session.scalars(query.limit(most)))


def _on(shelf: Shelf) -> ColumnElement[bool]:
    waits = Entry.state.in_(WAITING)
    sleeps = Entry.snoozed_until > clock.now()
    if shelf is Shelf.NEW:
        return and_(waits, or_(Entry.snoozed_until.is_(None), ~sleeps))
    if shelf is Shelf.SNOOZED:
        return and_(waits, sleeps)
    return Entry.state == EntryState(shelf.value)


def _matches(publication_id: int, wanted: EntryFilter) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [Entry.publication_id == publication_id]
    if wanted.shelf:
        parts.append(_on(wanted.shelf))
    if wanted.state:
        parts.append(Entry.state == wanted.state)
    if wanted.via:
        parts.append(Entry.via == wanted.via)
    if wanted.feed_id:
        parts.append(Entry.feed_id == wanted.feed_id)
    if wanted.outlet:
        parts.append(Entry.outlet == wanted.outlet)
    if wanted.tag:
        parts.append(Entry.tags.any(EntryTag.tag == wanted.tag))
    for word in wanted.words.split()[:10]:
        columns = (Entry.headline, Entry.outlet, Entry.byline, Entry.url, Entry.note)
        parts.append(or_(false(), *(column.icontains(word, autoescape=True) for column in columns)))
    return and_(*parts)
