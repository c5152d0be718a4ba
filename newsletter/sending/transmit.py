"""Transmit a window: fill each member's message and put it to the relay, noting each step in the tally.

No transaction is open meanwhile. What this returns is only why it stopped: the tally is the account.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from newsletter.core import clock
from newsletter.mailings.models import Outcome
from newsletter.sending.letter import Letter
from newsletter.sending.relays import Relays
from newsletter.sending.reserve import Recipient, Window
from newsletter.sending.tally import Line, Tally
from newsletter.smtp.dialogue import Break, BreakKind
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.reply import Reply
from newsletter.smtp.verdict import Verdict

log = structlog.get_logger(__name__)

CONTROL_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Trouble:
    """The relay or the sender is in trouble; `message` tells the operator. Nobody was marked for it."""

    message: str
    temporary: bool


class TallyJournal:
    """Writes the client's journal into the window's tally."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def handing_over(self, index: int) -> None:
        self._tally.started(index)

    def answered(self, index: int, verdict: Verdict, reply: Reply) -> None:
        reason = verdict.reason.value if verdict.reason else ""
        line = Line(Outcome(verdict.outcome.value), reason, reply.code or None, reply.enhanced or "")
        self._tally.answered(index, line)

    def never_left(self, index: int) -> None:
        self._tally.take_back(index)


@dataclass
class StartGate:
    """Says whether another message may start: in time, not asked to stop, and the mailing still goes."""

    window: Window
    goes: Callable[[], bool]
    stopping: threading.Event
    _asked_at: float = field(default_factory=clock.monotonic)

    def __call__(self) -> bool:
        now = clock.monotonic()
        if self.stopping.is_set() or now >= self.window.start_before:
            return False
        if now - self._asked_at >= CONTROL_POLL_SECONDS:
            self._asked_at = now
            return self.goes()
        return True


def transmit(window: Window, letter: Letter, relays: Relays, gate: StartGate) -> Trouble | None:
    """Send a window; returns trouble that the operator must know of. Lost connections are made anew."""
    journal = TallyJournal(window.tally)
    waiting = list(window.recipients)
    while waiting and gate():
        try:
            session = relays.session()
        except SessionFailed as error:
            # Nothing left: the tally says so of each.
            return Trouble(error.message, error.temporary)
        stop = relays.deliver(session, map(letter.to, waiting), journal, gate)
        if stop is None or stop.kind is BreakKind.STOPPED:
            return None
        if stop.kind is BreakKind.PAUSED:
            return Trouble(_sentence(stop), stop.temporary)
        waiting = _untouched(waiting, window.tally)
        if not relays.may_reconnect():
            return Trouble(f"The relay keeps closing the connection: {stop.reply or stop.reason}.", True)
    return None


def _untouched(recipients: list[Recipient], tally: Tally) -> list[Recipient]:
    """Who is left after a lost connection: only those that the tally does not mention yet."""
    lines = tally.lines()
    return [person for person in recipients if lines[person.seq].outcome is Outcome.PENDING]


def _sentence(stop: Break) -> str:
    why = f" ({stop.reason})" if stop.reason else ""
    return f"The relay does not take our mail{why}: {stop.reply}."
