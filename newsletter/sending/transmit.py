"""Transmit a window: fill each member's message and put it to the relay, noting each step in the tally.

No transaction is open meanwhile. What this returns is only why it stopped: the tally is the account.
"""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.mailings.models import Outcome
from newsletter.sending import failpoints
from newsletter.sending.connections import Connections
from newsletter.sending.letter import Letter
from newsletter.sending.members import Recipient
from newsletter.sending.reserve import Window
from newsletter.sending.tally import Line, Tally
from newsletter.smtp.dialogue import Break, BreakKind
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import Session
from newsletter.smtp.verdict import Verdict


@dataclass(frozen=True)
class Trouble:
    """The transport is in trouble, with this sender or (`sender` empty) with all. Nobody was marked for it.

    `message` tells the operator; `temporary`: it may pass by itself.
    """

    message: str
    temporary: bool
    sender: str = ""


class TallyJournal:
    """Writes the client's journal into the window's tally."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def handing_over(self, index: int) -> None:
        self._tally.started(index)
        if failpoints.armed:
            failpoints.reach("transmit.started")

    def never_left(self, index: int) -> None:
        self._tally.take_back(index)

    def answered(self, index: int, verdict: Verdict, reply: Reply) -> None:
        if failpoints.armed:
            failpoints.reach("transmit.answered")
        reason = verdict.reason.value if verdict.reason else ""
        line = Line(Outcome(verdict.outcome.value), reason, reply.code or None, reply.enhanced or "")
        self._tally.answered(index, line)
        if failpoints.armed:
            failpoints.reach("transmit.noted")


def transmit(
    window: Window, letter: Letter, connections: Connections, may_start: Callable[[], bool]
) -> Trouble | None:
    """Send a window; returns trouble that the operator must know of. Lost connections are made anew."""
    if failpoints.armed:
        failpoints.reach("transmit.begin")
    waiting = window.recipients
    while waiting and may_start():
        try:
            session = connections.borrow(window.outlet)
        except SessionFailed as error:
            # Nothing left: the tally says so of each.
            return Trouble(error.message, error.temporary)
        try:
            stop = _send(window, session, letter, waiting, connections, may_start)
        finally:
            connections.give_back(window.outlet, session)
        if stop is not None and stop.kind is BreakKind.STOPPED:
            return None
        if stop is not None and stop.kind is BreakKind.PAUSED:
            return Trouble(_sentence(window, stop), stop.temporary, letter.sender)
        waiting = _untouched(waiting, window.tally)
        if stop is not None and not connections.may_reconnect(window.outlet):
            why = stop.reply or stop.reason
            return Trouble(f"{window.outlet.name} keeps closing the connection: {why}.", temporary=True)
    return None


def _send(
    window: Window,
    session: Session,
    letter: Letter,
    waiting: list[Recipient],
    connections: Connections,
    may_start: Callable[[], bool],
) -> Break | None:
    """As many of those who wait as this connection may still carry."""
    room = max(1, window.outlet.limits.messages_per_connection - session.messages)
    deliver = connections.dialogue(window.outlet, session)
    stop = deliver(session, map(letter.to, waiting[:room]), TallyJournal(window.tally), may_start)
    if stop is not None and stop.surprised:
        connections.speak_plainly(window.outlet, stop)
    return stop


def _untouched(recipients: list[Recipient], tally: Tally) -> list[Recipient]:
    """Who is left: only those that the tally does not mention yet."""
    lines = tally.lines()
    return [person for person in recipients if lines[person.seq].outcome is Outcome.PENDING]


def _sentence(window: Window, stop: Break) -> str:
    why = f" ({stop.reason})" if stop.reason else ""
    return f"{window.outlet.name} does not take our mail{why}: {stop.reply}."
