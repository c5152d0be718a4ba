"""Find published issues: what the archive, its feed and the site map show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from newsletter.core.errors import Missing
from newsletter.core.text import without_nul
from newsletter.document import Document, loads
from newsletter.issues.models import Issue, IssueTag, Revision
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.variant import stranger_number


@dataclass(frozen=True)
class Published:
    """A published issue with the revision that the archive shows."""

    issue: Issue
    revision: Revision
    document: Document
    at: datetime


@dataclass(frozen=True)
class Page:
    """One page of a list, newest first. Pages are counted from 1; an empty list has one page."""

    entries: list[Published]
    number: int
    pages: int
    total: int


def published_page(
    session: Session, publication: Publication, number: int = 1, size: int = 20, *, tag: str = ""
) -> Page:
    """Page `number` of the publication's issues; `Missing` beyond the last, and for a `tag` that none has."""
    conditions = [Issue.publication_id == publication.id, Issue.published_revision.is_not(None)]
    if tag:
        conditions.append(Issue.tags.any(IssueTag.tag == without_nul(tag)))
    total = session.scalar(select(func.count()).select_from(Issue).where(*conditions))
    if tag and not total:
        raise Missing("no_tag", f"No issue has the tag “{tag[:80]}”.")
    pages = max(1, -(-(total or 0) // size))
    if not 1 <= number <= pages:
        raise Missing("no_page", "This page of the archive does not exist.")
    query = _published(publication).where(*conditions).options(selectinload(Issue.tags))
    query = query.order_by(Issue.number.desc()).offset((number - 1) * size).limit(size)
    return Page([_as_published(*row) for row in session.execute(query)], number, pages, total or 0)


def find_published(session: Session, publication: Publication, slug: str) -> Published:
    """The published issue called `slug`; `Missing` when there is none, or only a draft."""
    row = None
    if "\0" not in slug:
        row = session.execute(_published(publication).where(Issue.slug == slug)).one_or_none()
    if row is None:
        raise Missing("no_issue", f"There is no issue called “{slug[:80]}”.")
    return _as_published(*row)


def published_id(session: Session, publication: Publication, slug: str) -> int | None:
    """The id of the published issue called `slug`; None when there is none."""
    return session.scalar(
        select(Issue.id).where(
            Issue.publication_id == publication.id,
            Issue.slug == without_nul(slug),
            Issue.published_revision.is_not(None),
        )
    )


def previous_and_next(session: Session, issue: Issue) -> tuple[Issue | None, Issue | None]:
    """The issues published before and after `issue`."""
    others = select(Issue).where(
        Issue.publication_id == issue.publication_id, Issue.published_revision.is_not(None)
    )
    before = others.where(Issue.number < issue.number).order_by(Issue.number.desc()).limit(1)
    after = others.where(Issue.number > issue.number).order_by(Issue.number).limit(1)
    return session.scalar(before), session.scalar(after)


def sent_message(
    session: Session, published: Published, publication_language: str = "", edition: str = ""
) -> CompiledMessage | None:
    """The message of the issue, or of its `edition`, as it was first sent to a stranger.

    None when it was published without one, or without that edition.
    """
    variant = stranger_key(published.document, publication_language, edition)
    compiled = session.scalar(
        select(StoredMessage.compiled)
        .join(Mailing, Mailing.id == StoredMessage.mailing_id)
        .where(Mailing.issue_id == published.issue.id, StoredMessage.variant == variant)
        .order_by(Mailing.id)
        .limit(1)
    )
    return CompiledMessage.from_json(compiled) if compiled else None


def stranger_key(document: Document, publication_language: str, edition: str) -> str:
    """The `variant` by which the message of a stranger is stored: empty in the issue's own language."""
    places = {each.language: place for place, each in enumerate(document.editions, start=1)}
    if edition not in places:
        return ""
    return str(stranger_number(document, publication_language, places[edition]))


def every_published(session: Session, limit: int) -> Iterator[tuple[str, str, datetime]]:
    """Publication slug, issue slug and moment of the newest `limit` published issues of all publications."""
    newest = session.execute(
        select(Publication.slug, Issue.slug, Issue.published_at)
        .join(Publication, Publication.id == Issue.publication_id)
        .where(Issue.published_at.is_not(None))
        .order_by(Issue.published_at.desc(), Issue.id.desc())
        .limit(limit)
    )
    return ((publication, slug, at) for publication, slug, at in newest if at is not None)


def _published(publication: Publication) -> Select[Issue, Revision]:
    return (
        select(Issue, Revision)
        .join(Revision, (Revision.issue_id == Issue.id) & (Revision.number == Issue.published_revision))
        .where(Issue.publication_id == publication.id)
    )


def _as_published(issue: Issue, revision: Revision) -> Published:
    assert issue.published_at is not None  # noqa: S101 - set together with the published revision
    return Published(issue, revision, loads(revision.document, stored=True), issue.published_at)
