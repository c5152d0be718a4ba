"""Settling: late and repeated testimony changes only what it is about, and nobody is sent to twice for it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from newsletter.core import clock
from newsletter.mailings.models import DeferredDelivery, Outcome, SendWindow
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.hosts import STOPPED_AFTER_SECONDS, Watch
from newsletter.sending.recover import recover
from newsletter.sending.requeue import resend_unanswered
from newsletter.sending.reserve import Window
from newsletter.sending.tally import Line
from newsletter.smtp.sink import Sink
from tests.sending.conftest import READERS
from tests.sending.pressing import press

Count = Callable[[], MailingTotals]
Reserve = Callable[[int], Window]
Overtaken = Callable[..., Window]
SENT = Line(Outcome.SENT, code=250, enhanced="2.0.0")
REJECTED = Line(Outcome.REJECTED, "no_such_user", 550, "5.1.1")
LATER = Line(Outcome.RETRY, "greylisted", 451, "4.7.1")


@pytest.fixture
def dies(runtime: Runtime, process: SendingProcess) -> Callable[[Window], None]:
    """The holder of a window dies, and what it held is recovered."""

    def one(window: Window) -> None:
        window.tally.close()
        recover(runtime.sessions, process.host, Watch())

    return one


@pytest.fixture
def is_stopped(
    runtime: Runtime, process: SendingProcess, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Whoever holds a window stands still until it is called unanswered."""

    def all_() -> None:
        watch, now = Watch(), 0.0
        with monkeypatch.context() as patched:
            patched.setattr("newsletter.core.clock.monotonic", lambda: now)
            recover(runtime.sessions, process.host, watch)
            now = float(STOPPED_AFTER_SECONDS)
            recover(runtime.sessions, process.host, watch)

    return all_


@pytest.fixture
def overtaken(
    reserve_window: Reserve,
    dies: Callable[[Window], None],
    is_stopped: Callable[[], None],
    count: Count,
    runtime: Runtime,
    mailing_id: int,
) -> Overtaken:
    """A window of five whose holder stands still while they are sent to again.

    The next attempt is a window of `size`, whose holder dies when it has started with `seq`.
    """

    def one(size: int, seq: int) -> Window:
        window = reserve_window(5)
        is_stopped()
        assert count().unanswered == 5
        with runtime.session() as session:
            assert resend_unanswered(session, mailing_id, 5, actor="test") == 5
            session.commit()
        again = reserve_window(size)
        again.tally.started(seq)
        dies(again)
        return window

    return one


def test_a_settlement_that_arrived_and_is_repeated_does_not_touch_the_next_attempt(
    reserve_window: Reserve, settles: Callable[[Window], None], dies: Callable[[Window], None], count: Count
) -> None:
    first = reserve_window(5)
    settles(first)  # nobody was started; the commit arrived, and its holder is told that it failed
    second = reserve_window(5)
    second.tally.started(3)
    dies(second)
    assert (count().unanswered, count().in_flight) == (1, 0)
    settles(first)
    assert count().unanswered == 1, "who may have a copy is not sent to again by itself"


@pytest.mark.parametrize("late", [None, LATER, REJECTED])
def test_a_holder_that_comes_back_does_not_speak_for_the_attempt_after_its_own(
    overtaken: Overtaken, settles: Callable[[Window], None], count: Count, late: Line | None
) -> None:
    first = overtaken(size=5, seq=3)
    assert count().unanswered == 1
    if late is not None:
        first.tally.answered(3, late)
    settles(first)
    assert (count().unanswered, count().rejected) == (1, 0)


def test_that_somebody_has_it_is_true_whoever_says_so(
    overtaken: Overtaken, settles: Callable[[Window], None], count: Count
) -> None:
    first = overtaken(size=2, seq=1)
    for seq in (1, 2, 3):
        first.tally.answered(seq, SENT)
    settles(first)
    found = count()
    assert (found.sent, found.unanswered, found.pending) == (3, 0, READERS - 3)


def test_what_is_called_unanswered_for_a_while_is_nothing_that_is_under_way(
    reserve_window: Reserve,
    settles: Callable[[Window], None],
    is_stopped: Callable[[], None],
    process: SendingProcess,
    count: Count,
    sink: Sink,
) -> None:
    first = reserve_window(5)
    is_stopped()
    process.drain(first.mailing_id, seconds=30)
    found = count()
    assert (found.state, found.sent, found.unanswered) == ("finished", READERS - 5, 5)
    settles(first)
    found = count()
    assert (found.state, found.finished_at, found.pending) == ("sending", None, 5)
    process.drain(first.mailing_id, seconds=30)
    assert (count().state, count().sent, sink.counts.messages) == ("finished", READERS, READERS)


def test_who_stays_away_for_a_day_is_forgotten(
    reserve_window: Reserve,
    is_stopped: Callable[[], None],
    process: SendingProcess,
    count: Count,
    runtime: Runtime,
) -> None:
    reserve_window(5)
    is_stopped()
    for hours, kept in ((23, 1), (25, 0)):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            recover(runtime.sessions, process.host, Watch())
        with runtime.session() as session:
            assert len(session.scalars(select(SendWindow)).all()) == kept
    assert count().unanswered == 5


def test_a_cancel_need_not_wait_for_a_holder_that_stands_still(
    reserve_window: Reserve,
    settles: Callable[[Window], None],
    is_stopped: Callable[[], None],
    count: Count,
    runtime: Runtime,
) -> None:
    first = reserve_window(5)
    first.tally.started(1)
    is_stopped()
    press(runtime, control.cancel, first.mailing_id)
    assert (count().state, count().unanswered) == ("cancelled", 5)
    settles(first)
    found = count()
    assert (found.state, found.unanswered, found.excluded) == ("cancelled", 1, {"cancelled": READERS - 1})


def test_who_was_deferred_is_noted_once_and_stays_noted(
    runtime: Runtime, reserve_window: Reserve, settles: Callable[[Window], None]
) -> None:
    def deferred() -> list[int]:
        with runtime.session() as session:
            return list(session.scalars(select(DeferredDelivery.seq).order_by(DeferredDelivery.seq)))

    window = reserve_window(3)
    for seq, line in ((1, LATER), (2, SENT), (3, LATER)):
        window.tally.answered(seq, line)
    settles(window)
    settles(window)  # told that the commit failed
    assert deferred() == [1, 3]
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        again = reserve_window(2)
        again.tally.answered(1, SENT)
        again.tally.answered(3, LATER)
        settles(again)
    assert deferred() == [1, 3]
