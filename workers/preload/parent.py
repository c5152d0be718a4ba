"""The process that starts the web server, if it has one, and the workers, and ends with them.

It imports what the web server needs, forks that, and imports Celery and what workers need when it answers.
"""

import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.cli.serve.processes import import_application, serve
from newsletter.core import clock
from newsletter.core.forked import SIGNALS, ForkedProcess, ForkingParent

if TYPE_CHECKING:
    from workers.preload.children import Workers

LONGEST_WAIT = 20.0  # seconds for the web server's first answer, after which the workers begin all the same


class Web:
    """The web server: `application` served on `listener` by `processes` with `threads` threads each.

    `answers`: a file that exists when it has answered.
    """

    def __init__(
        self, application: str, listener: socket.socket, answers: Path, *, processes: int, threads: int
    ) -> None:
        self.application, self.listener, self.answers = application, listener, answers
        self.processes, self.threads = processes, threads
        self.began = clock.monotonic()

    def may_be_followed(self) -> bool:
        """Whether the workers may begin."""
        return self.answers.exists() or clock.monotonic() - self.began > LONGEST_WAIT


class Parent(ForkingParent):
    """Starts processes, keeps them running, ends with them; first those of `web`, where there is one."""

    def __init__(self, web: Web | None = None) -> None:
        self.web = web
        self.workers: Workers | None = None
        super().__init__(ForkedProcess("web", self._serve_web) for _ in range(web.processes if web else 0))

    def run(self) -> int:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        if self.web is not None:
            import_application(self.web.application)
        return super().run()

    def look(self) -> None:
        if self.workers is None and (self.web is None or self.web.may_be_followed()):
            from workers.preload.children import Workers  # Celery and all that workers import: only now

            self.workers = Workers(self._close_listener)
            self.children += self.workers.children
        if self.workers is not None:
            self.workers.look()

    def stop(self) -> None:
        self._close_listener()
        super().stop()

    def _serve_web(self) -> int:
        """Be a process of the web server."""
        assert self.web is not None  # noqa: S101 - the only one that starts it
        if self.workers is not None:
            self.workers.mail.close()
        return serve(self.web.application, self.web.listener, self.web.threads)

    def _close_listener(self) -> None:
        if self.web is not None:
            self.web.listener.close()
