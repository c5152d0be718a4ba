"""Pauses end by themselves, and months have their lengths."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.models import State
from newsletter.subscribers.pause import months_later, pause, resume, resume_due
from tests.subscribers.conftest import Ask


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2026, 11, 30), 3, (2027, 2, 28)),
        ((2026, 10, 15), 3, (2027, 1, 15)),
    ],
)
def test_a_month_ends_on_its_last_day(
    day: tuple[int, int, int], months: int, later: tuple[int, int, int]
) -> None:
    assert months_later(datetime(*day, 9, tzinfo=UTC), months) == datetime(*later, 9, tzinfo=UTC)


def test_a_pause_is_over_by_itself(session: Session, ask: Ask) -> None:
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as traveller:
        subscription = ask()
        assert subscription is not None
        confirm(session, subscription.id, locale="en")
        pause(session, subscription.id, 1)
        session.commit()
        traveller.shift(30 * 86400)
        assert resume_due(session) == 0
        traveller.shift(86400)
        assert resume_due(session) == 1
        assert subscription.state is State.ACTIVE
        assert subscription.paused_until is None


def test_only_what_is_paused_can_be_resumed(session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    with pytest.raises(Conflict):
        resume(session, subscription.id)
    with pytest.raises(Conflict):
        pause(session, subscription.id, 1)
