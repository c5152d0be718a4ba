"""SendLease runs out by itself, and a flag that a signal handler sets takes no lock."""

import signal
import time
from types import FrameType

import pytest

from newsletter.core import clock
from newsletter.sending.send_lease import GRANT_SECONDS, SendLease, Stopping


@pytest.fixture
def elapsed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the monotonic clock shows."""
    shown = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: shown[0])
    return shown


def test_nothing_starts_before_somebody_said_that_it_goes(elapsed: list[float]) -> None:
    clearance = SendLease(Stopping())
    may_start = clearance.within(1000.0)
    assert not may_start()
    clearance.grant()
    assert may_start()


def test_a_grant_runs_out_unless_it_is_given_again(elapsed: list[float]) -> None:
    clearance = SendLease(Stopping())
    may_start = clearance.within(1000.0)
    clearance.grant()
    elapsed[0] += GRANT_SECONDS - 0.1
    assert may_start()
    elapsed[0] += 0.1
    assert not may_start()
    clearance.grant()
    assert may_start()


def test_a_window_has_its_own_end(elapsed: list[float]) -> None:
    clearance = SendLease(Stopping())
    clearance.grant()
    assert not clearance.within(100.0)()
    assert clearance.within(100.1)()


def test_revoking_and_ending_hold_at_once(elapsed: list[float]) -> None:
    stopping = Stopping()
    clearance = SendLease(stopping)
    may_start = clearance.within(1000.0)
    clearance.grant()
    clearance.revoke()
    assert not may_start()
    clearance.grant()
    stopping.set()
    assert not may_start()
    stopping.clear()
    assert may_start()


def test_a_signal_may_interrupt_the_setting_of_the_flag_itself() -> None:
    stopping, heard = Stopping(), 0

    def handler(_signal: int, _frame: FrameType | None) -> None:
        nonlocal heard
        heard += 1
        stopping.set()

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            stopping.set()
            assert stopping.is_set()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert heard
