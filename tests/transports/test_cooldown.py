"""Leaving a transport alone, and taking it up again."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.runtime import Runtime
from newsletter.transports.availability import LONGEST_COOLDOWN
from newsletter.transports.cooldown import backoff, clear_expired, cool_down, end_cooldowns
from newsletter.transports.models import TransportCooldown
from tests.transports.configs import DAY, NOON, SECOND

SENDER = "news@example.org"


def count(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(TransportCooldown))


def test_each_time_twice_as_long_up_to_ten_minutes(session: Session) -> None:
    now, lasted = NOON, []
    for _ in range(7):
        until = cool_down(session, "a", "", "It is down.", temporary=True, now=now)
        assert until is not None
        lasted.append((until - now).total_seconds())
        now = until + SECOND
    assert lasted == [30, 60, 120, 240, 480, 600, 600]
    assert backoff(10_000) == LONGEST_COOLDOWN


def test_the_same_trouble_told_by_several_is_told_once(session: Session) -> None:
    until = cool_down(session, "a", "", "It is down.", temporary=True, now=NOON)
    assert cool_down(session, "a", "", "It is down.", temporary=True, now=NOON + SECOND) == until
    assert cool_down(session, "a", SENDER, "No.", temporary=True, now=NOON) == NOON + 30 * SECOND


def test_trouble_after_a_long_time_is_new(session: Session) -> None:
    cool_down(session, "a", "", "It is down.", temporary=True, now=NOON)
    later = NOON + timedelta(hours=2)
    assert cool_down(session, "a", "", "It is down.", temporary=True, now=later) == later + 30 * SECOND


def test_what_somebody_has_to_mend_stays_until_then(session: Session) -> None:
    assert cool_down(session, "a", "", "Its password is wrong.", temporary=False, now=NOON) is None
    assert cool_down(session, "a", "", "It is down.", temporary=True, now=NOON) is None
    assert not clear_expired(session, "a", SENDER, NOON + DAY)
    assert session.scalar(select(TransportCooldown.reason)) == "Its password is wrong."
    assert end_cooldowns(session, "b") == 0
    assert end_cooldowns(session, "a") == 1
    assert cool_down(session, "a", "", "It is down.", temporary=True, now=NOON) is not None


def test_trouble_may_turn_out_to_be_worse(session: Session) -> None:
    cool_down(session, "a", "", "It is down.", temporary=True, now=NOON)
    assert cool_down(session, "a", "", "It knows us no more.", temporary=False, now=NOON) is None


def test_a_window_that_went_well_ends_the_rests_before_it(session: Session) -> None:
    cool_down(session, "a", "", "It is down.", temporary=True, now=NOON)
    cool_down(session, "a", SENDER, "It is slow.", temporary=True, now=NOON)
    cool_down(session, "a", "other@example.org", "It is slow.", temporary=True, now=NOON)
    assert not clear_expired(session, "a", SENDER, NOON + 29 * SECOND)  # that window began before
    assert clear_expired(session, "a", SENDER, NOON + 30 * SECOND)
    assert count(session) == 1
    assert not clear_expired(session, "a", SENDER)
    assert end_cooldowns(session) == 1


def test_a_rest_of_another_clock_does_not_stay(session: Session) -> None:
    cool_down(session, "a", "", "It is down.", temporary=True, now=NOON + DAY)
    assert cool_down(session, "a", "", "It is down.", temporary=True, now=NOON) == NOON + 30 * SECOND
    cool_down(session, "b", "", "It is down.", temporary=True, now=NOON + DAY)
    assert clear_expired(session, "b", SENDER, NOON)


@pytest.mark.parametrize("temporary", [True, False])
def test_many_at_once(runtime: Runtime, temporary: bool) -> None:
    untils: list[object] = []

    def report() -> None:
        with runtime.session() as session:
            untils.append(cool_down(session, "a", "", "It is down.", temporary=temporary, now=NOON))
            session.commit()

    threads = [threading.Thread(target=report) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert untils == [NOON + 30 * SECOND if temporary else None] * 4
