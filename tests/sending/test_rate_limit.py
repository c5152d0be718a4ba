"""The rate limit of a throttled mailing: never faster than its rate and a burst, whatever the clocks do."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.models import Mailing
from newsletter.sending import rate_limit

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RATES = st.floats(0.1, 500) | st.sampled_from([0.1, 1.0, 10.0, 100_000.0])


def reserve(mailing: Mailing, wanted: int, now: datetime) -> int:
    """As a turn does."""
    allowed, until = rate_limit.allow(mailing, wanted, now)
    assert (until is not None) == (allowed == 0 and mailing.per_second is not None and wanted > 0)
    assert until is None or until > now
    rate_limit.consume(mailing, allowed, now)
    return allowed


@given(RATES, st.lists(st.tuples(st.floats(0, 30), st.integers(1, 1000)), min_size=1, max_size=60))
def test_no_interval_has_more_than_the_rate_and_a_burst(rate: float, asked: list[tuple[float, int]]) -> None:
    mailing, now = Mailing(per_second=rate), START
    booked: list[tuple[float, int]] = []
    for pause, wanted in asked:
        now += timedelta(seconds=pause)
        booked.append(((now - START).total_seconds(), reserve(mailing, wanted, now)))
    for first, (begin, _) in enumerate(booked):
        total = 0
        for end, n in booked[first:]:
            total += n
            assert total <= rate * (end - begin) + max(1, rate) + 1e-3


@given(RATES, st.integers(1, 1000))
def test_asking_again_when_it_says_so_is_worth_it(rate: float, wanted: int) -> None:
    mailing, now = Mailing(per_second=rate), START
    for _ in range(50):
        allowed, until = rate_limit.allow(mailing, wanted, now)
        rate_limit.consume(mailing, allowed, now)
        if until is not None:
            assert rate_limit.allow(mailing, wanted, until)[0] > 0
            assert until - now <= timedelta(seconds=max(1, 1 / rate) + 1e-3)
            now = until


@given(RATES, st.timedeltas(timedelta(minutes=2), timedelta(days=400)))
def test_a_clock_that_is_set_back_stops_nothing(rate: float, back: timedelta) -> None:
    mailing = Mailing(per_second=rate)
    while reserve(mailing, 1000, START):
        pass
    allowed, until = rate_limit.allow(mailing, 10, START - back)
    assert allowed > 0
    assert until is None


@given(RATES, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_clock_that_is_set_ahead_earns_one_burst(rate: float, ahead: timedelta) -> None:
    mailing = Mailing(per_second=rate)
    while reserve(mailing, 1000, START):
        pass
    total, then = 0, START + timedelta(seconds=20) + ahead
    while n := reserve(mailing, 100_000, then):
        total += n
    assert total <= max(1, rate) + 1e-3


def test_without_a_limit_nothing_is_booked() -> None:
    mailing = Mailing(per_second=None)
    assert rate_limit.allow(mailing, 500, START) == (500, None)
    rate_limit.consume(mailing, 500, START)
    assert mailing.paced_until is None


def test_who_reserves_nobody_books_nothing() -> None:
    mailing = Mailing(per_second=5.0)
    rate_limit.consume(mailing, 0, START)
    assert mailing.paced_until is None
