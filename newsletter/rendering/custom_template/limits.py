"""What a process may use that renders a custom template: processor time, time, memory.

The kernel holds each of them, so they hold in the middle of a single expression, too. A little earlier the
template is stopped by an exception, which knows its line.
"""

import os
import resource
import signal
from pathlib import Path
from types import FrameType

TEMPLATE_SECONDS = 2.0  # of processor time for the template; then `TimeIsUp` is raised
CSS_SECONDS = 6.0  # of processor time for inlining its CSS; the same
KILLED_AFTER_CPU_SECONDS = 10  # for both
KILLED_AFTER_SECONDS = 20.0  # however busy the machine is
MEMORY = 200_000_000  # octets more than the process has already

_UNKNOWN_SIZE = 1_000_000_000  # octets in all, where there is no /proc


class TimeIsUp(BaseException):
    """Raised wherever the process is at that moment; no `except Exception` may swallow it."""


def limit_this_process() -> None:
    """Limit this process from now on. No file can be written and no dump is left when it is killed."""
    memory = _address_space() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (KILLED_AFTER_CPU_SECONDS, KILLED_AFTER_CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, KILLED_AFTER_SECONDS)
    signal.signal(signal.SIGPROF, _raise)


def raise_after(seconds: float) -> None:
    """Have `TimeIsUp` raised after so much processor time from now; 0 for never."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise TimeIsUp


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return _UNKNOWN_SIZE
    return pages * os.sysconf("SC_PAGE_SIZE")
