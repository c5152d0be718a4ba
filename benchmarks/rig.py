"""What the benchmarks of the sending share: the sink and the slow line as processes, and Postfix's sender.

Measures nothing by itself; `make bench` runs it like the others, to no effect.
"""

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.servers.postfix import postfix_program
from tests.servers.processes import ROOT

SIZE = 20_000  # octets of a message
SESSIONS = 4  # connections of the reference, `smtp-source -d -s 4`


@dataclass(frozen=True)
class SinkProcess:
    """A running `python -m newsletter.smtp.sink`. `record`: its file, for `read_records`."""

    port: int
    record: Path
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """The `SMTP_URL` that leads here; `&dialogue=chunking` and the like may be added."""
        return smtp_url(self.port)

    def counts(self) -> dict[str, int]:
        """Connections, messages and octets so far, as `sink.records.Counts` names them."""
        self.process.send_signal(signal.SIGUSR1)
        assert self.process.stdout is not None
        counts: dict[str, int] = json.loads(self.process.stdout.readline())
        return counts

    def busy(self) -> float:
        """Seconds of processor time that it took so far; 0 where the system does not tell."""
        told = Path(f"/proc/{self.process.pid}/stat")
        if not told.exists():
            return 0.0
        user, system = told.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def smtp_url(port: int) -> str:
    """The `SMTP_URL` of a server without TLS on this machine."""
    return f"smtp://127.0.0.1:{port}?starttls=never"


@contextmanager
def sink_process(*options: str) -> Iterator[SinkProcess]:
    """The recording sink as a process of its own, `options` as on its command line; its file is temporary."""
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        record = Path(folder) / "records"
        with _process("newsletter.smtp.sink", "--record", str(record), *options) as process:
            yield SinkProcess(int(_said(process).split()[1]), record, process)


@contextmanager
def slow_line(port: int, delay: float) -> Iterator[int]:
    """A port that leads to `port`, `delay` seconds away in each direction; a process of its own, too."""
    with _process("tests.servers.proxy", str(port), str(delay)) as process:
        yield int(_said(process))


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


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", module, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"{process.args!r} did not start"
    return line
