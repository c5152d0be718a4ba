"""Entries of the inbox, their tags, and the feeds that bring some of them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base
from newsletter.pages.page import Trouble

URL_LENGTH = 2_000
HEADLINE_LENGTH = 300
NAME_LENGTH = 120  # of a byline, an outlet, a credit
ACTOR_LENGTH = 254
SENDER_LENGTH = 400  # a name and an address


class EntryState(StrEnum):
    """The state of an entry."""

    FETCHING = "fetching"  # a worker has not read its page yet
    READY = "ready"
    TROUBLE = "trouble"  # its page did not answer well; what people typed and the address tell is kept
    USED = "used"  # it is an item of an issue
    DISCARDED = "discarded"


TRANSITIONS: dict[EntryState, frozenset[EntryState]] = {
    EntryState.FETCHING: frozenset(
        {EntryState.READY, EntryState.TROUBLE, EntryState.USED, EntryState.DISCARDED}
    ),
    EntryState.READY: frozenset({EntryState.FETCHING, EntryState.USED, EntryState.DISCARDED}),
    EntryState.TROUBLE: frozenset(
        {EntryState.FETCHING, EntryState.READY, EntryState.USED, EntryState.DISCARDED}
    ),
    # Taken out of its issue again.
    EntryState.USED: frozenset({EntryState.READY, EntryState.TROUBLE, EntryState.FETCHING}),
    # Undone.
    EntryState.DISCARDED: frozenset({EntryState.READY, EntryState.TROUBLE, EntryState.FETCHING}),
}


class Via(StrEnum):
    """How an entry came into the inbox."""

    PASTE = "paste"
    CLIP = "clip"
    FEED = "feed"
    EMAIL = "email"
    SUGGESTION = "suggestion"
    COMMAND_LINE = "command_line"


class Origin(StrEnum):
    """Where the value of a field comes from. What a person wrote is never overwritten."""

    PAGE = "page"
    FEED = "feed"
    ADDRESS = "address"  # guessed from the words of the URL, because the page did not say
    PERSON = "person"


# What is known about a page. All are texts; `origins` says for each where its value comes from.
FIELDS = (
    *("headline", "byline", "outlet", "published", "updated", "description", "language"),
    *("image_url", "image_alt", "image_caption", "image_credit"),
)


class Entry(Base):
    """A collected link, with what is known about its page."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_publication_id_state_id", "publication_id", "state", "id"),
        Index("ix_entry_state_fetch_after", "state", "fetch_after"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    state: Mapped[EntryState] = mapped_column(Word(EntryState), default=EntryState.FETCHING)
    via: Mapped[Via] = mapped_column(Word(Via))
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feed.id"))
    added_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH), default="")
    # Who mailed or suggested it, a name or an address; forgotten after a while.
    sender: Mapped[str] = mapped_column(String(SENDER_LENGTH), default="", server_default="")
    # As it was given; `canonical_url` is without tracking parameters, and what the page calls itself.
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    canonical_url: Mapped[str] = mapped_column(String(URL_LENGTH))
    trouble: Mapped[Trouble] = mapped_column(Word(Trouble), default=Trouble.NONE)
    trouble_detail: Mapped[str] = mapped_column(String(300), default="")

    headline: Mapped[str] = mapped_column(String(HEADLINE_LENGTH), default="")
    byline: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    outlet: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    published: Mapped[str] = mapped_column(String(40), default="")  # ISO 8601, a date or a time
    updated: Mapped[str] = mapped_column(String(40), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(35), default="")
    image_url: Mapped[str] = mapped_column(String(URL_LENGTH), default="")
    image_alt: Mapped[str] = mapped_column(String(HEADLINE_LENGTH), default="")
    image_caption: Mapped[str] = mapped_column(String(HEADLINE_LENGTH), default="")
    image_credit: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    # Field name → `Origin`, of those that are filled in, and of those that a person emptied.
    origins: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    text: Mapped[str] = mapped_column(Text, default="")  # what the page says, to read beside the blurb
    note: Mapped[str] = mapped_column(Text, default="")
    # A feed's item whose headline or text changed after the entry was made.
    changed_in_feed: Mapped[bool] = mapped_column(default=False)

    edits: Mapped[int] = mapped_column(default=0)  # grows with each change by a person
    fetch_attempts: Mapped[int] = mapped_column(default=0)
    # When a worker may take it; later while one has it, so that a lost one is noticed.
    fetch_after: Mapped[datetime | None] = mapped_column(default=clock.now)
    fetched_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    # The issue that uses it; none any more when that was deleted.
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id", ondelete="SET NULL"), index=True)
    section_id: Mapped[str] = mapped_column(String(40), default="")
    picture_wanted: Mapped[bool] = mapped_column(default=False)  # for the item, once it is used
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    tags: Mapped[list["EntryTag"]] = relationship(order_by="EntryTag.tag", cascade="all, delete-orphan")


class EntryTag(Base):
    """A label on an entry."""

    __tablename__ = "entry_tag"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class Feed(Base):
    """A feed that is read regularly; its new items become entries."""

    __tablename__ = "feed"
    __table_args__ = (UniqueConstraint("publication_id", "url"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    title: Mapped[str] = mapped_column(String(HEADLINE_LENGTH), default="")
    site_url: Mapped[str] = mapped_column(String(URL_LENGTH), default="")
    folder: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")  # from an OPML file
    added_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    removed_at: Mapped[datetime | None]

    # The validators of the last answer (RFC 9110 §8.8).
    etag: Mapped[str] = mapped_column(String(1_000), default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    interval_seconds: Mapped[int] = mapped_column(default=3_600)
    # None: it is not read any more, because it failed too often.
    next_poll_at: Mapped[datetime | None] = mapped_column(default=clock.now, index=True)
    polled_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    new_item_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    problem: Mapped[str] = mapped_column(String(300), default="")


class FeedItem(Base):
    """An item that a feed has shown, so that it never becomes a second entry."""

    __tablename__ = "feed_item"

    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"), primary_key=True)
    guid_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    # None: it was there when the feed was added, and is too old to be news.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
