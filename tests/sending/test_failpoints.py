"""Failpoints: off unless armed, refused unless known, and due exactly once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from newsletter.core.errors import Refused
from newsletter.sending import failpoints


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


@pytest.mark.parametrize(
    "text",
    ["nowhere=kill", "turn.committing", "turn.committing=explode", "turn.committing=kill@soon", "=kill"],
)
def test_what_is_no_failpoint_is_refused_and_nothing_is_armed(text: str) -> None:
    failpoints.arm("transmit.begin=error")
    with pytest.raises(Refused, match="is no failpoint"):
        failpoints.arm(f"transmit.noted=error,{text}")
    assert set(failpoints.armed) == {"transmit.begin"}


def test_it_is_due_at_its_time_and_not_again() -> None:
    failpoints.arm("transmit.begin=error@2, transmit.noted=error")
    failpoints.reach("transmit.begin")
    failpoints.reach("transmit.answered")
    with pytest.raises(OSError, match=r"the failpoint transmit\.begin"):
        failpoints.reach("transmit.begin")
    failpoints.reach("transmit.begin")
    with pytest.raises(OSError, match=r"transmit\.noted"):
        failpoints.reach("transmit.noted")


def test_arming_anew_counts_anew_and_empty_disarms() -> None:
    failpoints.arm("transmit.begin=error@2")
    failpoints.reach("transmit.begin")
    failpoints.arm("transmit.begin=error@2")
    failpoints.reach("transmit.begin")
    failpoints.arm("")
    assert not failpoints.armed
    failpoints.reach("transmit.begin")


@pytest.mark.parametrize(("action", "number"), [("kill", signal.SIGKILL), ("stop", signal.SIGSTOP)])
def test_a_process_dies_or_stands_still_there(action: str, number: signal.Signals) -> None:
    code = (
        "from newsletter.sending import failpoints\n"
        f"failpoints.arm('transmit.begin={action}')\n"
        "failpoints.reach('transmit.begin')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    if action == "stop":
        assert os.WIFSTOPPED(status)
        assert os.WSTOPSIG(status) == number
        process.kill()
        os.waitpid(process.pid, 0)
    else:
        assert os.WTERMSIG(status) == number
    process.returncode = -number  # it was waited for here


@pytest.mark.parametrize(("action", "number"), [("kill", signal.SIGKILL), ("stop", signal.SIGSTOP)])
def test_its_signal_is_for_this_process_alone_and_sent_once(action: str, number: signal.Signals) -> None:
    sent: list[tuple[int, signal.Signals]] = []
    failpoints.arm(f"transmit.begin={action}@2")
    for _ in range(3):
        failpoints.reach("transmit.begin", lambda process, what: sent.append((process, what)))
    assert sent == [(os.getpid(), number)]
