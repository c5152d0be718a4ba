"""Deliver one message at a time, such as a confirmation, by the first transport that can be used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.smtp import plain
from newsletter.smtp.dialogue import Break, BreakKind, Envelope
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SmtpSession
from newsletter.smtp.verdict import Outcome, Verdict
from newsletter.transports.cooldown import cool_down
from newsletter.transports.transport_config import TransportConfig

COOLDOWN_SECONDS = 30.0  # without a try after no session could be opened


@dataclass(frozen=True)
class Answer:
    """What became of one message. `words`: what the relay said, or what we saw.

    PAUSE means that the relay or the sender is in trouble, which says nothing about the recipient; then
    `temporary` says whether it may pass by itself. UNANSWERED: it may or may not have been accepted.
    """

    outcome: Outcome
    words: str
    temporary: bool = True


class SingleDelivery:
    """Delivers over the connections of this process.

    `find_transports`: those that can be used now, the best first; or why there is none.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        connections: ConnectionPool,
        find_transports: Callable[[], Sequence[TransportConfig] | SessionFailed],
    ) -> None:
        self._sessions = sessions
        self._connections = connections
        self._find_transports = find_transports
        self._failed_with: dict[str, TransportConfig] | None = None  # by key; none: no transport was usable
        self._cooldown_until = 0.0  # monotonic

    def cools_down(self) -> bool:
        """Whether a moment ago no session could be opened, so that trying again would only cost time.

        Not if somebody changed the transports meanwhile.
        """
        return (
            clock.monotonic() < self._cooldown_until and _by_key(self._find_transports()) == self._failed_with
        )

    def send(self, envelope: Envelope) -> Answer:
        """Hand `envelope` to a relay and wait for its answer. Raises `SessionFailed`.

        A kept connection that the relay had given up is no trouble yet: then another one is opened.
        """
        while True:
            transport, session = self._open()
            was_used = session.messages > 0 or session.dirty
            try:
                answer = _deliver(session, envelope)
            finally:
                self._connections.give_back(transport, session)
            if answer is not None:
                return answer
            if not was_used:
                return Answer(Outcome.PAUSE, "the relay ended the connection before it took a message")

    def _open(self) -> tuple[TransportConfig, SmtpSession]:
        """A session with the first transport that opens one; those before it are left alone for a while."""
        transports = self._find_transports()
        try:
            if isinstance(transports, SessionFailed):
                raise transports
            *others, last = transports
            for transport in others:
                try:
                    return transport, self._connections.borrow(transport, once=True)
                except SessionFailed as error:
                    self._report_failure(transport, error)
            return last, self._connections.borrow(last, once=True)
        except SessionFailed:
            self._failed_with = _by_key(transports)
            self._cooldown_until = clock.monotonic() + COOLDOWN_SECONDS
            raise

    def _report_failure(self, transport: TransportConfig, error: SessionFailed) -> None:
        if self._connections.ending:
            raise error
        with self._sessions.begin() as session:
            cool_down(session, transport.key, "", error.message, temporary=error.temporary, now=clock.now())


def _by_key(transports: Sequence[TransportConfig] | SessionFailed) -> dict[str, TransportConfig] | None:
    """To be compared: two failures are the same trouble, and the order only says who is left alone."""
    if isinstance(transports, SessionFailed):
        return None
    return {transport.key: transport for transport in transports}


def _deliver(session: SmtpSession, envelope: Envelope) -> Answer | None:
    """The answer; None when the connection ended before the relay had heard of the recipient."""
    journal = _AnswerJournal()
    stop = plain.deliver(session, [envelope], journal, lambda: True)
    if stop is not None and stop.kind is BreakKind.PAUSED:
        return Answer(Outcome.PAUSE, _words(stop), stop.temporary)
    if journal.answer is not None:
        return journal.answer
    if stop is not None and stop.unanswered:
        return Answer(Outcome.UNANSWERED, f"handed over, no answer: {_words(stop)}")
    return None


class _AnswerJournal:
    """The journal of one envelope, kept in memory: the outbox is what survives a crash."""

    def __init__(self) -> None:
        self.answer: Answer | None = None

    def handing_over(self, index: int) -> None:
        """Nothing to write down: a message without an answer is sent again (see `outbox.claim`)."""

    def answered(self, index: int, verdict: Verdict, reply: Reply) -> None:
        self.answer = Answer(verdict.outcome, str(reply) or str(verdict.reason or ""))

    def never_left(self, index: int) -> None:
        """Nothing to take back: the `Break` says that the relay or the sender is in trouble."""


def _words(stop: Break) -> str:
    return " ".join(str(part) for part in (stop.reason, stop.reply) if part)
