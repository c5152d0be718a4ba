"""The world of the stateful machine: hosts with tallies in real files, processes with windows, one sink.

A process here is the domain's own steps (`Turn`, `Tally`, `recover`) in the hands of a test, which decides
when each happens, whether its commit arrives, and when the process dies. What the machine knows besides, to
judge by: who accepted which copy, who may have got one, and who had left before whose reservation.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from pathlib import Path

from newsletter.core import clock
from newsletter.mailings.models import Outcome
from newsletter.sending.hosts import Watch
from newsletter.sending.lanes import FinishedWindow
from newsletter.sending.reserve import Window
from newsletter.sending.restore_guard import RestoreGuard
from newsletter.sending.tally import Line
from newsletter.sending.turn import ReservationContext
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool

SENT = Line(Outcome.SENT, code=250, enhanced="2.0.0")
REFUSED = Line(Outcome.REJECTED, "no_such_user", 550, "5.1.1")
GIVEN_BACK = replace(REFUSED, outcome=Outcome.PENDING, attempted=False)
LATER = Line(Outcome.RETRY, "greylisted", 451, "4.7.1")
LOST = Line(Outcome.RETRY, "lost")


class Commit(StrEnum):
    """What becomes of a transaction."""

    ARRIVES = "arrives"
    LOST = "lost"  # it never took effect, and the process is told that it failed
    UNKNOWN = "unknown"  # it took effect, and the process is told that it failed


class Hand(StrEnum):
    """Where a message is that was begun."""

    KERNEL = "kernel"  # `D` is written and the octets are gone: the server has not decided
    ACCEPTED = "accepted"  # the server has it; its reply was not read
    REFUSED = "refused"
    DEFERRED = "deferred"


@dataclass
class Held:
    """A window in a process's hands."""

    window: Window
    hands: dict[int, Hand] = field(default_factory=dict)
    chosen: set[int] = field(default_factory=set)  # may have been allowed to start just before a SIGSTOP

    def blank(self) -> list[int]:
        """Who could be started next."""
        lines = self.window.tally.lines()
        return [seq for seq in lines if lines[seq].outcome is Outcome.PENDING]

    def may_start(self, seq: int) -> bool:
        return clock.monotonic() < self.window.start_before or seq in self.chosen

    def person(self, seq: int) -> int:
        """The subscriber at `seq`."""
        return next(one.subscriber_id for one in self.window.recipients if one.seq == seq)


@dataclass
class Host:
    """A machine with its folder of tallies; `boot` changes with a power cut."""

    name: str
    folder: Path
    watch: Watch = field(default_factory=Watch)
    starts: Iterable[int] = field(default_factory=count)
    boot: str = "first"

    def start_anew(self) -> None:
        self.boot = f"boot {next(iter(self.starts))}"
        self.watch = Watch()


@dataclass
class Process:
    """One bulk process: what it holds, and what it has to settle."""

    host: Host
    context: ReservationContext
    held: dict[str, Held] = field(default_factory=dict)
    done: list[FinishedWindow] = field(default_factory=list)
    stopped: bool = False

    @classmethod
    def on(cls, host: Host) -> "Process":
        spool = UnsubscribeSpool(host.folder / "unsubscribes")
        return cls(host, ReservationContext(host.folder, host.name, RestoreGuard(host.folder), spool))

    def windows(self) -> list[Window]:
        return [held.window for held in self.held.values()] + [done.window for done in self.done]


class Memory:
    """What really happened, which no process knows whole."""

    def __init__(self) -> None:
        self.copies: Counter[int] = Counter()  # accepted by the sink, by subscriber
        self.resent: Counter[int] = Counter()  # how often a person had an unanswered one sent again
        self.gone: set[int] = set()  # their leaving was committed
        self.windows: dict[str, Window] = {}
        self._may_have: defaultdict[int, set[str]] = defaultdict(set)  # subscriber → windows that began it
        self._forgiven: set[tuple[str, int]] = set()

    def reserved(self, window: Window) -> None:
        """A reservation was committed: it must hold nobody who left before, or who may have a copy."""
        self.windows[window.id] = window
        people = {one.subscriber_id for one in window.recipients}
        assert not people & self.gone, "somebody was reserved who had left"
        begun = {person: self._may_have[person] for person in people if self._may_have[person]}
        assert not begun, f"somebody is to be sent to who may have it: {begun}"

    def begins(self, window: Window, person: int) -> None:
        if (window.id, person) not in self._forgiven:
            self._may_have[person].add(window.id)

    def has_not(self, window: Window, person: int) -> None:
        """Its holder noted that the server does not have it."""
        self._may_have[person].discard(window.id)

    def accepted(self, person: int) -> None:
        self.copies[person] += 1
        assert self.copies[person] <= 1 + self.resent[person], f"{person} has {self.copies[person]} copies"

    def resends(self, people: set[int]) -> None:
        """A person chose that these get another copy, whatever became or becomes of those under way."""
        for person in people:
            self.resent[person] += 1
            self._may_have[person].clear()
        for window in self.windows.values():
            members = {one.subscriber_id for one in window.recipients}
            self._forgiven |= {(window.id, person) for person in members & people}
