"""One run for each data directory, and a new one only when nothing of the last is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsletter.cli.run.config import leashed
from newsletter.cli.run.lock import DataLock
from newsletter.core.errors import Refused

HOLD = """
import sys, time
from pathlib import Path
from newsletter.cli.run.lock import DataLock
lock = DataLock(Path(sys.argv[1]))
lock.acquire(print)
print("held", flush=True)
time.sleep(600)
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_the_second_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    holder = hold(tmp_path)
    try:
        with pytest.raises(Refused, match=rf"in use by another run \(process {holder.pid}\).*DATA_DIR"):
            DataLock(tmp_path).acquire(print)
    finally:
        end(holder)


def test_a_killed_holder_leaves_it_free(tmp_path: Path) -> None:
    end(hold(tmp_path))
    DataLock(tmp_path).acquire(print, patience=5)
    assert (tmp_path / "run.lock").read_text() == f"{os.getpid()}\n"


def test_a_shorter_process_id_replaces_a_longer_one(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text("4194304000000000\n")
    DataLock(tmp_path).acquire(print)
    assert (tmp_path / "run.lock").read_text() == f"{os.getpid()}\n"


def test_a_new_run_waits_for_the_processes_of_one_that_was_killed(tmp_path: Path) -> None:
    lock = DataLock(tmp_path)
    sleeper = [*leashed("TERM", str(lock.children_path)), "sleep", "600"]
    child = subprocess.Popen(sleeper)
    try:
        wait_until_shared(lock)
        notices: list[str] = []
        with pytest.raises(Refused):
            lock.acquire(notices.append, patience=0.5)
        assert len(notices) == 1
        child.send_signal(signal.SIGKILL)
        child.wait()
        lock.acquire(notices.append, patience=5)
    finally:
        child.kill()
        child.wait()


def wait_until_shared(lock: DataLock) -> None:
    deadline = time.monotonic() + 20
    while lock.wait_for_children(patience=0):
        assert time.monotonic() < deadline
        time.sleep(0.02)
