"""Recovery settles what a dead process held, by its tally, and never sends."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from newsletter.core import clock
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Outcome, SendingHost, SendWindow
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import failpoints
from newsletter.sending.drain import SendingProcess
from newsletter.sending.hosts import Watch, beat
from newsletter.sending.recover import delete_old_tallies, recover
from newsletter.sending.requeue import resend_unanswered
from newsletter.sending.reserve import Window
from newsletter.sending.settle import settle
from newsletter.sending.tally import Line, Tally
from newsletter.smtp.sink import Sink
from tests.sending.conftest import READERS
from tests.sending.pressing import press

Count = Callable[[], MailingTotals]
SENT = Line(Outcome.SENT, code=250, enhanced="2.0.0")
REJECTED = Line(Outcome.REJECTED, "no_such_user", 550, "5.1.1")


@pytest.fixture
def window(reserve_window: Callable[[int], Window]) -> Window:
    """A reserved window of ten: 1 and 2 answered, 3 handed over, the others untouched."""
    made = reserve_window(10)
    made.tally.started(1)
    made.tally.answered(1, SENT)
    made.tally.answered(2, REJECTED)
    made.tally.started(3)
    return made


def recovered(runtime: Runtime, process: SendingProcess, watch: Watch | None = None) -> int:
    return recover(runtime.sessions, process.host, watch or Watch())


def test_a_dead_holder_is_settled_by_its_tally(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count, sink: Sink
) -> None:
    assert count().in_flight == 10
    window.tally.close()
    assert recovered(runtime, process) == 10
    found = count()
    assert (found.sent, found.rejected, found.unanswered, found.in_flight) == (1, 1, 1, 0)
    assert found.pending == READERS - 3
    assert sink.counts.messages == 0, "recovery never sends"
    process.drain(window.mailing_id, seconds=30)
    found = count()
    assert (found.sent, found.unanswered, found.state) == (1 + READERS - 3, 1, "finished")
    assert "reader3@readers.example" not in {record.recipient for record in sink.records}


def test_recovering_twice_changes_nothing(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count
) -> None:
    window.tally.close()
    recovered(runtime, process)
    before = count()
    assert recovered(runtime, process) == 0
    assert count() == before


def test_one_that_dies_before_its_commit_leaves_everything_to_the_next(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count
) -> None:
    window.tally.close()
    failpoints.arm("recover.committing=error")
    try:
        with pytest.raises(OSError, match=r"recover\.committing"):
            recovered(runtime, process)
    finally:
        failpoints.arm("")
    assert count().in_flight == 10
    assert recovered(runtime, process) == 10
    assert (count().sent, count().in_flight) == (1, 0)


def test_a_living_holder_keeps_its_right(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count
) -> None:
    assert recovered(runtime, process) == 0
    assert count().in_flight == 10


def test_a_stopped_holder_is_unanswered_after_ten_minutes_and_may_come_back(
    window: Window,
    runtime: Runtime,
    process: SendingProcess,
    settles: Callable[[Window], None],
    count: Count,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch, now = Watch(), 0.0
    monkeypatch.setattr("newsletter.core.clock.monotonic", lambda: now)
    assert recovered(runtime, process, watch) == 0
    now = 599.0
    assert recovered(runtime, process, watch) == 0
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert recovered(runtime, process, watch) == 0, "whatever the clock on the wall says"
    now = 600.0
    assert recovered(runtime, process, watch) == 10
    assert count().unanswered == 10
    # It goes on: what its tally knows counts, and what it never touched was never sent.
    settles(window)
    found = count()
    assert (found.sent, found.rejected, found.unanswered) == (1, 1, 1)
    assert found.pending == READERS - 3


def test_settling_twice_changes_nothing(
    window: Window, settles: Callable[[Window], None], count: Count
) -> None:
    for _ in range(2):
        settles(window)
        found = count()
        assert (found.sent, found.rejected, found.unanswered) == (1, 1, 1)


def test_after_a_restart_of_the_machine_only_answers_count(
    window: Window,
    runtime: Runtime,
    process: SendingProcess,
    count: Count,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window.tally.close()
    monkeypatch.setattr("newsletter.sending.tally.boot_id", lambda: "another boot")
    recovered(runtime, process)
    found = count()
    assert (found.sent, found.rejected, found.unanswered) == (1, 1, 8)
    assert found.pending == READERS - 10


def test_a_lost_tally_leaves_its_window_unanswered(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count
) -> None:
    window.tally.close()
    window.tally.path.unlink()
    recovered(runtime, process)
    assert count().unanswered == 10


@pytest.mark.parametrize("records", range(11))
def test_a_tally_cut_at_every_record(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count, records: int
) -> None:
    window.tally.close()
    whole = window.tally.path.stat().st_size
    os.truncate(window.tally.path, whole - 16 * (10 - records))
    recovered(runtime, process)
    found = count()
    assert found.sent == (1 if records >= 1 else 0)
    assert found.rejected == (1 if records >= 2 else 0)
    # What was handed over, and everything beyond the cut.
    assert found.unanswered == (1 if records >= 3 else 0) + (10 - records)


@pytest.mark.parametrize("octets", [b"", b"rubbish", b"NLTALLY1\x00\x00\xff\xff{}"])
def test_a_damaged_tally_leaves_its_window_unanswered(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count, octets: bytes
) -> None:
    window.tally.close()
    window.tally.path.write_bytes(octets)
    recovered(runtime, process)
    assert count().unanswered == 10


def test_a_tally_that_cannot_be_read_just_now_is_asked_again(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count
) -> None:
    window.tally.close()
    aside = window.tally.path.rename(window.tally.path.with_suffix(".aside"))
    window.tally.path.mkdir()  # as when no file can be opened: an error that says nothing about the holder
    assert recovered(runtime, process) == 0
    window.tally.path.rmdir()
    aside.rename(window.tally.path)
    assert recovered(runtime, process) == 10
    assert (count().sent, count().unanswered) == (1, 1)


def test_another_host_is_given_ten_minutes_of_silence(
    window: Window,
    runtime: Runtime,
    process: SendingProcess,
    count: Count,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window.tally.close()
    watch, now = Watch(), 0.0
    monkeypatch.setattr("newsletter.core.clock.monotonic", lambda: now)
    with runtime.session() as session:
        beat(session, process.host)
        session.commit()
    assert recover(runtime.sessions, "elsewhere", watch) == 0
    now = 599
    with runtime.session() as session:
        beat(session, process.host)
        session.commit()
    assert recover(runtime.sessions, "elsewhere", watch) == 0, "it moved"
    now = 1198
    assert recover(runtime.sessions, "elsewhere", watch) == 0
    now = 1200
    assert recover(runtime.sessions, "elsewhere", watch) == 10
    assert count().unanswered == 10


def test_the_heartbeat_counts(runtime: Runtime) -> None:
    for _ in range(3):
        with runtime.session() as session:
            beat(session, "here")
            session.commit()
    with runtime.session() as session:
        assert session.get_one(SendingHost, "here").heartbeat == 3


def test_old_tallies_are_deleted_and_held_and_young_ones_are_not(
    window: Window, process: SendingProcess
) -> None:
    now = clock.now().timestamp()
    for name, hours in (("old", 25), ("young", 23)):
        tally = Tally.create(process.tally_dir, name, window.mailing_id, [1])
        tally.close()
        os.utime(tally.path, (now - hours * 3600,) * 2)
    rubbish = process.tally_dir / "rubbish.tally"
    rubbish.write_bytes(b"rubbish")
    for path in (window.tally.path, rubbish):
        os.utime(path, (now - 25 * 3600,) * 2)
    delete_old_tallies(process.tally_dir)
    left = {path.stem for path in process.tally_dir.glob("*.tally")}
    assert left == {window.id, "young"}


def test_a_cancel_meanwhile_excludes_what_comes_back(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count
) -> None:
    from newsletter.sending import control

    press(runtime, control.cancel, window.mailing_id)
    assert count().state == "stopping"
    window.tally.close()
    recovered(runtime, process)
    found = count()
    assert (found.state, found.sent, found.unanswered) == ("cancelled", 1, 1)
    assert found.excluded == {"cancelled": READERS - 3}
    with runtime.session() as session:
        assert session.scalars(select(SendWindow)).all() == []


def test_a_holder_that_comes_back_spares_those_who_were_to_get_it_again(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count, sink: Sink
) -> None:
    testimony = window.tally.lines()
    window.tally.path.rename(window.tally.path.with_suffix(".elsewhere"))
    recovered(runtime, process)  # as if it were lost
    assert count().unanswered == 10
    with runtime.session() as session:
        assert resend_unanswered(session, window.mailing_id, 10, actor="test") == 10
        session.commit()
    with runtime.session() as session:
        settle(session, lock(session, window.mailing_id), window.id, testimony)
        session.commit()
    assert (count().sent, count().rejected) == (1, 0)
    process.drain(window.mailing_id, seconds=30)
    assert "reader1@readers.example" not in {record.recipient for record in sink.records}
    assert (count().sent, count().state) == (READERS, "finished")


def test_what_stood_still_for_long_asks_although_recovery_settled_a_window_of_it(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count, sink: Sink
) -> None:
    window.tally.close()
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        recovered(runtime, process)
        process.drain(window.mailing_id, seconds=30)
    assert (count().state, sink.counts.messages) == ("paused", 0)
    assert "for more than an hour" in count().reason
