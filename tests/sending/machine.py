"""A stateful machine over the steps of the protocol: the steps that its rules are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import session_factory
from newsletter.core.errors import Conflict
from newsletter.core.links import Links
from newsletter.mailings.lifecycle import lock
from newsletter.sending import failpoints
from newsletter.sending.hosts import beat
from newsletter.sending.lanes import FinishedWindow
from newsletter.sending.recover import recover
from newsletter.sending.transmit import TransportFailure
from newsletter.sending.turn import Turn, TurnResult
from newsletter.smtp.url import parse_smtp_url
from newsletter.transports.transport_config import TransportConfig
from tests.sending.machine_world import (
    LATER,
    REFUSED,
    SENT,
    Commit,
    Hand,
    Held,
    Host,
    Memory,
    Process,
)

READERS = 6
TRANSPORT = TransportConfig("relay", "The relay", parse_smtp_url("smtp://relay.example:25"))
SENDER = "editor@weekly.example"
REPLIES = {Hand.ACCEPTED: SENT, Hand.REFUSED: REFUSED, Hand.DEFERRED: LATER}

PLACES = st.integers(0, 11)
COMMITS = st.sampled_from(Commit)


@dataclass(frozen=True)
class Ground:
    """Where examples run, one after the other: `database` empties the database, `folder` gives a new one."""

    database: Callable[[], Engine]
    folder: Callable[[], Path]
    links: Links


class Steps(RuleBasedStateMachine):
    """Several processes on two hosts, and one issue for a few readers."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self._engine = ground.database()
        self._factory = session_factory(self._engine)
        self._touched = True  # the database, since the ledger was looked at
        self._links = ground.links
        folder = ground.folder()
        self._hosts = [Host(name, folder / name) for name in ("here", "there")]
        for host in self._hosts:
            host.folder.mkdir()
        self._processes = [Process.on(self._hosts[n]) for n in (0, 0, 1)]
        self._memory = Memory()
        self._acting = self._hosts[0]
        self._elapsed = 0.0
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(clock, "monotonic", lambda: self._elapsed)
        self._patch.setattr("newsletter.sending.tally.boot_id", lambda: self._acting.boot)
        self._travel = time_machine.travel(clock.now(), tick=False)
        self._wall = self._travel.start()
        self._latest = clock.now()
        self._mailings: list[int] = []
        self._ends_in_the_dark = False  # the last that happens is a power cut everywhere

    @property
    def _sessions(self) -> sessionmaker[Session]:
        self._touched = True
        return self._factory

    def _session(self) -> Session:
        return self._sessions()

    def _process(self, n: int, *, runs: bool = True) -> Process | None:
        """One of those that run, or of all."""
        found = [one for one in self._processes if not (runs and one.stopped)]
        return found[n % len(found)] if found else None

    def _begun(self, n: int, *, runs: bool = True) -> tuple[Process, Held, int] | None:
        """One of the messages that were begun and whose fate is open."""
        begun = [
            (process, held, seq)
            for process in self._processes
            if not (runs and process.stopped)
            for held in process.held.values()
            for seq in held.hands
        ]
        return begun[n % len(begun)] if begun else None

    def _startable(self, n: int) -> tuple[Held, int] | None:
        startable = [
            (held, seq)
            for process in self._processes
            if not process.stopped
            for held in process.held.values()
            for seq in held.blank()
            if held.may_start(seq)
        ]
        return startable[n % len(startable)] if startable else None

    def _act(self, do: Callable[[Session], Any]) -> None:
        """Somebody presses a button; being told that it cannot be done is fine."""
        with self._session() as session:
            try:
                do(session)
            except Conflict:
                return
            session.commit()

    def _turn(self, process: Process, mailing_id: int, wanted: int, size: int, commit: Commit) -> TurnResult:
        self._acting = process.host
        done = [one for one in process.done if one.window.mailing_id == mailing_id]
        with self._session() as session:
            mailing = lock(session, mailing_id)
            taken = Turn(session, mailing, process.context, [TRANSPORT], SENDER, size).take(done, wanted)
            if commit is not Commit.LOST:
                session.commit()
        assert not taken.objection
        if commit is not Commit.LOST:
            for window in taken.windows:
                self._memory.reserved(window)
        if commit is Commit.ARRIVES:
            for one in done:
                process.done.remove(one)
                one.window.tally.discard()
            process.held |= {window.id: Held(window) for window in taken.windows}
            if taken.windows:
                process.context.guard.remember(mailing_id, taken.reservations)
        else:
            for window in taken.windows:
                window.tally.close()
        return taken

    def _end(self, process: Process) -> None:
        """Every tally that it holds is left as it is."""
        for window in process.windows():
            window.tally.close()
        self._processes[self._processes.index(process)] = Process.on(process.host)

    def _reserve(self, process: Process, size: int, begun: int) -> None:
        """A window for `process`, and the first messages of it are begun."""
        for window in self._turn(process, self._mailings[-1], 1, size, Commit.ARRIVES).windows:
            held = process.held[window.id]
            for seq in held.blank()[:begun]:
                self._start(held, seq)

    def _start(self, held: Held, seq: int) -> None:
        held.chosen.discard(seq)
        held.window.tally.started(seq)
        self._memory.begins(held.window, held.person(seq))
        held.hands[seq] = Hand.KERNEL

    def _read_reply(self, held: Held, seq: int) -> None:
        line = REPLIES[held.hands.pop(seq)]
        held.window.tally.answered(seq, line)
        if line is not SENT:
            self._memory.has_not(held.window, held.person(seq))

    def _is_done(self, process: Process, held: Held, failure: TransportFailure | None = None) -> None:
        del process.held[held.window.id]
        process.done.append(FinishedWindow(held.window, failure))

    def _server_decides(self, held: Held, seq: int, hand: Hand) -> None:
        held.hands[seq] = hand
        if hand is Hand.ACCEPTED:
            self._memory.accepted(held.person(seq))

    def _set_clock(self, by: timedelta) -> None:
        self._wall.shift(by)
        self._latest = max(self._latest, clock.now())

    def _die(self, process: Process, delivers: bool) -> None:
        """What was handed to the kernel may still arrive."""
        for held in process.held.values():
            for seq, hand in held.hands.items():
                if hand is Hand.KERNEL and delivers:
                    self._server_decides(held, seq, Hand.ACCEPTED)
        self._end(process)

    def _recover(self, host: Host, interrupted: str = "") -> None:
        self._acting = host
        with self._session() as session:
            beat(session, host.name)
            session.commit()
        failpoints.arm(interrupted)
        try:
            recover(self._sessions, host.name, host.watch)
        except OSError:
            assert interrupted
        finally:
            failpoints.arm("")
