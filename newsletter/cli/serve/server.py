"""The web server of one process: an event loop that takes in requests, and threads that answer them."""

import logging
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.wasyncore import dispatcher

from newsletter.cli.serve.connection import Connection, Discarding
from newsletter.cli.serve.deadlines import Deadlines
from newsletter.core import clock
from newsletter.core.logs import Logger
from newsletter.web.body_limits import LARGEST_UPLOAD

log = Logger(__name__)

MOST_CONNECTIONS = 2000
OTHER_FILES = 200  # descriptors for what is no connection
LARGEST_HEAD = 32_768  # octets
IN_MEMORY = 65_536  # octets of a body; a larger one is kept in a temporary file
ROOM = 4 * LARGEST_UPLOAD  # octets of large bodies that may arrive at the same time
LOOK_SECONDS = 1  # between two looks for connections that are late


class Server(TcpWSGIServer):
    """Serves `application` on a socket that listens, which other processes may share."""

    channel_class = Connection

    def __init__(
        self,
        application: Callable[..., Any],
        listener: socket.socket,
        threads: int,
        deadlines: Deadlines | None = None,
    ) -> None:
        self.deadlines = deadlines or Deadlines()
        self.stopping_since: float | None = None
        self.loop_map: dict[int, Any] = {}  # what the event loop looks after, by file descriptor
        self.discarding: set[Discarding] = set()
        threaded = ThreadedTaskDispatcher()
        threaded.set_thread_count(threads)
        super().__init__(
            application,
            self.loop_map,
            dispatcher=threaded,
            _sock=listener,
            adj=Adjustments(
                connection_limit=_most_connections(),
                max_request_header_size=LARGEST_HEAD,
                max_request_body_size=LARGEST_UPLOAD + 1,
                inbuf_overflow=IN_MEMORY,
                recv_bytes=IN_MEMORY,
                cleanup_interval=LOOK_SECONDS,
                # The application counts the proxies before it (TRUSTED_PROXIES), and believes no others.
                clear_untrusted_proxy_headers=False,
                ident=None,
            ),
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        )

    def run(self) -> None:
        """Until `stop`, and then until the requests under way are answered."""
        while self.stopping_since is None:
            self._look(LOOK_SECONDS)
        self._stop_listening()
        while self.active_channels and clock.monotonic() < self.stopping_since + self.deadlines.finishing:
            self._look(0.1)
            self.maintenance(0)
        left = len(self.active_channels)
        if left:
            log.warning("the web server ends before all requests are answered", left=left)
        for connection in list(self.active_channels.values()):
            connection.give_up()
        for discarding in list(self.discarding):
            discarding.handle_close()
        self.task_dispatcher.shutdown(timeout=0 if left else 1)
        self.trigger.close()

    def maintenance(self, now: float) -> None:
        """Close the connections of clients that had their time. waitress calls this between requests."""
        now = clock.monotonic()
        stopping = (
            self.stopping_since is not None and now >= self.stopping_since + self.deadlines.last_request
        )
        for connection in list(self.active_channels.values()):
            if connection.is_late(now) or (stopping and connection.is_idle()):
                connection.give_up()
        for discarding in [each for each in self.discarding if each.is_late(now)]:
            discarding.handle_close()

    def has_room(self, octets: int) -> bool:
        """Whether a large body may be taken in, beside those that are arriving or being answered."""
        requests = [
            request
            for connection in self.active_channels.values()
            for request in (connection.request, *connection.requests)
            if request is not None
        ]
        return sum(request.reserved for request in requests) + octets <= ROOM

    def _look(self, seconds: float) -> None:
        self.asyncore.loop(timeout=seconds, map=self.loop_map, use_poll=True, count=1)

    def stop(self) -> None:
        """Take in no new connections, and end; for other threads and signal handlers."""
        if self.stopping_since is None:
            self.stopping_since = clock.monotonic()
            with suppress(OSError):  # it saw that by itself meanwhile, and is over
                self.pull_trigger()

    def _stop_listening(self) -> None:
        """Take in the connections that are made already, then refuse others."""
        before = -1
        while before < len(self.active_channels):
            before = len(self.active_channels)
            self.handle_accept()
        dispatcher.close(self)


def quiet_logs() -> None:
    """Leave out what waitress says about busy threads, and about the paths of clients that went away."""
    logging.getLogger("waitress").setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def _most_connections() -> int:
    """As many as there are descriptors for; raises the limit of this process if it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(100, min(soft - OTHER_FILES, MOST_CONNECTIONS))
