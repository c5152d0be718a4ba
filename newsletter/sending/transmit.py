"""Transmit a window: make each recipient's copy and put it to the relay, noting each step in the tally.

No transaction is open meanwhile. What this returns is only why it stopped: the tally says what was sent.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from newsletter.core.text import full_stop
from newsletter.issues.recipient import Recipient
from newsletter.mailings.models import Outcome
from newsletter.sending import failpoints
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.sending.identical_refusals import RefusalRows, WindowRefusals, refusal_of
from newsletter.sending.mailing_message import MailingMessage
from newsletter.sending.reserve import Window
from newsletter.sending.tally import Line, Tally
from newsletter.smtp.dialogue import Break, BreakKind
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SmtpSession
from newsletter.smtp.verdict import Outcome as SmtpOutcome
from newsletter.smtp.verdict import Verdict

# A connection that carried so many messages and then ended had enough, as with some relays; the next goes on.
WORTHWHILE_MESSAGES = 10


@dataclass(frozen=True)
class TransportFailure:
    """The transport failed, for this sender or (`sender` empty) for all. Nobody was marked for it.

    `message` tells the operator; `temporary`: it may pass by itself. `refusal`: what everybody was answered
    alike; whoever was rejected by it just before is not, either.
    """

    message: str
    temporary: bool
    sender: str = ""
    refusal: Line | None = None


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


class _WindowJournal(TallyJournal):
    """Notes the refusals of a window, too, to see whether they are about the people."""

    def __init__(self, window: Window, refusals: WindowRefusals) -> None:
        super().__init__(window.tally)
        self._window = window
        self._emails = {person.seq: person.email for person in window.recipients}
        self._refusals = refusals

    def answered(self, index: int, verdict: Verdict, reply: Reply) -> None:
        super().answered(index, verdict, reply)
        if verdict.outcome is SmtpOutcome.SENT:
            self._refusals.note(index, None, reply)
        elif verdict.outcome is SmtpOutcome.REJECTED and not self._is_believed(index, verdict):
            line = _line(verdict, reply.code, reply.enhanced)
            refusal = refusal_of(verdict, reply, line, self._emails[index])
            self._refusals.note(index, refusal, reply)

    def _is_believed(self, index: int, verdict: Verdict) -> bool:
        """Somebody resumed the mailing knowing of these refusals."""
        return self._window.refusals_seen and (index in self._window.believed or verdict.hard)


@lru_cache(maxsize=512)  # nearly all have the same answer
def _line(verdict: Verdict, code: int, enhanced: str | None) -> Line:
    reason = verdict.reason.value if verdict.reason else ""
    return Line(Outcome(verdict.outcome.value), reason, code or None, enhanced or "")


def transmit(
    window: Window,
    message: MailingMessage,
    connections: ConnectionPool,
    may_start: Callable[[], bool],
    rows: RefusalRows,
) -> TransportFailure | None:
    """Send a window; returns the failure of its transport, or None. Lost connections are made anew.

    `rows`: the refusals that the process was given by each transport.
    """
    if failpoints.armed:
        failpoints.reach("transmit.begin")
    refusals = WindowRefusals(rows, window.transport.key, window.mailing_id)
    transmission = _Transmission(
        window, message, connections, lambda: refusals.identical is None and may_start(), refusals
    )
    failure = transmission.run()
    return transmission.give_back_identical() or failure


@dataclass(frozen=True)
class _Transmission:
    window: Window
    message: MailingMessage
    connections: ConnectionPool
    may_start: Callable[[], bool]
    refusals: WindowRefusals

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
        journal = _WindowJournal(self.window, self.refusals)
        to = partial(self.message.to, dated=self.window.reserved_at)
        stop = deliver(session, map(to, waiting[:room]), journal, self.may_start)
        if stop is not None and stop.protocol_error:
            self.connections.use_plain_dialogue(transport, stop)
        return stop

    def give_back_identical(self) -> TransportFailure | None:
        """When the relay gives everybody the same refusal: nobody is marked, and the transport has failed."""
        refusal = self.refusals.judge()
        if refusal is None:
            return None
        for seq in self.refusals.alike():
            self.window.tally.answered(seq, replace(refusal.line, outcome=Outcome.PENDING, attempted=False))
        said = full_stop(str(self.refusals.words()))
        sentence = (
            f"{self.window.transport.name} refuses every message in the same way, so the problem is"
            f" the sender or its account, not the readers: {said} Nobody was marked as rejected."
        )
        words = self._without_readers(sentence)
        return TransportFailure(words, temporary=False, sender=self.message.sender, refusal=refusal.line)

    def _without_readers(self, text: str) -> str:
        """What a relay said, without the address that it was about: it may be kept for longer than that."""
        for person in self.window.recipients:
            text = re.sub(re.escape(person.email), "…", text, flags=re.IGNORECASE)
        return text

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
        name = self.window.transport.name
        said = full_stop(self._without_readers(str(stop.reply or stop.reason)))
        if stop.kind is BreakKind.PAUSED:
            why = f" ({stop.reason})" if stop.reason else ""
            return TransportFailure(
                f"{name} does not accept our mail{why}: {said}", stop.temporary, self.message.sender
            )
        if stop.kind is BreakKind.LOST:
            return TransportFailure(f"{name} keeps closing the connection: {said}", temporary=True)
        return None
