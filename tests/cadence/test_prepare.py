"""Drafts made ahead and reminders: once for each date, however often and wherever somebody looks."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.passwords import wasted_hash
from newsletter.accounts.permissions import RoleName
from newsletter.audit.models import AuditEntry
from newsletter.cadence.change import set_cadence, skip_date, stop_cadence
from newsletter.cadence.dates import next_dates, next_due
from newsletter.cadence.models import PlannedIssue
from newsletter.cadence.prepare import prepare_due_issues
from newsletter.core.errors import Missing, Refused
from newsletter.core.links import Links
from newsletter.issues.delete import delete_draft
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from tests.factories import make_issue, make_publication, make_readers

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 7, 0, tzinfo=UTC)  # 08:00 in Rome
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def weekly(session: Session, clock: time_machine.Traveller) -> Publication:
    """Due on Fridays, with a draft three days before."""
    publication = make_publication(session, timezone="Europe/Rome")
    set_cadence(session, publication, "FR 08:00", actor="ana")
    session.commit()
    return publication


def look(session: Session, runtime: Runtime) -> None:
    """What the periodic worker does every minute."""
    session.rollback()
    prepare_due_issues(runtime.sessions)


def drafts(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Issue.title).order_by(Issue.id)))


def reminders(session: Session) -> list[str]:
    session.rollback()
    return sorted(session.scalars(select(SystemMessage.recipient)))


def make_team(session: Session) -> None:
    for name, role, password in (
        ("olga", RoleName.OWNER, wasted_hash()),
        ("eddi", RoleName.EDITOR, wasted_hash()),
        ("invited", RoleName.EDITOR, None),
        ("gone", RoleName.EDITOR, wasted_hash()),
    ):
        user = create_user(session, email=f"{name}@press.example", role=role, password=None, actor="test")
        user.password, user.active = password, name != "gone"
    session.commit()


def test_a_draft_is_made_once_and_from_the_last_issue(
    session: Session, runtime: Runtime, weekly: Publication, clock: time_machine.Traveller
) -> None:
    last = make_issue(session, weekly)
    last.number = 41
    session.commit()
    look(session, runtime)
    assert drafts(session) == ["Issue one"]
    clock.move_to(FRIDAY - 3 * DAY)
    for _ in range(2):
        look(session, runtime)
    assert drafts(session) == ["Issue one", "The Weekly 42"]
    draft = session.scalars(select(Issue).where(Issue.title == "The Weekly 42")).one()
    [section] = load_document(find_revision(session, draft)).sections
    assert (section.id, section.type) == ("hello", "text")
    first = next_dates(session, weekly, MONDAY)[0]
    assert (first.day, first.issue, first.mailing) == (date(2026, 3, 6), draft, None)
    # Whoever deletes it does not want it again.
    delete_draft(session, draft.id, actor="ana")
    session.commit()
    look(session, runtime)
    assert drafts(session) == ["Issue one"]
    clock.move_to(FRIDAY + 4 * DAY)
    look(session, runtime)
    assert drafts(session) == ["Issue one", "The Weekly 42"]


def test_two_hosts_make_one_draft(
    session: Session, runtime: Runtime, weekly: Publication, clock: time_machine.Traveller
) -> None:
    make_team(session)
    clock.move_to(FRIDAY - DAY)
    start = threading.Barrier(4)

    def host() -> None:
        start.wait()
        prepare_due_issues(runtime.sessions)

    hosts = [threading.Thread(target=host) for _ in range(4)]
    for thread in hosts:
        thread.start()
    for thread in hosts:
        thread.join()
    assert drafts(session) == ["The Weekly 1"]
    assert reminders(session) == ["eddi@press.example", "olga@press.example"]


@pytest.mark.parametrize("days_ahead", [0, 3])
def test_the_team_is_reminded_a_day_before(
    session: Session, runtime: Runtime, weekly: Publication, clock: time_machine.Traveller, days_ahead: int
) -> None:
    make_team(session)
    set_cadence(session, weekly, "FR 08:00", days_ahead=days_ahead, actor="ana")
    session.commit()
    clock.move_to(FRIDAY - DAY - timedelta(minutes=1))
    look(session, runtime)
    assert reminders(session) == []
    clock.move_to(FRIDAY - DAY)
    for _ in range(2):
        look(session, runtime)
    assert reminders(session) == ["eddi@press.example", "olga@press.example"]
    message = session.scalars(select(SystemMessage)).first()
    assert message
    issue = session.scalar(select(PlannedIssue.issue_id)) or 0
    assert bool(issue) == bool(days_ahead)
    assert message.facts == {
        "slug": "weekly",
        "issue_id": issue,
        "due_at": "2026-03-06T07:00:00+00:00",
        "zone": "Europe/Rome",
    }


def test_what_is_scheduled_for_the_day_needs_neither(
    session: Session, runtime: Runtime, links: Links, weekly: Publication, clock: time_machine.Traveller
) -> None:
    make_team(session)
    make_readers(session, weekly, 1)
    issue = make_issue(session, weekly)
    schedule(session, issue, Moment(FRIDAY + timedelta(hours=2), "Europe/Rome"), links, actor="ana")
    session.commit()
    clock.move_to(FRIDAY - DAY)
    look(session, runtime)
    assert (drafts(session), reminders(session)) == (["Issue one"], [])
    first = next_due(session, weekly, MONDAY)
    assert first
    assert (first.issue, first.mailing is not None) == (issue, True)


def test_a_draft_that_is_scheduled_for_another_day_is_not_missed(
    session: Session, runtime: Runtime, links: Links, weekly: Publication, clock: time_machine.Traveller
) -> None:
    make_team(session)
    make_readers(session, weekly, 1)
    issue = make_issue(session, weekly)
    session.add(PlannedIssue(publication_id=weekly.id, day=FRIDAY.date(), issue_id=issue.id))
    schedule(session, issue, Moment(FRIDAY - timedelta(hours=20), "Europe/Rome"), links, actor="ana")
    session.commit()
    clock.move_to(FRIDAY - DAY)
    look(session, runtime)
    assert reminders(session) == []


def test_a_skipped_date_is_left_alone(
    session: Session, runtime: Runtime, weekly: Publication, clock: time_machine.Traveller
) -> None:
    make_team(session)
    for _ in range(2):
        skip_date(session, weekly, FRIDAY.date(), actor="ana")
    session.commit()
    assert [due.skipped for due in next_dates(session, weekly, MONDAY)[:2]] == [True, False]
    due = next_due(session, weekly, MONDAY)
    assert due
    assert due.day == date(2026, 3, 13)
    clock.move_to(FRIDAY - DAY)
    look(session, runtime)
    assert (drafts(session), reminders(session)) == ([], [])
    skip_date(session, weekly, FRIDAY.date(), skip=False, actor="ana")
    session.commit()
    look(session, runtime)
    assert drafts(session) == ["The Weekly 1"]
    counted = select(func.count()).where(AuditEntry.action.in_(["publication.date_skipped"]))
    assert session.scalar(counted) == 1


def test_a_rule_that_was_just_set_reminds_nobody(
    session: Session, runtime: Runtime, weekly: Publication, clock: time_machine.Traveller
) -> None:
    make_team(session)
    clock.move_to(FRIDAY - timedelta(hours=3))
    set_cadence(session, weekly, "FR 08:01", actor="ana")
    session.commit()
    look(session, runtime)
    assert (drafts(session), reminders(session)) == (["The Weekly 1"], [])


def test_without_a_cadence_nothing_is_due(
    session: Session, runtime: Runtime, weekly: Publication, clock: time_machine.Traveller
) -> None:
    stop_cadence(session, weekly, actor="ana")
    session.commit()
    clock.move_to(FRIDAY - DAY)
    look(session, runtime)
    assert drafts(session) == []
    assert (next_dates(session, weekly, MONDAY), next_due(session, weekly, MONDAY)) == ([], None)
    with pytest.raises(Missing):
        skip_date(session, weekly, FRIDAY.date(), actor="ana")


def test_what_cannot_be_set_is_refused(session: Session, weekly: Publication) -> None:
    for days_ahead in (-1, 31):
        with pytest.raises(Refused):
            set_cadence(session, weekly, "FR 08:00", days_ahead=days_ahead, actor="ana")
    for day in (date(2026, 3, 5), date(2026, 2, 27), date(2031, 3, 7), date(9999, 12, 31)):
        with pytest.raises(Refused):
            skip_date(session, weekly, day, actor="ana")
