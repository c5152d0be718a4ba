"""Debiting a transport: its rate, its day and its providers, by several processes at once."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from newsletter.runtime import Runtime
from newsletter.transports.availability import Usage, left_today
from newsletter.transports.models import TransportUse
from newsletter.transports.quota import (
    grant,
    lock_quota,
    release_reserved,
    release_unsent,
    reserve_quota,
    schedule_by_provider,
)
from newsletter.transports.transport_config import Limits
from tests.transports.configs import DAY, NOON, SECOND, make_config


@pytest.fixture
def statements(runtime: Runtime) -> Iterator[list[str]]:
    """Every statement that reaches the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(runtime.engine, "before_cursor_execute", note)
    yield seen
    event.remove(runtime.engine, "before_cursor_execute", note)


def test_what_is_not_limited_costs_nothing(session: Session, statements: list[str]) -> None:
    assert reserve_quota(session, make_config(), 100, NOON) == 100
    assert reserve_quota(session, make_config(provider_limits={"gmail": 1.0}), 100, NOON) == 100
    assert reserve_quota(session, make_config(per_day=10), 0, NOON) == 0
    release_reserved(session, make_config(), 10)
    release_unsent(session, "transport:1", 0, NOON.date())
    lock_quota(session, [])
    assert schedule_by_provider(session, make_config(), ["ana@gmail.com"], NOON) == {}
    assert (
        schedule_by_provider(session, make_config(provider_limits={"gmail": 1.0}), ["ana@example.org"], NOON)
        == {}
    )
    assert statements == []


def test_the_rate_comes_in_pieces(session: Session) -> None:
    config = make_config(per_second=10)
    assert [reserve_quota(session, config, 100, NOON) for _ in range(2)] == [10, 0]
    assert reserve_quota(session, config, 100, NOON + SECOND / 2) == 5
    assert reserve_quota(session, config, 3, NOON + 5 * SECOND) == 3
    assert reserve_quota(session, config, 100, NOON + 5 * SECOND) == 7


def test_the_day_is_that_of_the_zone(session: Session) -> None:
    config = make_config(per_day=150, zone="Europe/Rome")
    assert [reserve_quota(session, config, 100, NOON) for _ in range(3)] == [100, 50, 0]
    assert reserve_quota(session, config, 100, NOON + 9 * timedelta(hours=1)) == 0
    assert reserve_quota(session, config, 100, NOON + 10 * timedelta(hours=1)) == 100


def test_a_warm_up_grows_up_to_the_limit_of_a_day(session: Session) -> None:
    config = make_config(per_day=300, warm_up_from=date(2026, 6, 1), warm_up_per_day=100)
    assert [reserve_quota(session, config, 1000, NOON + day * DAY) for day in range(5)] == [
        100,
        150,
        225,
        300,
        300,
    ]
    assert (
        reserve_quota(
            session, make_config("b", warm_up_from=date(2026, 5, 1), warm_up_per_day=100), 10**6, NOON
        )
        == 10**6
    )


def test_what_is_not_needed_goes_back_at_once(session: Session) -> None:
    config = make_config(per_second=10, per_day=20)
    assert reserve_quota(session, config, 10, NOON) == 10
    release_reserved(session, config, 4)
    assert reserve_quota(session, config, 10, NOON) == 4
    assert reserve_quota(session, config, 100, NOON + SECOND) == 10
    assert reserve_quota(session, config, 100, NOON + 2 * SECOND) == 0
    slow = make_config("slow", per_day=20)
    reserve_quota(session, slow, 15, NOON)
    release_reserved(session, slow, 5)
    assert reserve_quota(session, slow, 100, NOON) == 10


def test_what_never_left_counts_no_more_on_its_day(session: Session) -> None:
    config = make_config(per_day=100)
    reserve_quota(session, config, 100, NOON)
    release_unsent(session, config.key, 30, NOON.date() - DAY)
    assert reserve_quota(session, config, 100, NOON) == 0
    release_unsent(session, config.key, 30, config.limits.day(NOON))
    assert reserve_quota(session, config, 100, NOON) == 30
    release_unsent(session, config.key, 500, config.limits.day(NOON))
    assert reserve_quota(session, config, 500, NOON) == 100


def test_places_in_the_rate_that_are_past_are_nobody_elses(session: Session) -> None:
    config = make_config(per_second=10)
    reserve_quota(session, config, 10, NOON)
    release_unsent(session, config.key, 10, NOON.date())
    assert reserve_quota(session, config, 10, NOON) == 0


def test_providers_have_lines_of_their_own(session: Session) -> None:
    config = make_config(provider_limits={"gmail": 2.0, "yahoo": 1.0})
    addresses = ["a@gmail.com", "b@example.org", "c@GoogleMail.com", "d@gmail.com", "e@yahoo.fr", "f@aol.com"]
    assert schedule_by_provider(session, config, addresses, NOON) == {3: NOON + SECOND, 5: NOON + SECOND}
    assert schedule_by_provider(session, config, ["g@gmail.com"], NOON) == {0: NOON + 1.5 * SECOND}
    assert (
        schedule_by_provider(
            session, make_config("other", provider_limits={"gmail": 2.0}), ["g@gmail.com"], NOON
        )
        == {}
    )
    rows = session.scalars(select(TransportUse.provider).where(TransportUse.transport == config.key))
    assert sorted(rows) == ["gmail", "yahoo"]


@given(
    per_day=st.integers(1, 500),
    per_second=st.none() | st.floats(0.1, 200),
    asked=st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 300)), max_size=40),
)
def test_no_day_has_more_than_its_messages(
    per_day: int, per_second: float | None, asked: list[tuple[int, int]]
) -> None:
    config = make_config(per_day=per_day, per_second=per_second, zone="America/New_York")
    used, now, days = Usage(), NOON, dict[date, int]()
    for pause, wanted in asked:
        now += timedelta(seconds=pause)
        granted, used = grant(config, used, wanted, now)
        assert 0 <= granted <= wanted
        day = config.limits.day(now)
        days[day] = days.get(day, 0) + granted
        assert days[day] <= per_day
        assert left_today(config.limits, used, now) == per_day - days[day]


def test_a_clock_set_back_by_a_day_does_not_forget_what_was_used() -> None:
    limits = Limits(per_day=100)
    assert left_today(limits, Usage(day=NOON.date(), used=60), NOON - DAY) == 40
    assert left_today(limits, Usage(day=NOON.date(), used=60), NOON + DAY) == 100
    assert left_today(limits, Usage(day=NOON.date(), used=600), NOON) == 0
    assert left_today(Limits(), Usage(), NOON) is None


def test_many_at_once_get_no_more_than_there_is(runtime: Runtime) -> None:
    configs = [
        make_config("a", per_day=100, provider_limits={"gmail": 1.0, "yahoo": 1.0}),
        make_config("b", per_day=100),
    ]
    granted: list[int] = []
    moments: list[dict[int, datetime]] = []

    def reserve(turn: int) -> None:
        for round_ in range(8):
            with runtime.session() as session:
                lock_quota(session, [config.key for config in configs[:: 1 if turn % 2 else -1]])
                for config in configs[:: 1 if (turn + round_) % 2 else -1]:
                    granted.append(reserve_quota(session, config, 7, NOON))
                    addresses = ["x@yahoo.com", "y@gmail.com"][:: 1 if round_ % 2 else -1]
                    moments.append(schedule_by_provider(session, config, addresses, NOON))
                session.commit()

    threads = [threading.Thread(target=reserve, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(granted) == 200
    booked = [at for later in moments for at in later.values()]
    assert len(booked) == 2 * (4 * 8 - 1)
    assert len(set(booked)) == 4 * 8 - 1  # each provider's line goes up second by second


def test_nothing_is_spent_by_a_transaction_that_fails(runtime: Runtime) -> None:
    config = make_config(per_day=10)
    with runtime.session() as session:
        assert reserve_quota(session, config, 10, NOON) == 10
        session.rollback()
    with runtime.session() as session:
        assert reserve_quota(session, config, 10, NOON) == 10
