"""The processes of the web server: forked from one that has imported the application."""

import errno
import gc
import signal
import socket
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from newsletter.cli.serve.server import Server, quiet_logs
from newsletter.core import clock
from newsletter.core.forked import SIGNALS, ForkedProcess
from newsletter.core.logs import Logger

log = Logger(__name__)

BIND_SECONDS = 5.0  # in which an earlier server may still let go of the port
CANNOT_START = 3  # exit code of a process whose application cannot be made


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises `OSError`."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deadline = clock.monotonic() + BIND_SECONDS
    while True:
        try:
            listener.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or clock.monotonic() > deadline:
                raise
            clock.sleep(0.1)
        else:
            listener.listen()
            listener.setblocking(False)
            return listener


def load_application(name: str) -> Callable[..., Any]:
    """The WSGI application `module:name`, or what `module:function()` makes."""
    module, _, attribute = name.partition(":")
    found = getattr(import_module(module), attribute.removesuffix("()"))
    made: Callable[..., Any] = found() if attribute.endswith("()") else found
    return made


def serve(application: str, listener: socket.socket, threads: int) -> int:
    """Serve in this process until a TERM; the exit code."""
    gc.disable()  # looking for garbage takes a sixth of the time of loading, and finds none
    try:
        loaded = load_application(application)
    except Exception:
        log.exception("the web server cannot start")
        return CANNOT_START
    quiet_logs()
    # What was made until now lives as long as the process: the garbage collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.enable()
    server = Server(loaded, listener, threads)
    for ends in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ends, lambda *_: server.stop())
    server.run()
    return 0


class Parent:
    """Keeps `processes` processes running that share `listener`, and ends with them."""

    def __init__(self, application: str, listener: socket.socket, *, processes: int, threads: int) -> None:
        work = partial(serve, application, listener, threads)
        self.application, self.listener = application, listener
        self.children = [ForkedProcess("web", work) for _ in range(processes)]
        self.stopping = False
        self.exit_code = 0

    def run(self) -> int:
        """Until a TERM and until every process has ended; the exit code."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        gc.disable()
        import_module(self.application.partition(":")[0])
        gc.collect()
        gc.freeze()
        gc.enable()
        while not self.stopping or any(child.pid for child in self.children):
            for child in self.children:
                if child.may_start and not self.stopping:
                    child.start()
            heard = signal.sigtimedwait(SIGNALS, 0.5)
            if heard is not None and heard.si_signo != signal.SIGCHLD:
                self._stop()
            self._collect()
        return self.exit_code

    def _collect(self) -> None:
        for child in self.children:
            code = child.collect()
            if code is None:
                continue
            how = child.ended(code, expected=self.stopping)
            if code == CANNOT_START:
                self.exit_code = code
                self._stop()
            elif not self.stopping:
                log.warning("a process of the web server ended; it is started again", how=how)

    def _stop(self) -> None:
        if not self.stopping:
            self.stopping = True
            self.listener.close()
            for child in self.children:
                child.ask_to_end()
