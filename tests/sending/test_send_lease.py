"""A lease runs out by itself, and a flag that a signal handler sets takes no lock."""

import signal
import time
from types import FrameType

import pytest

from newsletter.core import clock
from newsletter.core.shutdown import ShutdownFlag
from newsletter.sending.send_lease import LEASE_SECONDS, SendLease


@pytest.fixture
def elapsed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the monotonic clock shows."""
    shown = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: shown[0])
    return shown


def test_nothing_starts_before_somebody_said_that_it_goes(elapsed: list[float]) -> None:
    lease = SendLease(ShutdownFlag())
    may_start = lease.within(1000.0)
    assert not may_start()
    lease.renew()
    assert may_start()


def test_a_grant_runs_out_unless_it_is_given_again(elapsed: list[float]) -> None:
    lease = SendLease(ShutdownFlag())
    may_start = lease.within(1000.0)
    lease.renew()
    elapsed[0] += LEASE_SECONDS - 0.1
    assert may_start()
    elapsed[0] += 0.1
    assert not may_start()
    lease.renew()
    assert may_start()


def test_a_window_has_its_own_end(elapsed: list[float]) -> None:
    lease = SendLease(ShutdownFlag())
    lease.renew()
    assert not lease.within(100.0)()
    assert lease.within(100.1)()


def test_revoking_and_ending_hold_at_once(elapsed: list[float]) -> None:
    stopping = ShutdownFlag()
    lease = SendLease(stopping)
    may_start = lease.within(1000.0)
    lease.renew()
    lease.revoke()
    assert not may_start()
    lease.renew()
    stopping.set()
    assert not may_start()
    stopping.clear()
    assert may_start()


def test_a_signal_may_interrupt_the_setting_of_the_flag_itself() -> None:
    stopping, heard = ShutdownFlag(), 0

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
