"""Put one message at a time to the relay, over a connection that stays open between messages."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.core import clock
from newsletter.smtp import plain
from newsletter.smtp.dialogue import Break, BreakKind, Envelope
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SessionFailed, SmtpSession
from newsletter.smtp.verdict import Outcome, Verdict

# Relays hang up after some minutes of silence; a connection this old is not worth asking.
IDLE_LIMIT = 120.0  # seconds
PROBE_AFTER = 5.0  # seconds of silence after which NOOP asks whether the relay is still there
MOST_MESSAGES = 100  # for each connection, a number that every relay accepts
REST = 30.0  # seconds without a try after a session could not be opened


@dataclass(frozen=True)
class Answer:
    """What became of one message. `words`: what the relay said, or what we saw.

    PAUSE means that the relay or the sender is in trouble, which says nothing about the recipient; then
    `temporary` says whether it may pass by itself. UNANSWERED: it may or may not have been accepted.
    """

    outcome: Outcome
    words: str
    temporary: bool = True


class Connection:
    """The one connection of a process. `open_session` opens a session or raises `SessionFailed`."""

    def __init__(self, open_session: Callable[[], SmtpSession]) -> None:
        self._open_session = open_session
        self._session: SmtpSession | None = None
        self._used_at = 0.0
        self._rest_until = 0.0
        self._lock = threading.Lock()

    @property
    def rests(self) -> bool:
        """Whether a session could not be opened a moment ago, so that trying again would only cost time."""
        return clock.monotonic() < self._rest_until

    def send(self, envelope: Envelope) -> Answer:
        """Hand `envelope` to the relay and wait for its answer. Raises `SessionFailed`."""
        with self._lock:
            session, kept = self._ready()
            answer = self._deliver(session, envelope)
            if answer is None and kept:  # the relay had given up the kept connection: that is no trouble yet
                session, _ = self._ready()
                answer = self._deliver(session, envelope)
            self._used_at = clock.monotonic()
            return answer or Answer(Outcome.PAUSE, "the relay ended the connection before it took a message")

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        with self._lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    def _ready(self) -> tuple[SmtpSession, bool]:
        """A session, and whether it was kept from an earlier message."""
        if self._session is not None and self._usable(self._session):
            return self._session, True
        if self._session is not None:
            self._session.close()
            self._session = None
        try:
            self._session = self._open_session()
        except SessionFailed:
            self._rest_until = clock.monotonic() + REST
            raise
        self._rest_until = 0.0
        return self._session, False

    def _usable(self, session: SmtpSession) -> bool:
        silence = clock.monotonic() - self._used_at
        if session.closed or session.messages >= MOST_MESSAGES or silence > IDLE_LIMIT:
            return False
        return silence < PROBE_AFTER or session.alive()

    @staticmethod
    def _deliver(session: SmtpSession, envelope: Envelope) -> Answer | None:
        """The answer; None when the connection ended before the relay had heard of the recipient."""
        note = _Note()
        stop = plain.deliver(session, [envelope], note, lambda: True)
        if stop is not None and stop.kind is BreakKind.PAUSED:
            return Answer(Outcome.PAUSE, _words(stop), stop.temporary)
        if note.answer is not None:
            return note.answer
        if stop is not None and stop.unanswered:
            return Answer(Outcome.UNANSWERED, f"handed over, no answer: {_words(stop)}")
        return None


class _Note:
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
