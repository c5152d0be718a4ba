"""The connections of one process to the relay: opened when needed, kept between windows and mailings."""

from collections.abc import Iterable

import structlog

from newsletter.core import clock
from newsletter.smtp.deliver import choose
from newsletter.smtp.dialogue import Break, Envelope, Journal, MayStart
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.session import Session, open_session
from newsletter.smtp.url import Dialogue, Relay

log = structlog.get_logger(__name__)

# Relays close what says nothing for some minutes; after this long we ask before we trust.
IDLE_SECONDS = 20
MESSAGES_PER_CONNECTION = 1000
# One attempt at once, then after a pause: a relay that is being restarted is back in a moment.
PAUSES_SECONDS = (0.0, 0.5, 2.0)
# Losing the connection this often within a minute is not bad luck any more.
MOST_LOSSES_PER_MINUTE = 20


class Relays:
    """Sessions for one process with the relay in use, one at a time."""

    def __init__(self, relay: Relay, name: str) -> None:
        self._relay: Relay | SessionFailed = relay
        self._name = name
        self._session: Session | None = None
        self._used_at = 0.0
        self._losses: list[float] = []
        self._plainly = False  # its replies have come apart from our commands before

    def use(self, relay: Relay | SessionFailed) -> None:
        """From now on send by `relay`, or fail with the reason why there is none; a kept session ends."""
        if relay != self._relay:
            self.close()
            self._relay, self._plainly = relay, False

    def deliver(
        self, session: Session, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
    ) -> Break | None:
        """Send by `session`; see `smtp.dialogue.Deliver`. After a surprise the plain dialogue is used."""
        most = Dialogue.PLAIN if self._plainly else session.relay.dialogue
        stop = choose(session.capabilities, most)(session, envelopes, journal, may_start)
        if stop is not None and stop.surprised:
            self._plainly = True
            log.warning("the relay is spoken to plainly from now on", reply=str(stop.reply))
        return stop

    def session(self) -> Session:
        """An open session; raises `SessionFailed` when there is none to be had."""
        kept = self._session
        if kept is not None and self._usable(kept):
            self._used_at = clock.monotonic()
            return kept
        self.close()
        self._session = self._open()
        self._used_at = clock.monotonic()
        return self._session

    def may_reconnect(self) -> bool:
        """Note a lost connection; whether to go on trying."""
        now = clock.monotonic()
        self._losses = [at for at in self._losses if now - at < 60] + [now]
        return len(self._losses) <= MOST_LOSSES_PER_MINUTE

    def hurry(self, seconds: float) -> None:
        """Wait no longer than `seconds` for any reply from now on; may be called from a signal handler."""
        if self._session is not None:
            self._session.hurry(seconds)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _usable(self, session: Session) -> bool:
        if session.wire.closed or session.messages >= MESSAGES_PER_CONNECTION:
            return False
        return clock.monotonic() - self._used_at < IDLE_SECONDS or session.alive()

    def _open(self) -> Session:
        if isinstance(self._relay, SessionFailed):
            raise self._relay
        for last, pause in ((n == len(PAUSES_SECONDS) - 1, p) for n, p in enumerate(PAUSES_SECONDS)):
            clock.sleep(pause)
            try:
                return open_session(self._relay, self._name)
            except SessionFailed as error:
                if last or not error.temporary:
                    raise
        raise AssertionError
