"""Backups that are made, put in place, and what a mailing does afterwards."""

import sqlite3
from pathlib import Path

from newsletter.mailings.models import Control, Mailing
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.smtp.sink import Act, At, Rule, Script, Sink
from tests.processes import wait_until
from tests.sending.conftest import READERS, checked
from tests.sending.pressing import press
from tests.sending.process import draining


def send_some(process: SendingProcess, mailing_id: int, sink: Sink, messages: int = 5) -> None:
    """Let a process be asked to end when about so many messages were sent."""
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.02)])
    before = sink.counts.messages
    with draining(mailing_id, process):
        wait_until(lambda: sink.counts.messages >= before + messages)
        process.stopping.set()
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


def stands_still(process: SendingProcess, runtime: Runtime, mailing_id: int, sink: Sink) -> str:
    """Why the mailing is held, of which a drain sends nothing."""
    before = sink.counts.messages
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    return held(runtime, mailing_id)


def sent(runtime: Runtime, mailing_id: int) -> int:
    with runtime.session() as session:
        return checked(session, mailing_id).sent


def goes_on_to_its_end(process: SendingProcess, runtime: Runtime, mailing_id: int, sink: Sink) -> None:
    """Resumed, it sends to exactly those who are left in this database, and is not held again."""
    already, before = sent(runtime, mailing_id), sink.counts.messages
    press(runtime, control.resume, mailing_id)
    for _ in range(3):
        process.drain(mailing_id, seconds=30)
    with runtime.session() as session:
        found = checked(session, mailing_id)
    assert (found.state, found.sent + found.unanswered) == ("finished", READERS), found
    assert sink.counts.messages == before + READERS - already - found.unanswered
