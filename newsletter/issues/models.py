"""Issue, revision, who has seen which, and test message: the tables."""

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, ForeignKey, String, Text, UniqueConstraint, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base
from newsletter.publications.models import Publication

AUTHOR_LENGTH = 254
NAME_LENGTH = 120
TAG_LENGTH = 40


class Issue(Base):
    """An editable, versioned document of a publication; title and slug repeat its newest revision."""

    __tablename__ = "issue"
    __table_args__ = (UniqueConstraint("publication_id", "slug"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    slug: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(300))
    # Assigned when the issue is first published, counted within its publication.
    number: Mapped[int | None]
    latest_revision: Mapped[int] = mapped_column(default=0)
    # What the archive shows; set when the first mailing of the issue is frozen.
    published_revision: Mapped[int | None]
    published_at: Mapped[datetime | None]
    # The id of its entry in the feed, for good (RFC 4287 §4.2.6).
    feed_id: Mapped[str] = mapped_column(String(600), default=lambda: uuid4().urn)
    # The issue whose readers this one goes to, and nobody else: it is a correction mail, without a number
    # and a page of its own. Such an issue was sent, and so is never deleted.
    corrects_issue_id: Mapped[int | None] = mapped_column(BigId, index=True)
    # The first day of the month that it sums up for those readers who want that instead of each issue.
    summary_month: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    publication: Mapped[Publication] = relationship()
    revisions: Mapped[list["Revision"]] = relationship(back_populates="issue", order_by="Revision.number")
    tags: Mapped[list["IssueTag"]] = relationship(order_by="IssueTag.tag", cascade="all, delete-orphan")

    @hybrid_property
    def is_regular(self) -> bool:
        """Whether it has a number and a page of its own: no correction mail and no monthly summary."""
        return self.corrects_issue_id is None and self.summary_month is None

    @is_regular.inplace.expression
    @classmethod
    def _is_regular(cls) -> ColumnElement[bool]:
        return and_(cls.corrects_issue_id.is_(None), cls.summary_month.is_(None))


class IssueTag(Base):
    """What an issue is about, in a word or two, for readers of the archive; may change after the send."""

    __tablename__ = "issue_tag"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(TAG_LENGTH), primary_key=True, index=True)


class Revision(Base):
    """A saved state of an issue's document, never changed after it is locked.

    While somebody types, their newest revision is amended (see `issues.edit`): `edits` counts how often, so
    that number and edits together name one state of the text.
    """

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("issue_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    number: Mapped[int]
    document: Mapped[str] = mapped_column(Text)  # the document's stable text form
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH), default="")
    edits: Mapped[int] = mapped_column(default=0)
    restored_from: Mapped[int | None]  # the number of the revision whose document it repeats
    locked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)

    issue: Mapped[Issue] = relationship(back_populates="revisions")


class LastSeen(Base):
    """Which state of an issue somebody saw last, and which one when they went away before that.

    A visit ends half an hour after the last sign that the issue is open; see `issues.last_seen`.
    """

    __tablename__ = "issue_last_seen"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    actor: Mapped[str] = mapped_column(String(AUTHOR_LENGTH), primary_key=True)
    number: Mapped[int]
    edits: Mapped[int]
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    # What the visit before this one ended with; None in the first one.
    before_number: Mapped[int | None]
    before_edits: Mapped[int | None]


class ProofMessage(Base):
    """An issue as it was when somebody sent it to a few addresses to look at: one row for each press."""

    __tablename__ = "test_message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    # The state of the text that was sent: a revision, and how often it had been amended.
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    edits: Mapped[int]
    addresses_hash: Mapped[str] = mapped_column(String(64))  # tells a second press from a second test
    compiled: Mapped[str] = mapped_column(Text)  # a compiled message, as `CompiledMessage.to_json` writes it
    actor: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    at: Mapped[datetime] = mapped_column(default=clock.now)
