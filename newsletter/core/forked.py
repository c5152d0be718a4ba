"""Processes forked from one that has imported everything: started, started again, ended with their parent."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable

from newsletter.core import clock
from newsletter.core.logs import Logger

log = Logger(__name__)

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # prctl(2)
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before one that died is started again
LIVED_SECONDS = 10.0  # who lived as long did not die of its start
LOOK_SECONDS = 0.5  # between two looks at what is to be started
SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}  # the parent waits for them; they are blocked there


class ForkedProcess:
    """A process as its parent sees it, which has blocked `SIGNALS`.

    `name`: for `ps -o comm` and `top`. `serve`: what it does; it ends the process when it returns.
    `on_demand`: it ends by itself, with code 0, when there is nothing more to do.
    """

    on_demand = False

    def __init__(self, name: str, serve: Callable[[], int]) -> None:
        self.name, self.serve = name, serve
        self.pid: int | None = None
        self.began = 0.0
        self.pause = 0.0  # seconds; not 0 after it died
        self.earliest = 0.0

    @property
    def may_start(self) -> bool:
        return self.pid is None and clock.monotonic() >= self.earliest

    @property
    def is_wanted(self) -> bool:
        """Whether there is something to do for it."""
        return True

    def start(self) -> None:
        """Fork it. In the child this does not return."""
        self.began = clock.monotonic()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _end_with(parent, self.name)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            sys.exit(self.serve())

    def ended(self, code: int, *, expected: bool) -> str:
        """Note that it ended with `code` (that of `os.waitstatus_to_exitcode`); how, in words.

        Unless that was `expected` it may start again after a pause, longer each time it dies early.
        """
        self.pid = None
        early = clock.monotonic() - self.began < LIVED_SECONDS
        self.pause = min(self.pause * 2, LONGEST_PAUSE) if early and self.pause else SHORTEST_PAUSE
        if expected:
            self.pause = 0.0
        self.earliest = clock.monotonic() + self.pause
        return signal.Signals(-code).name if code < 0 else f"code {code}"

    def collect(self) -> int | None:
        """Its exit code, when it has ended since it was last asked."""
        if self.pid is None:
            return None
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def ask_to_end(self) -> None:
        """Send it a TERM."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)


class ForkingParent:
    """Keeps processes running until a TERM, and ends with them. It serves nothing itself."""

    def __init__(self, children: Iterable[ForkedProcess]) -> None:
        self.children = list(children)
        self.stopping = False
        self.exit_code = 0

    def run(self) -> int:
        """Until a TERM and until every process has ended; the exit code."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        while not self.stopping or any(child.pid for child in self.children):
            if not self.stopping:
                self.look()
                for child in self.children:
                    if child.may_start and child.is_wanted:
                        child.start()
            heard = signal.sigtimedwait(SIGNALS, LOOK_SECONDS)
            if heard is not None and heard.si_signo != signal.SIGCHLD:
                self.stop()
            for child in self.children:
                code = child.collect()
                if code is not None:
                    self.has_ended(child, code)
        return self.exit_code

    def look(self) -> None:
        """Called before processes are started, every `LOOK_SECONDS`."""

    def stop(self) -> None:
        """Ask all of them to end, once."""
        if not self.stopping:
            self.stopping = True
            for child in self.children:
                child.ask_to_end()

    def has_ended(self, child: ForkedProcess, code: int) -> None:
        """A process ended with `code`; see `ForkedProcess.ended`."""
        expected = self.stopping or (code == 0 and child.on_demand)
        how = child.ended(code, expected=expected)
        if not expected:
            log.warning("a process ended; it is started again", name=child.name, how=how)


def _end_with(parent: int, name: str) -> None:
    """Be asked to end when the process `parent` is gone (Linux)."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)
