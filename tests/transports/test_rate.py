"""The arithmetic of a rate: never more than it allows, whatever is asked and whatever clocks do."""

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.transports import rate

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
RATES = st.floats(0.001, 100_000)
# Pauses between askings, in microseconds: none, moments, and long ones.
PAUSES = st.integers(0, 3) | st.integers(0, 2_000_000) | st.integers(0, 7_200_000_000)


@given(per_second=RATES, asked=st.lists(st.tuples(PAUSES, st.integers(1, 500)), min_size=1, max_size=60))
def test_never_more_than_the_rate_and_one_burst_in_any_interval(
    per_second: float, asked: list[tuple[int, int]]
) -> None:
    now, free_at = NOON, None
    granted: list[tuple[datetime, int]] = []
    for pause, wanted in asked:
        now += timedelta(microseconds=pause)
        n = min(wanted, rate.available_now(free_at, per_second, now))
        if n:
            free_at = rate.reserve(free_at, per_second, n, now)
            granted.append((now, n))
    for first, (begun, _n) in enumerate(granted):
        total = 0
        for at, n in granted[first:]:
            total += n
            seconds = (at - begun) / SECOND
            assert total <= per_second * seconds + max(1.0, per_second) + 1e-3 * max(1.0, per_second)


@given(per_second=RATES, seconds=st.floats(20, 100))
def test_who_asks_when_told_gets_nearly_the_whole_rate(per_second: float, seconds: float) -> None:
    now, free_at, total, turns = NOON, None, 0, 0
    while now < NOON + seconds * SECOND and turns < 500:
        turns += 1
        until = rate.retry_at(free_at, per_second, now)
        if until is not None:
            assert until > now
            now = until
            continue
        n = rate.available_now(free_at, per_second, now)
        assert n >= 1
        free_at = rate.reserve(free_at, per_second, n, now)
        total += n
    assert total >= math.floor(per_second * ((now - NOON) / SECOND) * 0.99)


def test_ten_a_second_come_in_pieces() -> None:
    assert rate.available_now(None, 10, NOON) == 10
    free_at = rate.reserve(None, 10, 10, NOON)
    assert free_at == NOON + SECOND
    assert rate.available_now(free_at, 10, NOON) == 0
    assert rate.retry_at(free_at, 10, NOON) == NOON + SECOND / 2
    assert rate.available_now(free_at, 10, NOON + SECOND / 2) == 5


def test_one_in_two_seconds() -> None:
    assert rate.available_now(None, 0.5, NOON) == 1
    free_at = rate.reserve(None, 0.5, 1, NOON)
    assert rate.retry_at(free_at, 0.5, NOON) == NOON + 2 * SECOND
    assert rate.available_now(free_at, 0.5, NOON + 1.9 * SECOND) == 0
    assert rate.available_now(free_at, 0.5, NOON + 2 * SECOND) == 1


@given(per_second=RATES, jump=st.integers(-40 * 86_400, 40 * 86_400))
def test_a_clock_that_is_set_neither_stops_it_nor_lets_a_burst_through(per_second: float, jump: int) -> None:
    free_at = rate.reserve(None, per_second, rate.available_now(None, per_second, NOON), NOON)
    now = NOON + timedelta(seconds=jump)
    assert rate.available_now(free_at, per_second, now) <= max(1.0, per_second) + 1
    until = rate.retry_at(free_at, per_second, now)
    assert until is None or until - now <= rate.burst_span(per_second) + rate.SKEW


def test_a_clock_set_back_by_a_day_goes_on_at_once() -> None:
    free_at = rate.reserve(None, 10, 10, NOON)
    assert rate.retry_at(free_at, 10, NOON - DAY) is None


class TestLine:
    """Each message towards a provider has a moment of its own."""

    def test_one_burst_goes_now_and_the_others_one_after_another(self) -> None:
        moments, free_at = rate.assign_times(None, 2, 5, NOON)
        assert moments == [None, None, NOON + SECOND, NOON + 1.5 * SECOND, NOON + 2 * SECOND]
        assert free_at == NOON + 2.5 * SECOND
        later, _free_at = rate.assign_times(free_at, 2, 1, NOON)
        assert later == [NOON + 2.5 * SECOND]

    @given(
        per_second=st.floats(0.01, 1000),
        asked=st.lists(st.tuples(st.integers(0, 5_000_000), st.integers(1, 50)), min_size=1, max_size=20),
    )
    def test_no_interval_has_more_than_the_rate_and_one_burst(
        self, per_second: float, asked: list[tuple[int, int]]
    ) -> None:
        now, free_at = NOON, None
        sent: list[datetime] = []
        for pause, n in asked:
            now += timedelta(microseconds=pause)
            moments, free_at = rate.assign_times(free_at, per_second, n, now)
            # Who found the line too long has booked nothing and asks again.
            sent.extend(at or now for at in moments if at != now + rate.LONGEST_WAIT / 2)
        sent.sort()
        for first, begun in enumerate(sent):
            for n, at in enumerate(sent[first:], 1):
                assert n <= per_second * ((at - begun) / SECOND) + max(1.0, per_second) + 1.01

    def test_a_line_that_is_too_long_is_joined_later(self) -> None:
        hours = rate.LONGEST_WAIT / timedelta(hours=1)
        moments, free_at = rate.assign_times(None, 1 / 3600, 20, NOON)
        booked = [at for at in moments if at is not None][: int(hours)]
        assert booked[-1] == NOON + rate.LONGEST_WAIT == moments[int(hours)]
        assert moments[int(hours) + 1 :] == [NOON + rate.LONGEST_WAIT / 2] * (20 - int(hours) - 1)
        assert free_at == NOON + rate.LONGEST_WAIT + timedelta(hours=1)

    def test_a_full_line_of_a_slow_rate_stays_full(self) -> None:
        moments, free_at = rate.assign_times(None, 0.01, 1000, NOON)
        assert moments[-1] == NOON + rate.LONGEST_WAIT / 2
        again, after = rate.assign_times(free_at, 0.01, 1, NOON)
        assert (again, after) == ([NOON + rate.LONGEST_WAIT / 2], free_at)

    def test_a_clock_set_back_by_a_day_forgets_the_line(self) -> None:
        _moments, free_at = rate.assign_times(None, 10, 1000, NOON)
        assert rate.assign_times(free_at, 10, 1, NOON - DAY)[0] == [None]
        assert rate.assign_times(free_at, 10, 11, NOON + DAY)[0] == [None] * 10 + [NOON + DAY + SECOND]
