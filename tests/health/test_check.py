"""What waits in the outbox and which mailings stand still, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.health.check import LATE_AFTER, auto_paused_mailings, check_health, outbox_state
from newsletter.mailings.models import Control, MailingState
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.sending.control import auto_pause, pause
from newsletter.sending.schedule import schedule
from tests.factories import make_issue, make_publication, make_readers

NOWHERE = "redis://127.0.0.1:1/0"


def post(
    session: Session, *, age: timedelta = timedelta(), due: timedelta = timedelta(), **facts: object
) -> None:
    """A message that was asked for `age` ago, and is due `due` after now."""
    now = clock.now()
    row = SystemMessage(
        kind="confirmation", recipient="ana@example.org", address_hash="x", facts={}, created_at=now - age
    )
    row.next_at = now + due
    for name, value in facts.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()


def test_an_empty_outbox(session: Session) -> None:
    post(session, state=MessageState.SENT)
    post(session, state=MessageState.FAILED, error="550 no such person")
    found = outbox_state(session)
    assert (found.waiting, found.oldest, found.late, found.last_error) == (0, None, False, "")


def test_a_message_that_nobody_takes_is_late(session: Session) -> None:
    post(session)
    assert outbox_state(session).waiting == 1
    assert not outbox_state(session).late
    post(session, age=2 * LATE_AFTER, due=-LATE_AFTER)
    state = outbox_state(session)
    assert state.waiting == 2
    assert state.late
    assert state.oldest is not None
    assert clock.now() - state.oldest == pytest.approx(2 * LATE_AFTER, abs=timedelta(seconds=30))


def test_a_message_that_waits_for_its_next_try_is_not_late_but_tells_why(session: Session) -> None:
    post(session, age=timedelta(hours=1), due=timedelta(minutes=5), error="The relay refuses the log-in.")
    found = outbox_state(session)
    assert (found.waiting, found.late) == (1, False)
    assert found.last_error == "The relay refuses the log-in."


def test_the_last_trouble_is_told(session: Session) -> None:
    post(session, due=timedelta(minutes=1), error="older")
    post(session, due=timedelta(minutes=2), error="newer")
    assert outbox_state(session).last_error == "newer"


def test_mailings_that_paused_themselves(session: Session, links: Links) -> None:
    publication = make_publication(session)
    make_readers(session, publication, 2)
    by_itself, by_hand, over = (
        schedule(session, make_issue(session, publication, slug), None, links, actor="test")
        for slug in ("one", "two", "three")
    )
    session.flush()
    auto_pause(session, by_itself, "The relay refuses the log-in.")
    pause(session, by_hand.id, actor="test")
    over.state, over.control, over.held_reason = MailingState.CANCELLED, Control.PAUSE, "old"
    session.flush()
    found = auto_paused_mailings(session)
    assert [(one.mailing_id, one.title, one.reason) for one in found] == [
        (by_itself.id, "Issue one", "The relay refuses the log-in.")
    ]


def test_without_redis_the_rest_is_known(session: Session) -> None:
    post(session)
    found = check_health(session, NOWHERE, Path("nowhere"), up_seconds=3600)
    assert found.heartbeats is None
    assert found.outbox.waiting == 1
    assert found.auto_paused == []
