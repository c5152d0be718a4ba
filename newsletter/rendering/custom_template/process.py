"""Ask the process that renders custom templates, and start it when there is none.

Each process of ours has one of its own, which it starts with its first custom template; it serves several
threads at once. It is a fresh Python, not a fork: no secret, connection or lock of ours is in it, and
daemonic workers of Celery may start it, too. What it forks for a template is killed by the kernel (see
`limits`).
"""

import atexit
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from threading import Lock
from typing import NamedTuple

from newsletter.core.errors import Refused, Retryable
from newsletter.core.paths import PACKAGE
from newsletter.rendering.custom_template.limits import KILLED_AFTER_SECONDS
from newsletter.rendering.custom_template.request import Answer, Reply, Request

_MODULE = "newsletter.rendering.custom_template.child"
_START_SECONDS = 30.0  # a slow disk reads a lot of modules
_ATTEMPTS = 2  # the process may end, being idle, while it is asked


class _Child(NamedTuple):
    """The process, the socket that it reads, and the process of ours that started it."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    owner: int


_lock = Lock()
_children: list[_Child] = []  # none or one


def ask(request: Request) -> Answer:
    """What the process makes of `request`, within seconds whatever the template does.

    Raises `Refused` for a template, or an issue, that cannot be rendered, `Retryable` where the machine has
    no room for the process.
    """
    octets = request.to_json()
    for _ in range(_ATTEMPTS):
        reply = _exchange(octets)
        if reply is not None:
            break
    else:
        raise Retryable("template_process", "The template cannot be rendered at the moment. Try again.")
    if not reply:
        sentence = "The template needs too much time or memory and was stopped."
        raise Refused("bad_template", sentence, {"text": sentence})
    result = Reply.from_json(reply)
    if result.problem is not None:
        raise Refused(result.problem.code, result.problem.message, result.problem.fields)
    if result.answer is None:
        message = "the process that renders templates answered nothing"
        raise ValueError(message)
    return result.answer


def _exchange(octets: bytes) -> bytes | None:
    """The reply; empty when the template was killed, None when the process did not take the request."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        try:
            child = _child()
        except OSError:  # no memory for it, or too many processes
            return None
        if not _taken(child, ours, theirs):
            _give_up(child)
            return None
        try:
            ours.settimeout(KILLED_AFTER_SECONDS + 4)
            ours.sendall(octets)
            ours.shutdown(socket.SHUT_WR)
            with ours.makefile("rb") as file:
                return file.read()
        except OSError:  # killed while it read, or stuck
            return b""


def _taken(child: _Child, ours: socket.socket, theirs: socket.socket) -> bool:
    """Whether the process took the other end of our socket; a new one answers when it has started."""
    try:
        socket.send_fds(child.control, [b"."], [theirs.fileno()])
        theirs.close()
        ours.settimeout(_START_SECONDS)
        return bool(ours.recv(1))
    except OSError:
        return False


def _child() -> _Child:
    """The process that is running; a new one where there is none, or it is not of our own."""
    with _lock:
        if _children and _children[0].owner != os.getpid():
            _children.clear()
        if not _children:
            _children.append(_start())
        return _children[0]


def _start() -> _Child:
    """A new process. Raises OSError where there is no room for one."""
    with ExitStack() as until_started:
        ours, theirs = map(until_started.enter_context, socket.socketpair())
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", _MODULE],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for us; it ends when we do
        )
        theirs.close()
        until_started.pop_all()
    return _Child(process, ours, os.getpid())


def _environment() -> dict[str, str]:
    """Nothing of ours: our environment has secrets. Sets have one order, so that a message is made again."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"PYTHONPATH": str(PACKAGE.parent), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}


def _give_up(child: _Child) -> None:
    """Forget a process that does not answer, and end it."""
    with _lock:
        if child in _children:
            _children.remove(child)
            _end(child)


def _end(child: _Child) -> None:
    child.control.close()
    if child.owner == os.getpid():
        child.process.kill()
        child.process.wait()


@atexit.register
def end_process() -> None:
    """End the process, if one is running; the next custom template starts another."""
    with _lock:
        while _children:
            _end(_children.pop())
