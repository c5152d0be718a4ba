"""The connection pool of one process: connections to relays are opened when needed and kept for the next use.

Several threads borrow them, each for one window of a mailing, or for one system message.
"""

import socket
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import structlog

from newsletter.core import clock
from newsletter.smtp.deliver import choose
from newsletter.smtp.dialogue import Break, Deliver
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.session import SmtpSession, open_session
from newsletter.smtp.url import Dialogue
from newsletter.transports.transport_config import TransportConfig

log = structlog.get_logger(__name__)

# Relays close what says nothing for some minutes: first we ask before we trust, then it is not worth asking.
PROBE_AFTER_SECONDS = 5.0
IDLE_LIMIT_SECONDS = 120.0
# Between one attempt and the next: a relay that is being restarted is back in a moment.
PAUSES_SECONDS = (0.5, 2.0)
# Losing connections this often within a minute is not bad luck any more.
MOST_LOSSES_PER_MINUTE = 20


class ConnectionPool:
    """Sessions of one process, by transport. `name`: how we call ourselves in EHLO.

    `pauses`: after how many seconds to try again where no session can be opened.
    """

    def __init__(self, name: str, pauses: Sequence[float] = PAUSES_SECONDS) -> None:
        self._name = name
        self._pauses = pauses
        self._lock = threading.Lock()
        self._idle: dict[str, list[tuple[SmtpSession, float]]] = defaultdict(list)
        self._open: set[SmtpSession] = set()
        self._opening: set[socket.socket] = set()
        self._losses: dict[str, list[float]] = defaultdict(list)
        self._plain_only: set[str] = set()  # replies of these have come apart from our commands before
        self._patience: float | None = None

    def borrow(self, transport: TransportConfig, *, once: bool = False) -> SmtpSession:
        """An open session for this thread alone; raises `SessionFailed` when there is none to be had.

        `once`: whether to try only once where none can be opened.
        """
        while (kept := self._take_idle(transport)) is not None:
            session, used_at = kept
            if session.relay == transport.relay and _usable(session, clock.monotonic() - used_at):
                return session
            self._end(session)
        session = self._connect(transport, () if once else self._pauses)
        with self._lock:
            self._open.add(session)
        if self._patience is not None:  # since it was opened: `hurry` has not seen it
            session.hurry(self._patience)
        return session

    def give_back(self, transport: TransportConfig, session: SmtpSession) -> None:
        """Return a session to the pool: it is kept for the next window if it can carry any more."""
        if session.closed or session.messages >= transport.limits.messages_per_connection:
            self._end(session)
            return
        with self._lock:
            self._idle[transport.key].append((session, clock.monotonic()))

    def dialogue(self, transport: TransportConfig, session: SmtpSession) -> Deliver:
        """The fastest client that this transport can be trusted with."""
        most = Dialogue.PLAIN if transport.key in self._plain_only else session.relay.dialogue
        return choose(session.capabilities, most)

    def use_plain_dialogue(self, transport: TransportConfig, stop: Break) -> None:
        """After a protocol error: one command, one reply, from now on."""
        self._plain_only.add(transport.key)
        log.warning("plain dialogue from now on", transport=transport.name, reply=str(stop.reply))

    def may_reconnect(self, transport: TransportConfig) -> bool:
        """Note a lost connection; whether to go on trying."""
        now = clock.monotonic()
        with self._lock:
            recent = [at for at in self._losses[transport.key] if now - at < 60] + [now]
            self._losses[transport.key] = recent
        return len(recent) <= MOST_LOSSES_PER_MINUTE

    def hurry(self, seconds: float) -> None:
        """Wait no longer than `seconds` for any reply from now on, and open nothing more.

        May be called from a signal handler.
        """
        self._patience = seconds
        for session in tuple(self._open):
            session.hurry(seconds)
        for handle in tuple(self._opening):
            _hang_up(handle)

    @property
    def ending(self) -> bool:
        """Whether the process was asked to end: what fails from now on is no trouble of a relay."""
        return self._patience is not None

    def close(self) -> None:
        """End every session politely. No thread may be using one."""
        for session in tuple(self._open):
            self._end(session)
        self._idle.clear()

    def _take_idle(self, transport: TransportConfig) -> tuple[SmtpSession, float] | None:
        with self._lock:
            kept = self._idle[transport.key]
            return kept.pop() if kept else None

    def _end(self, session: SmtpSession) -> None:
        with self._lock:
            self._open.discard(session)
        session.close()

    def _connect(self, transport: TransportConfig, pauses: Sequence[float]) -> SmtpSession:
        if transport.broken is not None:
            raise transport.broken
        for pause in pauses:
            try:
                return self._open_one(transport)
            except SessionFailed as error:
                if self.ending or not error.temporary:
                    raise
            clock.sleep(pause)
        return self._open_one(transport)

    def _open_one(self, transport: TransportConfig) -> SmtpSession:
        handles: list[socket.socket] = []
        try:
            return open_session(transport.relay, self._name, connected=partial(self._note, handles))
        finally:
            for handle in handles:
                self._opening.discard(handle)
                handle.close()

    def _note(self, handles: list[socket.socket], sock: socket.socket) -> None:
        """Have a handle of a connection that is being opened: the socket itself becomes another with TLS."""
        handles.append(sock.dup())
        self._opening.add(handles[0])
        if self.ending:
            _hang_up(handles[0])


def _usable(session: SmtpSession, silent_seconds: float) -> bool:
    if silent_seconds > IDLE_LIMIT_SECONDS:
        return False
    return silent_seconds < PROBE_AFTER_SECONDS or session.alive()


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
