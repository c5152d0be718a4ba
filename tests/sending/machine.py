"""A stateful machine over the steps of the protocol: one half of its rules, those of a quiet day."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import key_hash
from newsletter.core.db import session_factory
from newsletter.core.errors import Conflict
from newsletter.core.links import Links
from newsletter.issues.models import Issue
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome
from newsletter.sending import control, failpoints
from newsletter.sending.freeze import freeze
from newsletter.sending.lanes import Done
from newsletter.sending.resend_unanswered import resend
from newsletter.sending.retry_rejected import retry
from newsletter.sending.schedule import schedule
from newsletter.sending.transmit import Trouble
from newsletter.sending.turn import Taken, Turn
from newsletter.smtp.url import parse_smtp_url
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import Subscription, SuppressionReason
from newsletter.subscribers.pause import pause as pause_subscription
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.unsubscribe import unsubscribe
from newsletter.transports.outlet import Outlet
from tests.factories import make_issue, make_publication, make_readers
from tests.sending.machine_world import (
    LATER,
    LOST,
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
CHUNK = 4
OUTLET = Outlet("relay", "The relay", parse_smtp_url("smtp://relay.example:25"))
SENDER = "editor@weekly.example"
REPLIES = {Hand.ACCEPTED: SENT, Hand.REFUSED: REFUSED, Hand.DEFERRED: LATER}

INTERRUPTED = ["", "", "freeze.chunk=error@1", "freeze.chunk=error@2", "freeze.complete=error"]
PLACES = st.integers(0, 11)
COMMITS = st.sampled_from(Commit)


@dataclass(frozen=True)
class Ground:
    """Where examples run: `database` gives an empty one, `folder` an empty folder."""

    database: Callable[[], Engine]
    folder: Callable[[], Path]
    links: Links


class Sending(RuleBasedStateMachine):
    """Several processes on two hosts send one issue to a few readers, step by step."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self._engine = ground.database()
        self._sessions = session_factory(self._engine)
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

    # Helpers that rules are made of

    def _session(self) -> Session:
        return self._sessions()

    def _process(self, n: int, *, runs: bool = True) -> Process | None:
        """One of those that run, or of all."""
        found = [one for one in self._processes if not (runs and one.stopped)]
        return found[n % len(found)] if found else None

    def _begun(self, n: int, *, runs: bool = True) -> tuple[Process, Held, int] | None:
        """One of the messages that were begun and whose fate is open."""
        found = [
            (process, held, seq)
            for process in self._processes
            if not (runs and process.stopped)
            for held in process.held.values()
            for seq in held.hands
        ]
        return found[n % len(found)] if found else None

    def _startable(self, n: int) -> tuple[Held, int] | None:
        found = [
            (held, seq)
            for process in self._processes
            if not process.stopped
            for held in process.held.values()
            for seq in held.blank()
            if held.may_start(seq)
        ]
        return found[n % len(found)] if found else None

    def _act(self, do: Callable[[Session], Any]) -> None:
        """Somebody presses a button; being told that it cannot be done is fine."""
        with self._session() as session:
            try:
                do(session)
            except Conflict:
                return
            session.commit()

    def _turn(self, process: Process, mailing_id: int, wanted: int, size: int, commit: Commit) -> Taken:
        self._acting = process.host
        done = [one for one in process.done if one.window.mailing_id == mailing_id]
        with self._session() as session:
            mailing = lock(session, mailing_id)
            taken = Turn(session, mailing, process.desk, [OUTLET], SENDER, size).take(done, wanted)
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
                process.desk.anchor.remember(mailing_id, taken.reservations)
        else:
            for window in taken.windows:
                window.tally.close()
        return taken

    def _end(self, process: Process) -> None:
        """Every tally that it holds is left as it is."""
        for window in process.windows():
            window.tally.close()
        self._processes[self._processes.index(process)] = Process.on(process.host)

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

    def _is_done(self, process: Process, held: Held, trouble: Trouble | None = None) -> None:
        del process.held[held.window.id]
        process.done.append(Done(held.window, trouble))

    def _server_decides(self, held: Held, seq: int, hand: Hand) -> None:
        held.hands[seq] = hand
        if hand is Hand.ACCEPTED:
            self._memory.accepted(held.person(seq))

    # The mailing

    @initialize()
    def publish(self) -> None:
        with self._session() as session:
            publication = make_publication(session)
            make_readers(session, publication, READERS)
            issue = make_issue(session, publication)
            self._mailings.append(schedule(session, issue, None, self._links, actor="test").id)
            session.commit()

    @rule()
    def send_is_pressed(self) -> None:
        with self._session() as session:
            issue = session.scalars(select(Issue)).one()
            mailing = schedule(session, issue, None, self._links, actor="test")
            session.commit()
            cancelled = session.get_one(Mailing, self._mailings[-1]).state is MailingState.CANCELLED
        assert (mailing.id != self._mailings[-1]) == (cancelled or mailing.id not in self._mailings)
        if mailing.id not in self._mailings:
            self._mailings.append(mailing.id)

    @rule(interrupted=st.sampled_from(INTERRUPTED))
    def freezes(self, interrupted: str) -> None:
        failpoints.arm(interrupted)
        try:
            freeze(self._sessions, self._mailings[-1], self._links, chunk=CHUNK)
        except OSError:
            assert interrupted
        finally:
            failpoints.arm("")

    @rule(do=st.sampled_from([control.pause, control.resume, control.resume, control.cancel]))
    def is_controlled(self, do: Callable[..., Mailing]) -> None:
        self._act(lambda session: do(session, self._mailings[-1], actor="test"))

    @rule(n=PLACES)
    def rejected_are_retried(self, n: int) -> None:
        mailing_id = self._mailings[n % len(self._mailings)]
        self._act(lambda session: retry(session, mailing_id, actor="test"))

    @rule(n=PLACES)
    def unanswered_are_resent(self, n: int) -> None:
        mailing_id = self._mailings[n % len(self._mailings)]

        def press(session: Session) -> None:
            unanswered = select(Delivery.subscriber_id).where(
                Delivery.mailing_id == mailing_id, Delivery.outcome == Outcome.UNANSWERED
            )
            people = set(session.scalars(unanswered))
            assert resend(session, mailing_id, len(people), actor="test") == len(people)
            self._memory.resends(people)

        self._act(press)

    @rule(n=PLACES, how=st.sampled_from(["unsubscribes", "is suppressed", "is erased", "pauses"]))
    def somebody_leaves(self, n: int, how: str) -> None:
        def leave(session: Session) -> None:
            subscription = session.scalars(select(Subscription).order_by(Subscription.id)).all()[n % READERS]
            person = subscription.subscriber_id
            if person in self._memory.gone:
                return
            if how == "unsubscribes":
                unsubscribe(session, subscription.id, source="page")
            elif how == "is erased":
                erase(session, person, actor="test")
            elif how == "is suppressed":
                address = key_hash(f"reader{person}@readers.example")
                suppress(session, address, SuppressionReason.COMPLAINT, actor="test")
            else:
                pause_subscription(session, subscription.id, 3)
            self._memory.gone.add(person)

        self._act(leave)

    # Processes

    @rule(n=PLACES, m=PLACES, wanted=st.integers(0, 2), size=st.integers(1, 4), commit=COMMITS)
    def a_process_has_its_turn(self, n: int, m: int, wanted: int, size: int, commit: Commit) -> None:
        if (process := self._process(n)) is not None:
            self._turn(process, self._mailings[m % len(self._mailings)], wanted, size, commit)

    @rule(n=PLACES, size=st.integers(1, 4))
    def a_process_reserves(self, n: int, size: int) -> None:
        if (process := self._process(n)) is not None:
            self._turn(process, self._mailings[-1], 1, size, Commit.ARRIVES)

    @precondition(lambda self: self._startable(0) is not None)
    @rule(n=PLACES)
    def a_message_is_begun(self, n: int) -> None:
        if (found := self._startable(n)) is not None:
            self._start(*found)

    @precondition(lambda self: self._startable(0) is not None)
    @rule(n=PLACES)
    def somebody_is_refused_unseen(self, n: int) -> None:
        if (found := self._startable(n)) is not None:
            held, seq = found
            held.window.tally.answered(seq, REFUSED)

    @precondition(lambda self: self._begun(0, runs=False) is not None)
    @rule(n=PLACES, hand=st.sampled_from([Hand.ACCEPTED, Hand.ACCEPTED, Hand.REFUSED, Hand.DEFERRED]))
    def the_server_decides(self, n: int, hand: Hand) -> None:
        found = self._begun(n, runs=False)
        if found is not None and found[1].hands[found[2]] is Hand.KERNEL:
            self._server_decides(found[1], found[2], hand)

    @precondition(lambda self: self._begun(0) is not None)
    @rule(n=PLACES)
    def a_reply_is_read(self, n: int) -> None:
        found = self._begun(n)
        if found is not None and found[1].hands[found[2]] is not Hand.KERNEL:
            self._read_reply(found[1], found[2])

    @precondition(lambda self: self._begun(0) is not None)
    @rule(n=PLACES, takes_back=st.booleans())
    def a_message_never_left(self, n: int, takes_back: bool) -> None:
        """The connection was lost before its last octet, or its refusal marks nobody: there is proof."""
        found = self._begun(n)
        if found is not None and found[1].hands[found[2]] is Hand.KERNEL:
            _, held, seq = found
            del held.hands[seq]
            if takes_back:
                held.window.tally.take_back(seq)
            else:
                held.window.tally.answered(seq, LOST)
            self._memory.has_not(held.window, held.person(seq))

    @precondition(lambda self: self._begun(0) is not None)
    @rule(n=PLACES)
    def a_reply_never_comes(self, n: int) -> None:
        found = self._begun(n)
        if found is not None:
            del found[1].hands[found[2]]

    @precondition(lambda self: any(one.held for one in self._processes))
    @rule(n=PLACES, m=PLACES, trouble=st.sampled_from([None, None, Trouble("It rests.", True, SENDER)]))
    def a_window_is_done(self, n: int, m: int, trouble: Trouble | None) -> None:
        process = self._process(n)
        if process is not None and process.held:
            self._is_done(process, list(process.held.values())[m % len(process.held)], trouble)
