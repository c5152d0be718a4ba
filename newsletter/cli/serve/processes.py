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
from newsletter.core.forked import SIGNALS, ForkedProcess, ForkingParent
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


def import_application(application: str) -> None:
    """Import what each process needs, once, and keep the garbage collector away from it (`gc.freeze`)."""
    gc.disable()
    import_module(application.partition(":")[0])
    gc.collect()
    gc.freeze()
    gc.enable()


class Parent(ForkingParent):
    """Keeps processes running that share `listener`; an application that cannot be made ends it."""

    def __init__(self, application: str, listener: socket.socket, *, processes: int, threads: int) -> None:
        work = partial(serve, application, listener, threads)
        super().__init__(ForkedProcess("web", work) for _ in range(processes))
        self.application, self.listener = application, listener

    def run(self) -> int:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        import_application(self.application)
        return super().run()

    def stop(self) -> None:
        self.listener.close()
        super().stop()

    def has_ended(self, child: ForkedProcess, code: int) -> None:
        if code != CANNOT_START:
            super().has_ended(child, code)
            return
        child.ended(code, expected=True)
        self.exit_code = code
        self.stop()
