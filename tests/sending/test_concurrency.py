"""Growth: one lane more as long as the last one was worth it."""

import time

import pytest

from newsletter.core import clock
from newsletter.sending.concurrency import LARGEST, MEASURE_SECONDS, Concurrency


@pytest.fixture
def elapsed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clocks show: the monotonic one, and how much this process computed."""
    shown = [100.0, 0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: shown[0])
    monkeypatch.setattr(time, "process_time", lambda: shown[1])
    return shown


def after(concurrency: Concurrency, elapsed: list[float], answers: int, busy: float = 0.1) -> int:
    """The lanes it wants after another second."""
    elapsed[0] += 1
    elapsed[1] += busy
    return concurrency.wanted(answers)


def test_lanes_are_added_while_each_is_worth_it(elapsed: list[float]) -> None:
    concurrency = Concurrency()
    concurrency.begin()
    assert after(concurrency, elapsed, 10) == 2
    assert after(concurrency, elapsed, 30) == 3
    assert after(concurrency, elapsed, 51) == 3, "a twentieth more is not worth a connection"
    assert after(concurrency, elapsed, 100) == 3, "that was tried"
    concurrency.begin()
    assert after(concurrency, elapsed, 30) == 4, "the next drain tries again"


def test_too_soon_says_nothing(elapsed: list[float]) -> None:
    concurrency = Concurrency()
    concurrency.begin()
    elapsed[0] += MEASURE_SECONDS - 0.01
    assert concurrency.wanted(1000) == 1


def test_a_process_that_computes_all_the_time_wants_no_more(elapsed: list[float]) -> None:
    concurrency = Concurrency()
    concurrency.begin()
    assert after(concurrency, elapsed, 1000, busy=0.9) == 1


def test_nothing_answered_is_no_reason_for_more(elapsed: list[float]) -> None:
    concurrency = Concurrency()
    concurrency.begin()
    assert after(concurrency, elapsed, 0) == 1
    assert after(concurrency, elapsed, 10) == 2, "it may have been the first connection that took so long"


def test_windows_grow_with_the_rate_of_a_lane(elapsed: list[float]) -> None:
    concurrency = Concurrency()
    concurrency.begin()
    assert concurrency.window_size(100) == 100
    after(concurrency, elapsed, 6_000)
    assert concurrency.window_size(100) == 300
    after(concurrency, elapsed, 106_000)
    assert concurrency.window_size(100) == 100 * LARGEST
