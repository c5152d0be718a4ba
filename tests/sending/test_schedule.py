"""Scheduling: one mailing however often somebody presses, and nothing unfit gets through."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Conflict, Refused
from newsletter.core.links import Links
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing, MailingState
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from newsletter.subscribers.models import EndReason, State
from tests.factories import (
    make_issue,
    make_publication,
    make_publication_with_reader,
    make_readers,
    make_subscription,
)
from tests.sending.conftest import checked


def test_pressing_again_answers_the_same_mailing(session: Session, links: Links) -> None:
    issue = make_issue(session, make_publication_with_reader(session))
    first = schedule(session, issue, None, links, actor="test")
    session.commit()
    assert schedule(session, issue, None, links, actor="test").id == first.id
    assert find_revision(session, issue).locked_at is not None


def test_fifty_at_once_make_one_mailing(runtime: Runtime) -> None:
    with runtime.session() as session:
        issue_id = make_issue(session, make_publication_with_reader(session)).id
        session.commit()
    answers: list[int] = []
    start = threading.Barrier(10)

    def press() -> None:
        start.wait()
        for _ in range(5):
            with runtime.session() as session:
                mailing = schedule(
                    session, session.get_one(Issue, issue_id), None, runtime.links, actor="test"
                )
                session.commit()
                answers.append(mailing.id)

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 50
    assert len(set(answers)) == 1
    with runtime.session() as session:
        assert len(session.scalars(select(Mailing)).all()) == 1


@pytest.mark.parametrize("missing", ["sender_email", "postal_address"])
def test_what_preflight_blocks_is_not_scheduled(session: Session, links: Links, missing: str) -> None:
    issue = make_issue(session, make_publication_with_reader(session, **{missing: ""}))
    with pytest.raises(Refused):
        schedule(session, issue, None, links, actor="test")
    assert session.scalars(select(Mailing)).all() == []


def test_the_audience_is_frozen_with_a_reason_for_each(session: Session, runtime: Runtime) -> None:
    publication = make_publication(session)
    other = make_publication(session, "other")
    make_readers(session, publication, 5)
    make_subscription(session, other, "elsewhere@readers.example")
    later = clock.now() + timedelta(days=3)
    earlier = clock.now() - timedelta(days=3)
    states: list[tuple[str, dict[str, Any]]] = [
        ("pending", {"state": State.PENDING}),
        ("paused", {"state": State.PAUSED, "paused_until": later}),
        ("rested", {"state": State.PAUSED, "paused_until": earlier}),
        ("left", {"state": State.ENDED, "ended_reason": EndReason.UNSUBSCRIBED}),
        ("bounced", {"state": State.ENDED, "ended_reason": EndReason.BOUNCED}),
    ]
    for name, facts in states:
        make_subscription(session, publication, f"{name}@readers.example", **facts)
    mailing = schedule(session, make_issue(session, publication), None, runtime.links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, runtime.links, chunk=3)
    found = checked(session, mailing.id)
    assert found.candidates == 10
    assert found.pending == 6
    assert found.excluded == {"ended": 1, "paused": 1, "unconfirmed": 1, "unsubscribed": 1}


def test_freezing_twice_at_once_counts_everybody_once(session: Session, runtime: Runtime) -> None:
    publication = make_publication(session)
    make_readers(session, publication, 40)
    mailing = schedule(session, make_issue(session, publication), None, runtime.links, actor="test")
    session.commit()
    threads = [
        threading.Thread(target=freeze, args=(runtime.sessions, mailing.id, runtime.links, 3))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = checked(session, mailing.id)
    assert (found.candidates, found.pending, found.state) == (40, 40, "sending")


def test_a_mailing_waits_for_its_time(session: Session, runtime: Runtime) -> None:
    issue = make_issue(session, make_publication_with_reader(session))
    when = Moment(clock.now() + timedelta(hours=2), "Europe/Rome")
    mailing = schedule(session, issue, when, runtime.links, actor="test")
    session.commit()
    assert not freeze(runtime.sessions, mailing.id, runtime.links)
    with time_machine.travel(when.at + timedelta(seconds=1)):
        assert freeze(runtime.sessions, mailing.id, runtime.links)


def test_a_time_missed_by_more_than_six_hours_asks_first(session: Session, runtime: Runtime) -> None:
    issue = make_issue(session, make_publication_with_reader(session))
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=7)):
        assert not freeze(runtime.sessions, mailing.id, runtime.links)
        found = checked(session, mailing.id)
        assert found.state == "paused"
        assert "Its time passed" in found.reason
        control.resume(session, mailing.id, actor="test")
        session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)


def test_a_scheduled_mailing_is_cancelled_at_once(session: Session, runtime: Runtime) -> None:
    issue = make_issue(session, make_publication_with_reader(session))
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    control.cancel(session, mailing.id, actor="test")
    session.commit()
    assert mailing.state is MailingState.CANCELLED
    with pytest.raises(Conflict):
        control.resume(session, mailing.id, actor="test")
    with pytest.raises(Conflict):
        control.cancel(session, mailing.id, actor="test")
    mailing_id = mailing.id
    session.rollback()
    assert not freeze(runtime.sessions, mailing_id, runtime.links)


def test_the_issue_is_published_with_its_number(session: Session, runtime: Runtime) -> None:
    publication = make_publication_with_reader(session)
    for number, slug in enumerate(("one", "two"), start=1):
        issue = make_issue(session, publication, slug)
        mailing = schedule(session, issue, None, runtime.links, actor="test")
        session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)
        session.refresh(issue)
        assert (issue.number, issue.published_revision) == (number, 1)


def test_whoever_resumes_a_paused_mailing_long_after_its_time_is_not_asked_again(
    session: Session, runtime: Runtime
) -> None:
    publication = make_publication(session)
    make_readers(session, publication, 3)
    mailing = schedule(session, make_issue(session, publication), None, runtime.links, actor="test")
    control.pause(session, mailing.id, actor="test")
    session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=7)):
        assert not freeze(runtime.sessions, mailing.id, runtime.links)
        control.resume(session, mailing.id, actor="test")
        session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)
