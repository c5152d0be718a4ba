"""The list of a publication's issues, each with its stage: draft, scheduled, sending or sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from newsletter.core.text import without_nul
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.publications.models import Publication

PAGE_SIZE = 30


class Stage(StrEnum):
    """The stage of an issue."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"


STAGES: dict[MailingState | None, Stage] = {
    None: Stage.DRAFT,
    MailingState.SCHEDULED: Stage.SCHEDULED,
    MailingState.FREEZING: Stage.SENDING,
    MailingState.SENDING: Stage.SENDING,
    MailingState.FINISHED: Stage.SENT,
}


@dataclass(frozen=True)
class IssueRow:
    """One line: an issue, its newest revision's author and time, and its mailing if it has one."""

    issue: Issue
    mailing: Mailing | None
    saved_at: datetime
    author: str

    @property
    def stage(self) -> Stage:
        return STAGES[self.mailing.state if self.mailing else None]

    @property
    def held(self) -> bool:
        """Whether its mailing is paused."""
        return self.mailing is not None and self.mailing.control is Control.PAUSE


@dataclass(frozen=True)
class IssuePage:
    """A page of the list. Pages are counted from 1; `total` counts what the filter lets through."""

    rows: list[IssueRow]
    page: int
    pages: int
    total: int


def list_issues(
    session: Session,
    publication: Publication,
    *,
    stage: Stage | None = None,
    words: str = "",
    page: int = 1,
    size: int = PAGE_SIZE,
) -> IssuePage:
    """The issues of `publication`, newest first; a page beyond the last one is the last one.

    `stage` keeps those at that stage, `words` those whose title contains them, in any case of letters.
    """
    conditions = [Issue.publication_id == publication.id, *_conditions(stage, words)]
    joined = and_(Mailing.issue_id == Issue.id, Mailing.state != MailingState.CANCELLED)
    total = session.scalar(
        select(func.count()).select_from(Issue).outerjoin(Mailing, joined).where(*conditions)
    )
    pages = max(1, -(-(total or 0) // size))
    page = min(max(1, page), pages)
    rows = session.execute(
        select(Issue, Mailing, Revision.saved_at, Revision.author)
        .join(Revision, and_(Revision.issue_id == Issue.id, Revision.number == Issue.latest_revision))
        .outerjoin(Mailing, joined)
        .where(*conditions)
        .order_by(Issue.id.desc())
        .offset((page - 1) * size)
        .limit(size)
    )
    return IssuePage([IssueRow(*row) for row in rows], page, pages, total or 0)


def _conditions(stage: Stage | None, words: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if stage is not None:
        states = [state for state, its_stage in STAGES.items() if its_stage is stage and state is not None]
        unsent = [Mailing.id.is_(None)] if stage is Stage.DRAFT else []
        conditions.append(or_(Mailing.state.in_(states), *unsent) if states else unsent[0])
    if words.strip():
        conditions.append(Issue.title.icontains(without_nul(words.strip()), autoescape=True))
    return conditions
