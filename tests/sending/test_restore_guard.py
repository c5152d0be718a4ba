"""A database that was restored, copied or replaced is not sent from before a person has said so."""

import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Control, Mailing, SendWindow
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.sending.restore_guard import ANOTHER, RESTORED, RestoreGuard, identity
from newsletter.sending.schedule import schedule
from newsletter.settings import Settings
from newsletter.smtp.sink import Act, At, Rule, Script, Sink
from tests.factories import make_issue
from tests.processes import wait_until
from tests.sending.conftest import READERS, checked
from tests.sending.process import draining, sending_process
from tests.sending.restoring import (
    back_up,
    database_of,
    goes_on_to_its_end,
    held,
    restore_within,
    send_some,
    sent,
    stands_still,
)

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MakeProcess = Callable[..., SendingProcess]


@pytest.fixture
def process(make_process: MakeProcess) -> SendingProcess:
    return make_process(window_size=5)


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
    assert stands_still(process, runtime, mailing_id, sink) == RESTORED
    assert held(runtime, waiting) == RESTORED
    assert stands_still(process, runtime, mailing_id, sink) == RESTORED
    goes_on_to_its_end(process, runtime, mailing_id, sink)


@on_sqlite
def test_a_file_that_was_replaced_beneath_a_running_process_is_noticed(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    back_up(runtime, backup)
    send_some(process, mailing_id, sink)
    for ending in ("-wal", "-shm"):
        database_of(runtime).with_name(database_of(runtime).name + ending).unlink(missing_ok=True)
    backup.replace(database_of(runtime))
    assert stands_still(process, runtime, mailing_id, sink) in {RESTORED, ANOTHER}
    goes_on_to_its_end(process, runtime, mailing_id, sink)


@on_sqlite
def test_a_backup_that_is_put_in_place_during_a_drain_stops_it_there(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    back_up(runtime, backup)
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.4)])
    with draining(mailing_id, process):
        wait_until(lambda: sink.counts.messages >= 2)
        restore_within(runtime, backup)
    assert held(runtime, mailing_id) == RESTORED
    # The window under way was let go to its end; hardly more than one message of the next was begun.
    assert sink.counts.messages < 2 * process.window_size


def test_what_is_set_right_before_the_drain_ends_holds_nobody(
    make_process: MakeProcess, mailing_id: int, sink: Sink, runtime: Runtime
) -> None:
    """As when a backup is put in place and taken away again while a slow window is under way."""
    process = make_process(window_size=5, smtp_url=f"{sink.url}&connections=2")
    process.concurrency.lanes = 2  # the second from its second turn on, which reserves windows 3, 4 and 5
    stalls = ((6, 3.5), (11, 1.2), (16, 0.3))  # whose message takes how many seconds
    slow = [Rule(At.BODY, Act.STALL, seconds=s, recipient=f"reader{n}@*") for n, s in stalls]
    sink.script = Script(slow)
    guard = process.context.guard
    thread = threading.Thread(target=process.drain, args=(mailing_id, 30), name="drain")
    thread.start()

    def windows() -> int:
        with runtime.session() as session:
            return len(session.scalars(select(SendWindow.id)).all())

    wait_until(lambda: windows() == 4 and guard.remembered(mailing_id) == 2, patience=10)
    guard.remember(mailing_id, 3)
    wait_until(lambda: windows() == 1, patience=10)
    guard.remember(mailing_id, 2)
    thread.join(timeout=20)
    assert not thread.is_alive(), "it reserves what it may not send"
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        assert (mailing.control, mailing.reservations) == (Control.GO, 2)
        found = checked(session, mailing_id)
    assert (found.in_flight, found.sent + found.pending) == (0, READERS)
    assert found.pending >= process.window_size, "the last window was not begun"
    process.drain(mailing_id, seconds=30)
    assert sent(runtime, mailing_id) == READERS == sink.counts.messages


@on_sqlite
def test_a_copied_installation_is_held_and_the_original_goes_on(
    process: SendingProcess,
    mailing_id: int,
    sink: Sink,
    runtime: Runtime,
    settings: Settings,
    tmp_path: Path,
) -> None:
    send_some(process, mailing_id, sink)
    copy = tmp_path / "copy"
    shutil.copytree(settings.data_dir, copy / "var")
    back_up(runtime, copy / "newsletter.db")
    cloned = Runtime(
        settings.model_copy(
            update={"data_dir": copy / "var", "database_url": f"sqlite:///{copy / 'newsletter.db'}"}
        )
    )
    clone = sending_process(cloned, sink.url, 5)
    assert clone.host != process.host
    assert stands_still(clone, cloned, mailing_id, sink) == ANOTHER
    process.drain(mailing_id, seconds=30)
    assert sent(runtime, mailing_id) == READERS == sink.counts.messages
    clone.connections.close()
    cloned.engine.dispose()


def test_an_identity_is_that_of_the_server_and_its_database(session: Session) -> None:
    seen = identity(session)
    if session.get_bind().dialect.name == "sqlite":
        path = session.get_bind().engine.url.database
        assert seen == f"inode/{Path(path or '').stat().st_ino}"
    else:
        assert re.fullmatch(r"\d{10,}/\d+/0*1", seen)


def test_what_was_remembered_outlives_the_process_and_is_forgotten_when_accepted(
    session: Session, tmp_path: Path
) -> None:
    mailing = Mailing(id=7, reservations=3)
    guard = RestoreGuard(tmp_path)
    assert (guard.remembered(7), guard.objection(session, mailing)) == (0, "")
    guard.remember(7, 3)
    guard.remember(7, 4)
    assert RestoreGuard(tmp_path).remembered(7) == 4
    assert RestoreGuard(tmp_path).objection(session, mailing) == RESTORED
    guard.accept(session)
    assert RestoreGuard(tmp_path).objection(session, mailing) == ""
