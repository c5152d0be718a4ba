"""The other half of the stateful machine: deaths, lost tallies, time, recovery; and what must always hold."""

import os
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import select

from newsletter.core import clock
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome, SendWindow
from newsletter.sending import control
from newsletter.sending.freeze import freeze
from newsletter.sending.tally import RECORD, read
from newsletter.sending.tally import TallyLocked as TallyHeld
from tests.sending.checking import sweep
from tests.sending.conftest import checked
from tests.sending.machine import PLACES, READERS
from tests.sending.machine_feedback import FeedbackDay
from tests.sending.machine_world import Commit, Hand, Host

OVER = {MailingState.FINISHED, MailingState.CANCELLED}
DAMAGES = ["none", "cut", "wiped", "gone"]
LEFT = {"unsubscribed", "suppressed", "erased", "paused", "ended"}


class SendingMachine(FeedbackDay):
    """Several processes on two hosts send one issue to a few readers, and everything goes wrong."""

    @rule(n=PLACES, delivers=st.booleans())
    def a_process_dies(self, n: int, delivers: bool) -> None:
        process = self._process(n, runs=False)
        assert process is not None
        self._die(process, delivers)

    @rule(n=PLACES, chosen=st.booleans())
    def a_process_is_stopped(self, n: int, chosen: bool) -> None:
        """By SIGSTOP; perhaps just after it had asked whether another message may start."""
        if (process := self._process(n)) is not None:
            process.stopped = True
            for held in process.held.values():
                held.chosen = {seq for seq in held.blank()[:1] if chosen and held.may_start(seq)}

    @rule(n=PLACES, chosen=st.booleans())
    def a_process_stands_still_for_long(self, n: int, chosen: bool) -> None:
        """Until what it holds is called unanswered."""
        self.a_process_is_stopped(n, chosen)
        self._recover_over_ten_minutes()

    @rule()
    def a_network_is_split_for_long(self) -> None:
        """One host is out of the other's sight until what it holds is called unanswered."""
        self._recover_over_ten_minutes(self._hosts[1])

    @rule(n=PLACES, begun=st.integers(1, 3))
    def a_settlement_arrives_unknown_to_its_holder(self, n: int, begun: int) -> None:
        """And somebody else, who takes what was given back, dies with it. The holder will come again."""
        process, other = self._process(n), self._process(n + 1)
        if process is None or other is None or process is other:
            return
        for held in list(process.held.values()):
            self._is_done(process, held)
        self.is_controlled(control.resume)
        self._turn(process, self._mailings[-1], 0, 1, Commit.UNKNOWN)
        self._reserve(other, 4, begun)
        self._die(other, delivers=False)
        self._recover(other.host)

    @rule()
    def the_stopped_go_on(self) -> None:
        for process in self._processes:
            process.stopped = False

    @rule(n=st.booleans(), delivers=st.booleans(), damage=st.sampled_from(DAMAGES), m=PLACES)
    def power_fails(self, n: bool, delivers: bool, damage: str, m: int) -> None:
        """All of a host dies at once; of the last moments of its tallies anything may be missing."""
        host = self._hosts[n]
        for process in [one for one in self._processes if one.host is host]:
            self._die(process, delivers)
        for tally in host.folder.glob("*.tally"):
            self._damage(host, tally.name, damage, m)
        host.start_anew()

    @rule(n=st.booleans(), m=PLACES, damage=st.sampled_from(["cut", "gone"]))
    def a_tally_is_lost(self, n: bool, m: int, damage: str) -> None:
        written = [window.tally.path for window in self._memory.windows.values()]
        tallies = [path for path in written if path.parent == self._hosts[n].folder and path.exists()]
        if tallies:
            self._damage(self._hosts[n], tallies[m % len(tallies)].name, damage, m)

    @rule(n=st.booleans(), dies=st.booleans())
    def a_host_recovers(self, n: bool, dies: bool) -> None:
        self._recover(self._hosts[n], "recover.committing=error" if dies else "")

    @rule(minutes=st.sampled_from([1, 6, 11, 70]))
    def time_passes(self, minutes: int) -> None:
        self._elapsed += 60 * minutes
        self._set_clock(timedelta(minutes=minutes))

    @rule(hours=st.sampled_from([-24, -1, 1, 24]))
    def a_clock_is_set(self, hours: int) -> None:
        self._set_clock(timedelta(hours=hours))

    @rule()
    def the_sweep_passes(self) -> None:
        sweep(self._sessions, bulk_processes=1)

    def _recover_over_ten_minutes(self, *hosts: Host) -> None:
        for minutes in (0, 11):
            self._elapsed += 60 * minutes
            self._set_clock(timedelta(minutes=minutes))
            for host in hosts or self._hosts:
                self._recover(host)

    def _damage(self, host: Host, name: str, damage: str, m: int) -> None:
        path = host.folder / name
        try:
            records = len(read(path).lines) if damage in {"cut", "wiped"} else 0
        except (TallyHeld, ValueError):
            return
        size = path.stat().st_size
        if damage == "cut":
            os.truncate(path, max(0, size - RECORD.size * (m % (records + 1))))
        elif damage == "wiped":  # its size was written, and nothing since
            with path.open("r+b") as file:
                file.seek(size - RECORD.size * records)
                file.write(bytes(RECORD.size * records))
        elif damage == "gone":
            path.unlink()

    # What must always hold

    @invariant()
    def the_ledger_agrees(self) -> None:
        """The equation; and I4: who was sent to has it; who has it was sent to, is unanswered or flies."""
        if not self._touched:
            return
        with self._session() as session:
            for mailing_id in self._mailings:
                checked(session, mailing_id)
            windows = session.execute(select(SendWindow.mailing_id, SendWindow.seqs)).all()
            ledger = session.execute(
                select(Delivery.mailing_id, Delivery.seq, Delivery.subscriber_id, Delivery.outcome)
            ).all()
        self._touched = False
        flying = {(mailing, seq) for mailing, seqs in windows for seq in seqs}
        told = {person for _, _, person, outcome in ledger if outcome is Outcome.SENT}
        assert told <= set(self._memory.copies), "somebody was sent to who has no copy"
        known = told | {
            person
            for mailing, seq, person, outcome in ledger
            if outcome is Outcome.UNANSWERED or (mailing, seq) in flying
        }
        forgotten = set(self._memory.copies) - known - set(self._memory.resent)
        assert not forgotten, f"these have a copy, and the ledger does not know: {forgotten}"

    def teardown(self) -> None:
        try:
            if self._mailings:
                self._come_to_an_end()
                self._nobody_is_forgotten()
        finally:
            for process in self._processes:
                for window in process.windows():
                    window.tally.close()
            self._travel.stop()
            self._patch.undo()
            self._engine.dispose()

    def _come_to_an_end(self) -> None:
        """Everybody goes on or dies, whoever is asked says yes, and the relay takes everything."""
        self.somebody_leaves(0, "unsubscribes")
        if self._ends_in_the_dark:
            for n in (False, True):
                self.power_fails(n, True, "wiped", 0)
        for process in list(self._processes):
            for mailing_id in self._mailings:
                self._turn(process, mailing_id, 0, 1, Commit.ARRIVES)
            self._die(process, delivers=False)
        self._set_clock(self._latest - clock.now())  # what is due by the latest clock is due
        for _ in range(12):
            self._elapsed += 70 * 60
            self._set_clock(timedelta(minutes=70))
            for host in self._hosts:
                self._recover(host)
            sweep(self._sessions, bulk_processes=1)
            if self._is_over():
                return
            self._act(lambda session: control.resume(session, self._mailings[-1], actor="test"))
            freeze(self._sessions, self._mailings[-1], self._links)
            self._drain()
        raise AssertionError("the mailing does not come to its end")

    def _drain(self) -> None:
        process = self._processes[0]
        while self._turn(process, self._mailings[-1], 2, 4, Commit.ARRIVES).windows:
            for held in list(process.held.values()):
                for seq in held.blank():
                    self._start(held, seq)
                    self._server_decides(held, seq, Hand.ACCEPTED)
                    self._read_reply(held, seq)
                self._is_done(process, held)

    def _is_over(self) -> bool:
        with self._session() as session:
            return all(session.get_one(Mailing, each).state in OVER for each in self._mailings)

    def _nobody_is_forgotten(self) -> None:
        """I2, and everybody who never left was written to, was refused, or is asked about."""
        for mailing_id in self._mailings:
            with self._session() as session:
                found = checked(session, mailing_id)
                assert (found.pending, found.in_flight, found.retry) == (0, 0, 0)
        with self._session() as session:
            last = session.get_one(Mailing, self._mailings[-1])
            rows = session.scalars(select(Delivery).where(Delivery.mailing_id == last.id)).all()
        if last.state is MailingState.FINISHED:
            assert len(rows) == READERS
            excluded = {row.subscriber_id: row.reason for row in rows if row.outcome is Outcome.EXCLUDED}
            assert {person for person, why in excluded.items() if why in LEFT} <= self._memory.gone
            assert set(excluded.values()) <= LEFT | {"already_received"}
