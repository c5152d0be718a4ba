"""A database that was restored, copied or replaced is not sent from before a person has said so."""

import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.mailings.models import Control, Mailing
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.anchor import ANOTHER, RESTORED
from newsletter.sending.drain import SendingProcess
from newsletter.sending.schedule import schedule
from newsletter.smtp.sink import Act, At, Rule, Script, Sink
from tests.factories import make_issue
from tests.processes import wait_until
from tests.sending.conftest import READERS, checked

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MakeProcess = Callable[..., SendingProcess]


@pytest.fixture
def process(make_process: MakeProcess) -> SendingProcess:
    return make_process(window_size=5)


def send_some(process: SendingProcess, mailing_id: int, sink: Sink, messages: int = 5) -> None:
    """Let a process be asked to end when about so many messages were sent."""
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.02)])
    before = sink.counts.messages
    thread = threading.Thread(target=process.drain, args=(mailing_id, 30), name="drain")
    thread.start()
    wait_until(lambda: sink.counts.messages >= before + messages)
    process.stopping.set()
    thread.join()
    process.stopping.clear()
    sink.script = Script()


def database_of(runtime: Runtime) -> Path:
    return Path(runtime.engine.url.database or "")


def back_up(runtime: Runtime, to: Path) -> None:
    with sqlite3.connect(database_of(runtime)) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()


def restore_within(runtime: Runtime, backup: Path) -> None:
    """As an operator does with `.restore` in the sqlite3 shell, while everything runs."""
    with sqlite3.connect(backup) as source, sqlite3.connect(database_of(runtime)) as target:
        source.backup(target)
    source.close()
    target.close()


def held(runtime: Runtime, mailing_id: int) -> str:
    """Why the mailing stands still."""
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        assert mailing.control is Control.PAUSE
        checked(session, mailing_id)
        return mailing.held_reason


def resume(runtime: Runtime, mailing_id: int) -> None:
    with runtime.session() as session:
        control.resume(session, mailing_id, actor="test")
        session.commit()


def sent(runtime: Runtime, mailing_id: int) -> int:
    with runtime.session() as session:
        return checked(session, mailing_id).sent


def goes_on_to_its_end(process: SendingProcess, runtime: Runtime, mailing_id: int, sink: Sink) -> None:
    """Resumed, it sends to exactly those who are left in this database, and is not held again."""
    already, before = sent(runtime, mailing_id), sink.counts.messages
    resume(runtime, mailing_id)
    for _ in range(3):
        process.drain(mailing_id, seconds=30)
    with runtime.session() as session:
        found = checked(session, mailing_id)
    assert (found.state, found.sent + found.unanswered) == ("finished", READERS), found
    assert sink.counts.messages == before + READERS - already - found.unanswered


@on_sqlite
@pytest.mark.parametrize("put_back", ["within", "over", "moved"])
def test_an_older_backup_holds_every_mailing(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime, tmp_path: Path, put_back: str
) -> None:
    with runtime.session() as session:
        issue = make_issue(session, session.scalars(select(Publication)).one(), "two")
        waiting = schedule(session, issue, None, runtime.links, actor="test").id
        session.commit()
    send_some(process, mailing_id, sink)
    backup = tmp_path / "backup.db"
    back_up(runtime, backup)
    send_some(process, mailing_id, sink)
    if put_back == "within":
        restore_within(runtime, backup)
    else:
        runtime.engine.dispose()  # nothing runs: the last connection takes the WAL away
        (shutil.copyfile if put_back == "over" else shutil.move)(backup, database_of(runtime))
    before = sink.counts.messages
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    assert held(runtime, mailing_id) == RESTORED
    assert held(runtime, waiting) == RESTORED
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    goes_on_to_its_end(process, runtime, mailing_id, sink)


@on_sqlite
def test_a_file_that_was_replaced_beneath_a_running_process_is_noticed(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    back_up(runtime, backup)
    send_some(process, mailing_id, sink)
    before = sink.counts.messages
    for ending in ("-wal", "-shm"):
        database_of(runtime).with_name(database_of(runtime).name + ending).unlink(missing_ok=True)
    backup.replace(database_of(runtime))
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    assert held(runtime, mailing_id) in {RESTORED, ANOTHER}
    goes_on_to_its_end(process, runtime, mailing_id, sink)


@on_sqlite
def test_a_backup_that_is_put_in_place_during_a_drain_stops_it_there(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    back_up(runtime, backup)
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.4)])
    thread = threading.Thread(target=process.drain, args=(mailing_id, 30), name="drain")
    thread.start()
    wait_until(lambda: sink.counts.messages >= 2)
    restore_within(runtime, backup)
    thread.join()
    assert held(runtime, mailing_id) == RESTORED
    # The window under way was let go to its end; hardly more than one message of the next was begun.
    assert sink.counts.messages <= process.window_size + 2
