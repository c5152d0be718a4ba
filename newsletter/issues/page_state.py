"""What the readers' pages are made of, as values that are different whenever a page would look different.

Reading a state is one small query, where the page costs the documents, their images and the templates:
`web.page_cache` renders a page anew when its state has changed. Every column of a publication is part of the
state, so that a new one is, too. Read a state and what it stands for in one snapshot (`core.db`).
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session, aliased

from newsletter.core.db import table_of
from newsletter.core.errors import Missing
from newsletter.core.text import without_nul
from newsletter.issues.models import Issue, IssueTag, Revision
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.media.models import MediaFile
from newsletter.publications.find import unknown_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic

State = tuple[Any, ...]

LANGUAGE, ID = 0, 1  # where a state has the publication's

_named = aliased(Publication)
_ID = select(_named.id).where(_named.slug == bindparam("slug")).scalar_subquery()
_ISSUE_SLUG: BindParameter[str] = bindparam("issue_slug")


def publication_state(session: Session, slug: str, images: Sequence[str] = ()) -> State:
    """The publication called `slug` with its logo, and `images`, keys of the media library.

    Raises `Missing` when there is no such publication.
    """
    return _read(session, _publication, slug, images)


def sign_up_state(session: Session, slug: str, images: Sequence[str] = ()) -> State:
    """The publication, and its topics, tags and attributes, of which the sign-up form asks for some."""
    return _read(session, _with_labels, slug, images)


def list_state(
    session: Session, slug: str, number: int, size: int, images: Sequence[str] = (), *, tag: str = ""
) -> State:
    """The publication, its published issues on page `number` (from 1) of `size`, and how many there are.

    With a `tag` only those that have it; and all tags that issues have.
    """
    given = {"offset": (number - 1) * size, "size": size}
    if tag:
        return _read(session, _listed_with_tag, slug, images, tag=without_nul(tag), **given)
    return _read(session, _listed, slug, images, **given)


def issue_state(session: Session, slug: str, issue_slug: str, images: Sequence[str] = ()) -> State:
    """The publication, its published issue called `issue_slug`, and those before and after it.

    Raises `Missing` for a name that cannot be one; an issue that is not published has a state.
    """
    return _read(session, _with_neighbours, slug, images, issue_slug=_possible(issue_slug))


def email_state(session: Session, slug: str, issue_slug: str, images: Sequence[str] = ()) -> State:
    """The publication, its published issue called `issue_slug`, and the mailing that it was first sent in."""
    return _read(session, _sent, slug, images, issue_slug=_possible(issue_slug))


def _read(
    session: Session, statement: Select[*tuple[Any, ...]], slug: str, images: Sequence[str], **given: object
) -> State:
    values = {"slug": slug, "images": images, **given}
    found = None if "\0" in slug else session.connection().execute(statement, values).first()
    if found is None:
        raise unknown_publication(slug)
    return tuple(found)


def _possible(issue_slug: str) -> str:
    if "\0" in issue_slug:
        raise Missing("no_issue", "This issue does not exist.")
    return issue_slug


def _text(*columns: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """The values of a row in one string that no other values have: each with its length before it."""
    # Constants are written out: each bound value would cost as much as a column.
    parts = [func.coalesce(cast(column, Text), literal_column("''")) for column in columns]
    measured = [cast(func.length(part), Text) + literal_column("':'", Text) + part for part in parts]
    return reduce(add, measured)


def _rows(rows: Select[Any]) -> ColumnElement[str]:
    """The only column of `rows` in one value."""
    inner = rows.subquery()
    return select(func.aggregate_strings(inner.c[0], ",")).scalar_subquery()


def _published(*more: SQLColumnExpression[Any]) -> Select[Any]:
    shown = (Issue.id, Issue.slug, Issue.number, Issue.published_at, Revision.id, Revision.edits)
    parts = (*shown, _tags_of_issue, *more)
    return (
        select(_text(*parts))
        .join(Revision, (Revision.issue_id == Issue.id) & (Revision.number == Issue.published_revision))
        .where(Issue.publication_id == _ID)
        .order_by(Issue.number.desc())
    )


_tags_of_issue = (
    select(func.aggregate_strings(IssueTag.tag, ","))
    .where(IssueTag.issue_id == Issue.id)
    .correlate(Issue)
    .scalar_subquery()
)

# All statements are built once: building one costs more than executing it.
_images = select(_text(*table_of(MediaFile).c)).where(MediaFile.key.in_(bindparam("images", expanding=True)))
_logo = aliased(MediaFile)
_publication = (
    select(
        Publication.language,
        Publication.id,
        *(cast(column, Text) for column in table_of(Publication).c),
        _logo.format,  # while the media library has it
        _rows(_images.order_by(MediaFile.id)),
    )
    .outerjoin(_logo, _logo.key == Publication.logo)
    .where(Publication.slug == bindparam("slug"))
)


def _labels(kind: type[Topic] | type[Tag] | type[Attribute]) -> ColumnElement[str]:
    """All of a kind that can stand in the form."""
    of_publication = kind.publication_id == _ID
    return _rows(select(_text(*table_of(kind).c)).where(of_publication, kind.at_sign_up).order_by(kind.id))


_with_labels = _publication.add_columns(_labels(Topic), _labels(Tag), _labels(Attribute))

_on_page = _published(func.count().over()).offset(bindparam("offset")).limit(bindparam("size"))
_has_tag = Issue.id.in_(select(IssueTag.issue_id).where(IssueTag.tag == bindparam("tag")))
_all_tags = _rows(
    select(_text(IssueTag.tag, func.count()))
    .join(Issue, Issue.id == IssueTag.issue_id)
    .where(Issue.publication_id == _ID, Issue.published_revision.is_not(None))
    .group_by(IssueTag.tag)
    .order_by(IssueTag.tag)
)
_listed = _publication.add_columns(_rows(_on_page), _all_tags)
_listed_with_tag = _publication.add_columns(_rows(_on_page.where(_has_tag)), _all_tags)

_other = aliased(Issue)
_others = (_other.publication_id == _ID, _other.published_revision.is_not(None))
_here = select(_other.number).where(*_others, _other.slug == _ISSUE_SLUG).scalar_subquery()
_before = select(func.max(_other.number)).where(*_others, _other.number < _here).scalar_subquery()
_after = select(func.min(_other.number)).where(*_others, _other.number > _here).scalar_subquery()
_with_neighbours = _publication.add_columns(
    _rows(_published(Issue.title).where(Issue.number.in_((_here, _before, _after))))
)

_first_sent = (
    select(func.min(Mailing.id))
    .join(StoredMessage, StoredMessage.mailing_id == Mailing.id)
    .where(Mailing.issue_id == Issue.id, StoredMessage.variant == "")
    .correlate(Issue)
    .scalar_subquery()
)
_sent = _publication.add_columns(_rows(_published(_first_sent).where(Issue.slug == _ISSUE_SLUG)))
