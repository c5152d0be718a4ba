"""A leashed program ends with its parent, however that one ended."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsletter.cli.run import end_with_parent

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-I", "-S", sys.argv[1], sys.argv[2], "-", "sleep", "600"])
print(child.pid, flush=True)
time.sleep(600)
"""


def state(pid: int) -> str:
    """The name of the process, or nothing when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if "State:\tZ" in status else status.split()[1]


def wait_for(pid: int, name: str) -> None:
    deadline = time.monotonic() + 30
    while state(pid) != name:
        assert time.monotonic() < deadline, f"{state(pid)!r} is not {name!r}"
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can send a signal when a parent dies")
@pytest.mark.parametrize("how", ["TERM", "KILL"])
def test_it_ends_when_its_parent_is_killed(how: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, end_with_parent.__file__, how], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    wait_for(child, "sleep")
    parent.kill()
    parent.communicate()
    wait_for(child, "")


def test_it_hands_on_arguments_and_exit_code() -> None:
    program = [sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(7)", "a b", "%s", "é", ""]
    done = subprocess.run(
        [sys.executable, "-I", "-S", end_with_parent.__file__, "TERM", "-", *program],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (7, "['a b', '%s', 'é', '']\n")
