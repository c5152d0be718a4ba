"""A database that goes away, or whose commits fail, during a drain: nobody is lost or sent to twice."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core.db import UnitOfWork, make_engine, session_factory
from newsletter.mailings.models import SendWindow
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control, failpoints
from newsletter.sending.commit_turn import SHUTDOWN_PAUSE_SECONDS
from newsletter.sending.drain import SendingProcess
from newsletter.sending.hosts import Watch
from newsletter.sending.recover import recover
from newsletter.smtp.sink import Act, At, Rule, Script, Sink
from newsletter.subscribers.models import ConsentSource, Subscription
from newsletter.subscribers.unsubscribe_spool import SpooledUnsubscribe
from tests.processes import wait_until
from tests.sending.conftest import READERS
from tests.sending.pressing import press

Count = Callable[[], MailingTotals]
# Seconds between two attempts to settle; the last is one that whoever is asked to end does not wait for.
PAUSES = (0.01, 0.05, SHUTDOWN_PAUSE_SECONDS)
ARRIVES, LOST, UNKNOWN, BROKEN = "arrives", "lost", "unknown", "broken"


class Commits:
    """What becomes of the next commits; then all of them arrive."""

    def __init__(self) -> None:
        self.fates: list[str] = []
        self.always = ARRIVES

    def next(self) -> str:
        return self.fates.pop(0) if self.fates else self.always


@pytest.fixture
def commits(process: SendingProcess, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Commits:
    """The process's commits depend on it."""
    made = Commits()

    class Exposed(UnitOfWork):
        def commit(self) -> None:
            fate = made.next()
            if fate == BROKEN:
                message = "an error of ours"
                raise RuntimeError(message)
            if fate != LOST:
                super().commit()
            if fate != ARRIVES:
                raise OperationalError("COMMIT", {}, Exception("the server closed the connection"))

    monkeypatch.setattr("newsletter.sending.commit_turn.RETRY_PAUSES_SECONDS", PAUSES)
    process.sessions = sessionmaker(runtime.engine, class_=Exposed, expire_on_commit=False)
    process.window_size = 5
    return made


def come_to_an_end(process: SendingProcess, mailing_id: int, runtime: Runtime) -> None:
    for _ in range(3):
        recover(runtime.sessions, process.host, Watch())
        process.drain(mailing_id, seconds=30)


def everybody_has_one(sink: Sink, count: Count) -> None:
    found = count()
    assert (found.state, found.sent, found.unanswered) == ("finished", READERS, 0), found
    assert Counter(record.recipient for record in sink.records) == {
        f"reader{n}@readers.example": 1 for n in range(1, READERS + 1)
    }


@pytest.mark.parametrize("fate", [LOST, UNKNOWN])
@pytest.mark.parametrize("turn", range(4))
def test_a_commit_that_fails_at_any_turn(
    process: SendingProcess,
    commits: Commits,
    mailing_id: int,
    sink: Sink,
    count: Count,
    runtime: Runtime,
    fate: str,
    turn: int,
) -> None:
    commits.fates = [ARRIVES] * turn + [fate]
    process.drain(mailing_id, seconds=30)
    come_to_an_end(process, mailing_id, runtime)
    everybody_has_one(sink, count)


def test_settling_is_repeated_until_the_database_is_back(
    process: SendingProcess, commits: Commits, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    commits.fates = [ARRIVES, LOST, UNKNOWN, LOST]
    process.drain(mailing_id, seconds=30)
    come_to_an_end(process, mailing_id, runtime)
    everybody_has_one(sink, count)


def test_nothing_is_reserved_while_an_unsubscribe_cannot_be_carried_out(
    process: SendingProcess, commits: Commits, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with runtime.session() as session:
        first = session.scalars(select(Subscription.id).order_by(Subscription.id)).first() or 0
    process.unsubscribes.keep(SpooledUnsubscribe(ConsentSource.ONE_CLICK, first))
    commits.fates = [LOST]
    process.drain(mailing_id, seconds=30)
    assert (count().in_flight, sink.counts.messages) == (0, 0)
    process.drain(mailing_id, seconds=30)
    assert (count().state, count().sent) == ("finished", READERS - 1)
    assert "reader1@readers.example" not in {record.recipient for record in sink.records}


@pytest.mark.parametrize("turn", [0, 1])
def test_an_error_of_ours_is_told_and_leaves_nothing_locked(
    process: SendingProcess,
    commits: Commits,
    mailing_id: int,
    sink: Sink,
    count: Count,
    runtime: Runtime,
    turn: int,
) -> None:
    commits.fates = [ARRIVES] * turn + [BROKEN] * 2
    with pytest.raises(RuntimeError, match="an error of ours"):
        process.drain(mailing_id, seconds=30)
    come_to_an_end(process, mailing_id, runtime)
    everybody_has_one(sink, count)


def test_whoever_is_asked_to_end_does_not_wait_for_it(
    process: SendingProcess, commits: Commits, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.05)])
    failure: list[BaseException] = []

    def drain() -> None:
        try:
            process.drain(mailing_id, seconds=30)
        except OperationalError as error:
            failure.append(error)

    thread = threading.Thread(target=drain, name="drain")
    thread.start()
    wait_until(lambda: sink.counts.messages >= 2)
    commits.always = LOST
    wait_until(lambda: sink.counts.messages >= 5)
    process.stopping.set()
    asked = time.monotonic()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert failure
    assert time.monotonic() - asked < 10
    process.stopping.clear()
    commits.always = ARRIVES
    assert recover(runtime.sessions, process.host, Watch()) > 0
    assert count().unanswered == 0
    come_to_an_end(process, mailing_id, runtime)
    everybody_has_one(sink, count)


def test_a_lane_that_breaks_lets_the_others_end_and_is_told(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    process.window_size = 5
    failpoints.arm("transmit.started=error@3")
    try:
        with pytest.raises(OSError, match=r"transmit\.started"):
            process.drain(mailing_id, seconds=30)
    finally:
        failpoints.arm("")
    found = count()
    # Nobody can tell of those for whom `D` was written: they are asked about.
    assert found.in_flight == 0
    assert 1 <= found.unanswered <= 3
    process.drain(mailing_id, seconds=30)
    assert (count().state, count().sent) == ("finished", READERS - found.unanswered)


def test_a_drain_whose_time_ran_out_within_a_pause_rings_nobody(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    press(runtime, control.pause, mailing_id)
    assert process.drain(mailing_id, seconds=0) is False
    with runtime.session() as session:
        assert session.scalars(select(SendWindow)).all() == []


def stands_still(sink: Sink, seconds: float) -> bool:
    """Whether no message arrives for so long."""
    before = sink.counts.messages
    time.sleep(seconds)
    return sink.counts.messages == before


@pytest.fixture
def nowhere(runtime: Runtime, tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """Sessions of a database that is not there."""
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        port = nobody_listens.getsockname()[1]
        urls = {"sqlite": f"sqlite:///{tmp_path}", "postgresql": f"postgresql://127.0.0.1:{port}/gone"}
        engine = make_engine(urls[runtime.engine.dialect.name])
        yield session_factory(engine)
        engine.dispose()


def test_sending_stops_within_moments_when_nobody_can_say_that_it_still_goes(
    process: SendingProcess,
    mailing_id: int,
    sink: Sink,
    count: Count,
    runtime: Runtime,
    nowhere: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.sending.send_lease.LEASE_SECONDS", 0.7)
    monkeypatch.setattr("newsletter.sending.commit_turn.RETRY_PAUSES_SECONDS", (0.1,))
    process.window_size = READERS
    seconds = 0.2  # that each message takes
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=seconds)])
    thread = threading.Thread(target=process.drain, args=(mailing_id, 30), name="drain")
    thread.start()
    wait_until(lambda: sink.counts.messages >= 2)
    process.sessions = nowhere
    wait_until(lambda: stands_still(sink, 3 * seconds), patience=20)
    assert 2 <= sink.counts.messages < READERS
    sink.script = Script()
    process.sessions = runtime.sessions
    thread.join()
    come_to_an_end(process, mailing_id, runtime)
    everybody_has_one(sink, count)
