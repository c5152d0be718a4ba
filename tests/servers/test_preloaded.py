"""What is forked for the tests ends with their process, even when that is killed."""

import os
import subprocess
import sys
import time
from multiprocessing.connection import Connection

from tests.preloaded import FORKED, end_with_the_tests
from tests.processes import wait_until
from tests.servers.processes import ROOT, state

USE_IT = """
import os, time
from tests.servers.test_preloaded import start_waiting
print(*start_waiting(), flush=True)
time.sleep(600)
"""


def start_waiting() -> tuple[int, ...]:
    """Fork one that waits; the process ids of it and of the server that forked it."""
    FORKED.set_forkserver_preload([])
    reader, writer = FORKED.Pipe(duplex=False)
    FORKED.Process(target=_wait, args=(writer,), daemon=True).start()
    own: int = reader.recv()
    parent: int = reader.recv()
    return own, parent


def _wait(writer: Connection) -> None:
    end_with_the_tests()
    writer.send(os.getpid())
    writer.send(os.getppid())
    time.sleep(600)


def test_neither_it_nor_its_server_outlives_a_killed_process() -> None:
    user = subprocess.Popen([sys.executable, "-c", USE_IT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    with user.stdout:
        forked, server = map(int, user.stdout.readline().split())
    assert "X" not in {state(forked), state(server)}
    user.kill()
    user.wait(timeout=10)
    wait_until(lambda: {state(forked), state(server)} <= {"X", "Z"}, patience=30)
