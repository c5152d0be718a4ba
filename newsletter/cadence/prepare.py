"""Make the draft for a date some days ahead, and remind the team when it is not scheduled a day before.

Runs every minute on each host that has a periodic worker. What was done for a date is a row, made in the same
transaction, so that of two hosts one does it, and one that dies has done nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from newsletter import audit
from newsletter.cadence.dates import DueDate, dates_between
from newsletter.cadence.models import Cadence, PlannedIssue
from newsletter.cadence.rule import load_rule
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.issues.create import create_issue, examples, next_number
from newsletter.publications.models import Publication

log = structlog.get_logger(__name__)

REMIND_BEFORE = timedelta(hours=24)


def prepare_due_issues(sessions: sessionmaker[Session]) -> None:
    """Do what is to be done now for the dates of every publication. Where there is nothing, only look."""
    now = clock.now()
    with reading(), sessions() as session:
        due = [
            cadence.publication_id
            for cadence in session.scalars(select(Cadence))
            if _tasks(session, cadence, now)
        ]
    for publication_id in due:
        with sessions() as session:
            cadence = session.get(Cadence, publication_id)
            for task in _tasks(session, cadence, now) if cadence else ():
                _do(session, task, now)
            session.commit()


@dataclass(frozen=True)
class _Task:
    """What is to be done for a date."""

    cadence: Cadence
    due: DueDate
    draft: bool
    reminder: bool


def _tasks(session: Session, cadence: Cadence, now: datetime) -> list[_Task]:
    ahead = timedelta(days=cadence.days_ahead)
    dates = dates_between(session, cadence.publication, now, now + max(ahead, REMIND_BEFORE))
    tasks = []
    for due in dates:
        if due.skipped or due.mailing is not None:
            continue
        done = session.get(PlannedIssue, (cadence.publication_id, due.day))
        draft = done is None and due.at <= now + ahead
        # Whoever has just set the rule knows that nothing is scheduled.
        is_time = cadence.changed_at < due.at - REMIND_BEFORE <= now
        reminder = is_time and (done is None or done.reminded_at is None)
        if draft or reminder:
            tasks.append(_Task(cadence, due, draft, reminder))
    return tasks


def _do(session: Session, task: _Task, now: datetime) -> None:
    planned = _claim(session, task)
    if task.reminder and planned.reminded_at is None:
        _remind(session, task.cadence, planned, task.due)
        planned.reminded_at = now


def _claim(session: Session, task: _Task) -> PlannedIssue:
    """The row of a date, locked until this transaction ends; made with its draft where there is none yet."""
    publication = task.cadence.publication
    key = (publication.id, task.due.day)
    found = session.get(PlannedIssue, key, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            made = PlannedIssue(publication_id=publication.id, day=task.due.day)
            session.add(made)
    except IntegrityError:  # another host was first; its draft is there now
        return session.get_one(PlannedIssue, key, with_for_update=True, populate_existing=True)
    if task.draft:
        made.issue_id = _make_draft(session, publication)
        session.flush()
    return made


def _make_draft(session: Session, publication: Publication) -> int:
    """The id of a draft with the skeleton of the last issue, called by the number that it will have."""
    title = f"{publication.name} {next_number(session, publication)}"
    example = next(iter(examples(session, publication)), None)
    issue = create_issue(session, publication, title, like=example, actor=audit.SYSTEM)
    log.info("a draft was made for its date", publication=publication.slug, issue=issue.id)
    return issue.id


def _remind(session: Session, cadence: Cadence, planned: PlannedIssue, due: DueDate) -> None:
    """Write to everybody on the team who may send that the issue is not scheduled."""
    # Imported when it is needed: what shapes the accounts takes as long to import as all the rest.
    from newsletter.accounts.permissions import Permission
    from newsletter.accounts.post_to_team import post_to_team

    publication = cadence.publication
    post_to_team(
        session,
        "issue_due",
        lambda user: user.may(Permission.SEND),
        publication_id=publication.id,
        locale=publication.language,
        facts={
            "slug": publication.slug,
            "issue_id": planned.issue_id or 0,
            "due_at": due.at.isoformat(),
            "zone": load_rule(cadence.rule).zone,
        },
    )
