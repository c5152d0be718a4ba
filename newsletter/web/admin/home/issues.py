"""The issues that Home is about: the one that goes out next, and the one that is being written."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.document import Document
from newsletter.document.fields import Model
from newsletter.issues.content import load_content
from newsletter.issues.listing import IssueRow, Stage, list_issues
from newsletter.issues.load import find_revision
from newsletter.mailings.models import Mailing
from newsletter.preflight.finding import Finding
from newsletter.publications.models import Publication
from newsletter.web.admin.findings import blocking, findings_of, summary


@dataclass(frozen=True)
class NextIssue:
    """An issue on its way to readers.

    `findings` are what preflight says about a draft, without what was waived; a scheduled one has passed.
    """

    listed: IssueRow
    sections: int
    items: int
    findings: list[Finding]

    @property
    def blocked(self) -> bool:
        return bool(blocking(self.findings))

    @property
    def summary(self) -> str:
        return summary(self.findings)

    @property
    def mailing(self) -> Mailing | None:
        return self.listed.mailing


@dataclass(frozen=True)
class NextIssues:
    """`scheduled`: the first that goes out by itself; `draft`: the one that was worked on last."""

    scheduled: NextIssue | None
    draft: NextIssue | None
    more_drafts: int


def next_issues(session: Session, publication: Publication) -> NextIssues:
    """What comes next in `publication`."""
    drafts = list_issues(session, publication, stage=Stage.DRAFT)
    draft = max(drafts.rows, key=lambda row: row.saved_at, default=None)
    now = clock.now()
    waiting = [
        (row.mailing.scheduled_at, row)
        for row in list_issues(session, publication, stage=Stage.SCHEDULED).rows
        if row.mailing is not None and not row.held and row.mailing.scheduled_at > now
    ]
    scheduled = min(waiting, key=lambda pair: pair[0])[1] if waiting else None
    return NextIssues(
        scheduled=_looked_at(session, scheduled) if scheduled else None,
        draft=_looked_at(session, draft) if draft else None,
        more_drafts=max(0, drafts.total - 1),
    )


def _looked_at(session: Session, listed: IssueRow) -> NextIssue:
    issue = listed.issue
    revision = find_revision(session, issue)
    content = load_content(session, revision, issue.publication)
    found = findings_of(issue, revision, content) if listed.mailing is None else []
    findings = [finding for finding in found if not finding.waived]
    document = content.document
    return NextIssue(listed, len(document.sections), count_items(document), findings)


def count_items(document: Document) -> int:
    """How many pieces its sections hold: stories, quotes and whatever else stands in a list of its own."""
    return sum(
        isinstance(entry, Model)
        for section in document.sections
        for name in type(section).model_fields
        if isinstance(entries := getattr(section, name), tuple)
        for entry in entries
    )
