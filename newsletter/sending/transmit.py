"""Transmit a window: make each recipient's copy and put it to the relay, noting each step in the tally.

No transaction is open meanwhile. What this returns is only why it stopped: the tally says what was sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from newsletter.issues.recipient import Recipient
from newsletter.mailings.models import Outcome
from newsletter.sending import failpoints
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.sending.mailing_message import MailingMessage
from newsletter.sending.reserve import Window
from newsletter.sending.tally import Line, Tally
from newsletter.smtp.dialogue import Break, BreakKind
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SmtpSession
from newsletter.smtp.verdict import Verdict

# A connection that carried so many messages and then ended had enough, as with some relays; the next goes on.
WORTHWHILE_MESSAGES = 10


@dataclass(frozen=True)
class TransportFailure:
    """The transport failed, for this sender or (`sender` empty) for all. Nobody was marked for it.

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
        self._tally.answered(index, _line(verdict, reply.code, reply.enhanced))
        if failpoints.armed:
            failpoints.reach("transmit.noted")


@lru_cache(maxsize=512)  # nearly all have the same answer
def _line(verdict: Verdict, code: int, enhanced: str | None) -> Line:
    reason = verdict.reason.value if verdict.reason else ""
    return Line(Outcome(verdict.outcome.value), reason, code or None, enhanced or "")


def transmit(
    window: Window, message: MailingMessage, connections: ConnectionPool, may_start: Callable[[], bool]
) -> TransportFailure | None:
    """Send a window; returns the failure of its transport, or None. Lost connections are made anew."""
    if failpoints.armed:
        failpoints.reach("transmit.begin")
    return _Transmission(window, message, connections, may_start).run()


@dataclass(frozen=True)
class _Transmission:
    window: Window
    message: MailingMessage
    connections: ConnectionPool
    may_start: Callable[[], bool]

    def run(self) -> TransportFailure | None:
        waiting = self.window.recipients
        while waiting and self.may_start():
            try:
                session = self.connections.borrow(self.window.transport)
            except SessionFailed as error:
                # Nothing left: the tally says so of each.
                return None if self.connections.ending else TransportFailure(error.message, error.temporary)
            try:
                stop = self._send(session, waiting)
            finally:
                self.connections.give_back(self.window.transport, session)
            if stop is not None and (stop.kind is not BreakKind.LOST or self._is_hopeless(session)):
                return self._failure(stop)
            waiting = self._untouched(waiting)
        return None

    def _send(self, session: SmtpSession, waiting: list[Recipient]) -> Break | None:
        """As many of those who wait as this connection may still carry."""
        transport = self.window.transport
        room = max(1, transport.limits.messages_per_connection - session.messages)
        deliver = self.connections.dialogue(transport, session)
        journal = TallyJournal(self.window.tally)
        stop = deliver(session, map(self.message.to, waiting[:room]), journal, self.may_start)
        if stop is not None and stop.protocol_error:
            self.connections.use_plain_dialogue(transport, stop)
        return stop

    def _untouched(self, recipients: list[Recipient]) -> list[Recipient]:
        """Who is left: only those that the tally does not mention yet."""
        lines = self.window.tally.lines()
        return [person for person in recipients if lines[person.seq].outcome is Outcome.PENDING]

    def _is_hopeless(self, session: SmtpSession) -> bool:
        """Whether this transport ends connections before they have carried anything worth it.

        Silence lasts longer than messages may start: then one connection that carried nothing is enough.
        """
        if not session.messages and not self.may_start():
            return True
        return session.messages < WORTHWHILE_MESSAGES and not self.connections.may_reconnect(
            self.window.transport
        )

    def _failure(self, stop: Break) -> TransportFailure | None:
        """What the operator must know of why it stopped for good."""
        name, reply = self.window.transport.name, stop.reply or stop.reason
        if stop.kind is BreakKind.PAUSED:
            why = f" ({stop.reason})" if stop.reason else ""
            return TransportFailure(
                f"{name} does not take our mail{why}: {reply}.", stop.temporary, self.message.sender
            )
        if stop.kind is BreakKind.LOST:
            return TransportFailure(f"{name} keeps closing the connection: {reply}.", temporary=True)
        return None
