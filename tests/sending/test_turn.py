"""Turns: when a mailing asks first, and what one transaction settles and reserves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control, failpoints
from newsletter.sending.drain import SendingProcess
from newsletter.sending.hosts import Watch
from newsletter.sending.lanes import FinishedWindow
from newsletter.sending.permission import Permission
from newsletter.sending.recover import recover
from newsletter.sending.requeue import retry_rejected
from newsletter.sending.reserve import Window
from newsletter.sending.turn import ASK_AGAIN, Turn, TurnResult
from newsletter.smtp.sink import At, Rule, Script, Sink
from newsletter.subscribers.models import Subscriber
from newsletter.transports.quota import reserve_quota
from tests.sending.conftest import READERS
from tests.sending.pressing import meanwhile, press

Count = Callable[[], MailingTotals]
ASKS = "Nothing was sent for more than an hour"


@pytest.fixture
def window(reserve_window: Callable[[int], Window]) -> Window:
    return reserve_window(10)


def resume(runtime: Runtime, mailing_id: int) -> None:
    press(runtime, control.resume, mailing_id)


def limit_all(process: SendingProcess, **limits: Any) -> None:
    unlimited = process.transports
    process.transports = lambda session: [
        replace(transport, limits=replace(transport.limits, **limits)) for transport in unlimited(session)
    ]


def test_a_mailing_that_stood_still_for_an_hour_asks_first(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert process.drain(mailing_id, seconds=30) is False
        assert count().state == "paused"
        assert count().reason.startswith(ASKS)
        assert sink.counts.messages == 0
        with runtime.session() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.paused")).one()
            assert entry.detail["reason"].startswith(ASKS)
        resume(runtime, mailing_id)
        process.drain(mailing_id, seconds=30)
    assert (count().state, count().sent) == ("finished", READERS)


def test_one_that_stood_still_for_less_goes_on(
    process: SendingProcess, mailing_id: int, count: Count
) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=59)):
        process.drain(mailing_id, seconds=30)
    assert count().sent == READERS


def test_that_a_dead_process_was_cleared_up_after_is_no_sign_of_life(
    window: Window, process: SendingProcess, sink: Sink, count: Count, runtime: Runtime
) -> None:
    window.tally.close()
    with time_machine.travel(clock.now() + timedelta(hours=5)):
        assert recover(runtime.sessions, process.host, Watch()) == 10
        process.drain(window.mailing_id, seconds=30)
    assert count().reason.startswith(ASKS)
    assert sink.counts.messages == 0


def test_a_machine_that_slept_within_a_window_asks_when_it_wakes(
    window: Window, process: SendingProcess, count: Count, runtime: Runtime
) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=5)), runtime.session() as session:
        mailing = lock(session, window.mailing_id)
        turn = Turn(session, mailing, process.context, process.transports(session), "", 10)
        assert turn.take([FinishedWindow(window)], 1).windows == []
        session.commit()
    found = count()
    assert (found.state, found.in_flight, found.pending) == ("paused", 0, READERS)
    assert found.reason.startswith(ASKS)


def test_it_asks_also_when_all_places_were_reserved_at_once(
    reserve_window: Callable[[int], Window],
    process: SendingProcess,
    sink: Sink,
    count: Count,
    runtime: Runtime,
) -> None:
    window = reserve_window(READERS)
    window.tally.close()
    with time_machine.travel(clock.now() + timedelta(hours=5)):
        recover(runtime.sessions, process.host, Watch())
        process.drain(window.mailing_id, seconds=30)
        assert count().reason.startswith(ASKS)
        assert sink.counts.messages == 0


def test_what_somebody_has_sent_again_does_not_ask(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.RCPT, code=550, text="5.1.1 No such user", recipient="reader3@*", times=1)])
    process.drain(mailing_id, seconds=30)
    with time_machine.travel(clock.now() + timedelta(days=3)):
        with runtime.session() as session:
            assert retry_rejected(session, mailing_id, actor="test") == 1
            session.commit()
        process.drain(mailing_id, seconds=30)
    assert (count().state, count().sent) == ("finished", READERS)


def test_whoever_only_waits_for_retries_does_not_ask(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script([Rule(At.RCPT, code=451, recipient="reader3@*", times=1)])
    process.drain(mailing_id, seconds=30)
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        process.drain(mailing_id, seconds=30)
    assert (count().state, count().sent) == ("finished", READERS)


def test_whoever_stands_in_a_line_towards_a_provider_does_not_ask(
    process: SendingProcess, mailing_id: int, count: Count, runtime: Runtime
) -> None:
    with runtime.session() as session:
        for n, person in enumerate(session.scalars(select(Subscriber).order_by(Subscriber.id).limit(3))):
            person.email = f"reader{n}@gmail.com"
        session.commit()
    limit_all(process, provider_limits={"gmail": 1 / 1800})
    process.drain(mailing_id, seconds=30)
    assert (count().sent, count().pending) == (READERS - 2, 2)
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        process.drain(mailing_id, seconds=30)
    assert (count().state, count().sent) == ("finished", READERS)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_turn_that_fails_after_it_reserved_leaves_no_window_and_no_tally(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, turn: int
) -> None:
    process.window_size = 5
    failpoints.arm(f"turn.committing=error@{turn}")
    try:
        with pytest.raises(OSError, match=r"the failpoint turn\.committing"):
            process.drain(mailing_id, seconds=30)
    finally:
        failpoints.arm("")
    assert list(process.tally_dir.glob("*.tally")) == []
    assert (count().in_flight, count().unanswered) == (0, 0)
    process.drain(mailing_id, seconds=30)
    assert (count().state, count().sent, sink.counts.messages) == ("finished", READERS, READERS)


def test_when_another_mailing_takes_what_a_transport_had_left_it_is_asked_again(
    process: SendingProcess, mailing_id: int, count: Count, runtime: Runtime
) -> None:
    limit_all(process, per_day=100)

    def turn(session: Session) -> TurnResult:
        mailing = lock(session, mailing_id)
        return Turn(session, mailing, process.context, process.transports(session), "", 10).take([], 1)

    with runtime.session() as session:
        (transport,) = process.transports(session)
        assert reserve_quota(session, transport, 100, clock.now()) == 100
        with meanwhile(runtime, turn) as results:
            session.commit()
    assert (results[0].windows, results[0].permission) == ([], Permission.GO)
    assert results[0].next_at is not None
    if runtime.engine.dialect.name == "postgresql":  # it had seen it free; on SQLite it saw it used up
        assert results[0].next_at <= clock.now() + ASK_AGAIN
    assert (count().in_flight, count().pending) == (0, READERS)
