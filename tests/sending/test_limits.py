"""What a transport takes, and a mailing's throttle, are kept by all processes together."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from newsletter.core import clock
from newsletter.mailings.models import Mailing, SendWindow
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.rate_limit import throttle
from newsletter.smtp.sink import Act, At, Rule, Script, Sink
from newsletter.transports.models import TransportCooldown, TransportUse
from tests.processes import wait_until
from tests.sending.conftest import READERS
from tests.sending.pressing import press
from tests.sending.process import draining

Count = Callable[[], MailingTotals]
MakeProcess = Callable[..., SendingProcess]
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def waiting(runtime: Runtime, mailing_id: int) -> str:
    with runtime.session() as session:
        return session.get_one(Mailing, mailing_id).waiting_for


def used(runtime: Runtime) -> int:
    with runtime.session() as session:
        return session.scalars(select(TransportUse.used).where(TransportUse.provider == "")).one()


def test_the_days_messages_are_used_up_and_the_rest_goes_tomorrow(
    make_process: MakeProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    process = make_process(smtp_url=f"{sink.url}&per_day=7")
    today = clock.now().replace(hour=12)
    with runtime.session() as session:
        session.get_one(Mailing, mailing_id).last_turn_at = today
        session.commit()
    with time_machine.travel(today, tick=True):
        assert process.drain(mailing_id, seconds=30) is False
        assert (count().sent, count().pending, count().state) == (7, READERS - 7, "sending")
        assert "used up today's 7 messages" in waiting(runtime, mailing_id)
        assert used(runtime) == 7
    for day in (1, 2, 3):
        with time_machine.travel(today + timedelta(days=day)):
            # Whoever waits for the next day is not silent: it asks every minute.
            with runtime.session() as session:
                session.get_one(Mailing, mailing_id).not_before = clock.now()
                session.commit()
            process.drain(mailing_id, seconds=30)
            assert count().sent == min(READERS, 7 * (day + 1))
    assert count().state == "finished"


def test_who_was_given_back_does_not_count_for_the_day(
    make_process: MakeProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    process = make_process(window_size=READERS, smtp_url=f"{sink.url}&per_day=1000&dialogue=plain")
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.2)])
    with draining(mailing_id, process):
        wait_until(lambda: sink.counts.messages >= 2)
        press(runtime, control.pause, mailing_id)
    assert 2 <= count().sent < READERS
    assert used(runtime) == count().sent


@pytest.mark.parametrize(
    ("database_url", "by"), [("sqlite", "transport"), ("postgresql", "throttle")], indirect=["database_url"]
)
def test_a_rate_is_kept_by_two_processes_together(
    make_process: MakeProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime, by: str
) -> None:
    url = f"{sink.url}&per_second=5" if by == "transport" else sink.url
    if by == "throttle":
        with runtime.session() as session:
            throttle(session, mailing_id, 5, actor="test")
            session.commit()
    processes = [make_process(smtp_url=url) for _ in range(2)]
    began = clock.monotonic()
    with draining(mailing_id, *processes, seconds=2.5):
        pass
    elapsed = clock.monotonic() - began
    assert 5 <= count().sent <= 5 * elapsed + 5
    assert count().pending == READERS - count().sent
    assert max(Counter(record.recipient for record in sink.records).values()) == 1
    assert waiting(runtime, mailing_id) == ""  # keeping to a rate limit is no news


def test_a_pace_so_slow_that_it_shows_is_told(
    make_process: MakeProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    process = make_process(smtp_url=f"{sink.url}&per_second=0.05")
    assert process.drain(mailing_id, seconds=1) is False
    assert count().sent == 1
    assert "sends 0.05 messages a second" in waiting(runtime, mailing_id)


def test_outside_its_hours_it_waits_and_says_so(
    make_process: MakeProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    process = make_process(smtp_url=f"{sink.url}&hours=13:00-14:00&zone=UTC")
    with time_machine.travel(NOON), runtime.session() as session:
        session.get_one(Mailing, mailing_id).last_turn_at = clock.now()
        session.commit()
    with time_machine.travel(NOON):
        assert process.drain(mailing_id, seconds=30) is False
        assert (count().sent, count().state) == (0, "sending")
        assert "only sends during its hours" in waiting(runtime, mailing_id)
        with runtime.session() as session:
            asked_again = session.get_one(Mailing, mailing_id).not_before
        assert asked_again is not None
        assert asked_again - clock.now() <= timedelta(minutes=1)
    with time_machine.travel(NOON + timedelta(minutes=59)):
        process.drain(mailing_id, seconds=30)
        assert count().sent == 0
    with time_machine.travel(NOON + timedelta(minutes=61)):
        process.drain(mailing_id, seconds=30)
        assert (count().sent, waiting(runtime, mailing_id)) == (READERS, "")


def test_another_takes_over_from_one_that_is_down(
    make_process: MakeProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with Sink() as gone:
        process = make_process(smtp_url=f"{gone.url}&weight=1000 {sink.url}&weight=1")
        gone.refuse()
        for _ in range(3):
            process.drain(mailing_id, seconds=30)
        assert (count().sent, count().state) == (READERS, "finished")
        assert gone.records == []
    with runtime.session() as session:
        (rest,) = session.scalars(select(TransportCooldown)).all()
        assert "Nothing is listening" in rest.reason
        assert rest.until is not None


def test_two_limited_transports_share_without_a_deadlock(
    make_process: MakeProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    with Sink() as other:
        url = f"{sink.url}&per_day=1000 {other.url}&per_day=1000"
        processes = [make_process(window_size=1, smtp_url=url) for _ in range(3)]
        with draining(mailing_id, *processes):
            pass
        assert (count().sent, count().state) == (READERS, "finished")
        assert len(other.records) + len(sink.records) == READERS
        assert other.records
        assert sink.records


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_throttle_lets_go_is_reserved_while_a_slow_window_is_under_way(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with runtime.session() as session:
        throttle(session, mailing_id, 5, actor="test")
        session.commit()

    def windows() -> list[int]:
        with runtime.session() as session:
            return list(session.scalars(select(SendWindow.size)))

    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=3, times=1)])
    thread = threading.Thread(target=process.drain, args=(mailing_id, 2), name="drain")
    thread.start()
    wait_until(lambda: len(windows()) == 2, patience=10)
    assert sink.counts.messages == 0
    thread.join()
    assert count().in_flight == 0
    assert 5 < count().sent <= 10
