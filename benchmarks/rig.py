"""What benchmarks share: a stopwatch, the sink and the slow line as processes, Postfix's sender.

Measures nothing by itself; `make bench` runs it like the others, to no effect.
"""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.servers.postfix import postfix_program
from tests.servers.processes import ROOT
from tests.servers.sink_process import SinkProcess

SIZE = 20_000  # octets of a message
SESSIONS = 4  # connections of the reference, `smtp-source -d -s 4`


@contextmanager
def sink_process(*options: str) -> Iterator[SinkProcess]:
    """The recording sink as a process of its own, `options` as on its command line; its file is temporary."""
    temporary = tempfile.TemporaryDirectory(prefix="newsletter-bench-")
    with temporary as folder, SinkProcess(Path(folder) / "records", *options) as sink:
        yield sink


@contextmanager
def slow_line(port: int, delay: float) -> Iterator[int]:
    """A port that leads to `port`, `delay` seconds away in each direction; a process of its own, too."""
    command = [sys.executable, "-m", "tests.servers.proxy", str(port), str(delay)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def processor_seconds(pid: int) -> float:
    """What this process took of a processor so far; 0 where the system does not tell."""
    told = Path(f"/proc/{pid}/stat")
    if not told.exists():
        return 0.0
    user, system = told.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def smtp_source(port: int, messages: int, *, size: int = SIZE, sessions: int = SESSIONS) -> float:
    """Messages per second that Postfix's smtp-source sends. `LookupError` says why it cannot be had."""
    program, libraries = postfix_program("smtp-source")
    load = ["-s", str(sessions), "-m", str(messages), "-l", str(size)]
    began = perf_counter()
    subprocess.run(
        [program, "-d", *load, f"127.0.0.1:{port}"],
        env={**os.environ, "LD_LIBRARY_PATH": libraries},
        check=True,
    )
    return messages / (perf_counter() - began)


def machine() -> str:
    """What the figures were taken on."""
    cores = f"{os.cpu_count()} cores" if os.cpu_count() != 1 else "1 core"
    return f"{_processor()}, {cores}, Python {platform.python_version()}"


def judged(figure: float, target: float) -> str:
    """Whether `figure` is at least `target`, as the benchmarks say it."""
    return "met" if figure >= target else "MISSED"


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    for line in told.read_text().splitlines() if told.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def milliseconds(what: Callable[[], object]) -> float:
    """How long `what` takes, once."""
    start = perf_counter()
    what()
    return (perf_counter() - start) * 1_000
