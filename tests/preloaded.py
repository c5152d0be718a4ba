"""Programs that start at once: forked from a process of the tests that has imported what they all need.

What a program does is what its command line does; only its imports are there already. A command whose own
start is the subject of a test is started as anybody starts it (`tests/cli/run`).
"""

import atexit
import ctypes
import gc
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from importlib.metadata import entry_points
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.servers.processes import ROOT

PR_SET_PDEATHSIG = 1  # prctl(2)
# None of them reads settings when it is imported; `workers.app` does, and is imported by each worker.
IMPORTED = [
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.concurrency.solo",
    "newsletter.app",
    "newsletter.cli.serve.processes",
    *(f"newsletter.cli.{name}" for name in ("db", "demo", "issue", "mailing", "media", "publication")),
    *(f"newsletter.cli.{name}" for name in ("subscribers", "user")),
    "tests.faults.drainer",
    "pytest",  # what a child is told about its parent's `__main__` has it imported
    "workers.schedule",
]
# There is one such server for each process of the tests.
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(IMPORTED)


def start(
    command: str, environment: dict[str, str], out: Path, errors: Path | None = None
) -> ForkServerProcess:
    """Start a line of a Procfile in a session of its own; it ends with the process that calls this.

    What it prints is added to the file `out`, its errors to `errors` if that is another one.
    """
    words = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s\\0' {command}"], env=environment, capture_output=True, check=True
    )
    arguments = words.stdout.decode().split("\0")[:-1]
    started = FORKED.Process(target=_become, args=(arguments, environment, out, errors or out))
    started.start()
    return started


def end_with_the_tests() -> None:
    """End this forked process when the process of the tests ends, however that happens.

    The kernel kills it with the server that forked it. That one ends when nobody holds the other end of its
    pipe any more, which multiprocessing hands to each forked process, too.
    """
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(1)
    server: Any = forkserver._forkserver
    if server._forkserver_alive_fd is not None:
        os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = None


def _become(arguments: list[str], environment: dict[str, str], out: Path, errors: Path) -> None:
    left_out = set(IMPORTED) - sys.modules.keys()
    assert not left_out, f"multiprocessing could not import {left_out}"
    end_with_the_tests()
    gc.freeze()  # Celery collects garbage before it forks, which would copy all that was imported
    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for number, file in enumerate((Path(os.devnull), out, errors)):
        opened = os.open(file, flags if number else os.O_RDONLY, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdout.reconfigure(line_buffering=True, encoding="utf-8")  # type: ignore[union-attr]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - until the process ends
    try:
        _run(arguments)
    finally:
        atexit._run_exitfuncs()  # multiprocessing ends its processes without


def _run(arguments: list[str]) -> None:
    """`python -m MODULE …`, or the console script of a package."""
    if arguments[:2] == ["python", "-m"]:
        sys.argv = arguments[2:]
        runpy.run_module(arguments[2], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        (script,) = entry_points(group="console_scripts", name=arguments[0])
        sys.exit(script.load()())
