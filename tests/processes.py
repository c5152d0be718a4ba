"""One whole installation for the tests: the processes of the Procfile, started, watched, killed and ended.

Each process is started by its line of the `Procfile`, in a session of its own, and ends when the test
process dies. Whatever runs for an installation is in one of its sessions, so that pool children and orphans
are found, too (through /proc: Linux only).
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from newsletter.settings import Settings, load_settings
from tests.preloaded import start
from tests.servers.processes import ROOT, free_port, read_tail, state

PATIENCE = 180.0  # seconds; everything starts at once, also where the cores are few and busy
POLL = 0.05
LAST_WORDS = 30.0  # seconds that processes may take to end in order before they are killed
BIN = Path(sys.executable).parent
GONE = {"Z", "X"}  # states of a process that has ended
QUEUES = ("worker", "imports", "bulk", "periodic")
# What `newsletter run` starts in place of the Procfile's workers, and when SMTP_URL is unset.
PRELOADED = "python -m workers.preload"
MAILBOX = 'python -m newsletter.smtp.mailbox --dir "$DATA_DIR/mailbox" --port "$MAILBOX_PORT"'
# What each says in its log once it is ready; a worker: "celery@… ready."
READY = {"mailbox": "The mailbox listens on", "beat": "beat: Starting", "workers": "periodic@"}


class Process(NamedTuple):
    """A running process. `role`: its name in the Procfile, with `/child` for what that process forked."""

    pid: int
    role: str


class Ran(NamedTuple):
    """What a command did."""

    exit: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """What it printed for programs; fails with what it said otherwise."""
        assert self.stdout.startswith("{"), self
        return json.loads(self.stdout)


class Installation:
    """Everything that one installation consists of, below `data_dir` and on ports of its own.

    database_url: a PostgreSQL database of its own; left out, the SQLite file in the data directory.
    redis_url:    a Valkey of its own (`tests.servers.ValkeyServer(...).url`).
    smtp_url:     where messages go; left out, to the embedded mailbox (start it: `start("mailbox")`).
    variables:    further environment variables, such as PUBLIC_URL or BULK_PROCESSES.

    As a context manager it is stopped at the end; nothing it started is left, however the block ends.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        redis_url: str,
        database_url: str | None = None,
        smtp_url: str | None = None,
        **variables: str,
    ) -> None:
        self.data_dir = data_dir
        self.logs = data_dir / "log"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.environment = _environment(
            {
                "DATA_DIR": str(data_dir),
                "DATABASE_URL": database_url or "",
                "REDIS_URL": redis_url,
                "SMTP_URL": smtp_url or "",
                "PORT": str(self.port),
                "MAILBOX_PORT": str(free_port()),
                "MAIL_PORT": "0",
                "BULK_PROCESSES": "2",
                "WEB_THREADS": "4",
                **variables,
            }
        )
        self._started: dict[str, ForkServerProcess] = {}
        self._sessions: dict[int, str] = {}  # what was ever started, by the id of its session
        self._commands = count(1)

    @property
    def url(self) -> str:
        """Where the web server listens, whatever PUBLIC_URL says."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        """The settings that its processes have."""
        return load_settings(self.environment)

    def run_cli(self, *arguments: str | Path, timeout: float = PATIENCE) -> Ran:
        """Run `newsletter ARGUMENTS…` to its end. Raises `subprocess.TimeoutExpired` after `timeout` s."""
        line = shlex.join(("newsletter", *map(str, arguments)))
        out, errors = (self.logs / f"command{next(self._commands)}.{kind}" for kind in ("out", "err"))
        ended = self._spawn("cli", line, out, errors)
        ended.join(timeout)
        if ended.exitcode is None:
            raise subprocess.TimeoutExpired(line, timeout)
        return Ran(ended.exitcode, out.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8"))

    def ask(self, *arguments: str | Path, timeout: float = PATIENCE) -> Any:
        """What `newsletter ARGUMENTS… --json` answers; fails unless it exits with 0."""
        ran = self.run_cli(*arguments, "--json", timeout=timeout)
        assert ran.exit == 0, f"newsletter {' '.join(map(str, arguments))}: {ran}"
        return ran.json

    def start(self, *names: str, wait: bool = True) -> None:
        """Start processes, unless they run; `wait` for them.

        Their names are those of the Procfile, `mailbox`, or `workers` for all of them, preloaded.
        """
        for name in names:
            if name not in self._started or self._started[name].exitcode is not None:
                self._started[name] = self._start(name)
        if wait:
            self.wait_until_ready(*names)

    def wait_until_ready(self, *names: str, patience: float = PATIENCE) -> None:
        """Wait until the web server is healthy, workers take jobs, …; fails with the log of one that ends."""
        for name in names or tuple(self._started):
            wait_until(partial(self._ready, name), partial(self.said, name), patience)

    def send(self, target: str | int, what: signal.Signals) -> None:
        """Send a signal to the main process called `target`, or to the process with that id."""
        os.kill(target if isinstance(target, int) else pid_of(self._started[target]), what)

    def kill(self, target: str | int) -> None:
        """`kill -9` one process, by its name in the Procfile or by its id; return when it is gone."""
        pid = target if isinstance(target, int) else pid_of(self._started[target])
        _kill([Process(pid, "")])
        wait_until(lambda: not _runs(pid), lambda: f"process {pid} does not end")
        for main in (process for process in self._started.values() if process.pid == pid):
            main.join(timeout=30)  # it cannot be collected before its other threads have ended

    def processes(self, *roles: str) -> list[Process]:
        """Every running process of this installation, pool children and orphans too; only `roles` if given.

        One that is dead but not yet collected by its parent is not among them.
        """
        mains = {process.pid for process in self._started.values()}
        running = _running(self._sessions)
        found = (Process(pid, name if pid in mains else f"{name}/child") for pid, name in running)
        return [process for process in found if not roles or process.role in roles]

    def workers(self) -> list[Process]:
        """The processes of the four queues' workers: mains and children."""
        return [process for process in self.processes() if process.role.split("/")[0] in QUEUES]

    def tend(self) -> list[str]:
        """Start again each main process that died, as a supervisor does; the names of those started."""
        dead = [name for name, process in self._started.items() if process.exitcode is not None]
        self.start(*dead, wait=False)
        return dead

    def said(self, name: str, characters: int = 4000) -> str:
        """The end of a process's log."""
        return f"{name} said:\n{read_tail(self.logs / f'{name}.log', characters)}"

    def end(self, *names: str, patience: float = LAST_WORDS) -> None:
        """Let these processes end in order (SIGTERM); kill what is left of them after `patience` seconds."""
        for name in names:
            if self._started[name].exitcode is None:
                self._started[name].terminate()
        deadline = time.monotonic() + patience
        while left := self._left(names):
            if time.monotonic() > deadline:
                _kill(left)
            time.sleep(POLL)
        for name in names:
            self._started.pop(name).join()

    def stop(self, patience: float = LAST_WORDS) -> None:
        """End everything; afterwards no process of this installation runs. May be called twice."""
        self.end(*self._started, patience=patience)
        while left := self.processes():  # commands
            _kill(left)
            time.sleep(POLL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(patience=LAST_WORDS if error is None else 0)

    def _left(self, names: Iterable[str]) -> list[Process]:
        wanted = set(names)
        return [process for process in self.processes() if process.role.split("/")[0] in wanted]

    def _start(self, name: str) -> ForkServerProcess:
        path = self.logs / f"{name}.log"
        if path.exists():  # kept, but its readiness must not be taken for that of the new process
            path.rename(path.with_suffix(f".{time.monotonic_ns()}.log"))
        return self._spawn(name, {**procfile(), "mailbox": MAILBOX, "workers": PRELOADED}[name], path)

    def _spawn(self, name: str, command: str, out: Path, errors: Path | None = None) -> ForkServerProcess:
        started = start(command, self.environment, out, errors)
        self._sessions[pid_of(started)] = name
        return started

    def _ready(self, name: str) -> bool:
        code = self._started[name].exitcode
        assert code is None, f"{name} ended with {code}. {self.said(name)}"
        if name == "web":
            return _healthy(self.url)
        return READY.get(name, " ready.") in read_tail(self.logs / f"{name}.log", 200_000)


def pid_of(process: ForkServerProcess) -> int:
    """The id of a process that was started."""
    assert process.pid is not None
    return process.pid


def procfile() -> dict[str, str]:
    """The commands of the Procfile by their names."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


def wait_until(
    true: Callable[[], object], explain: Callable[[], str] = str, patience: float = PATIENCE
) -> None:
    """Poll until `true()` is; fail with what `explain` says after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"it did not happen in {patience:.0f} s: {explain()}"
        time.sleep(POLL)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=10):
            return True
    except OSError:  # an HTTPError, that is every other status, is one of them
        return False


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """`given` in an environment that sets nothing of ours by itself; empty variables are left out."""
    ours = {name.upper() for name in Settings.model_fields}
    ours |= {f"{name}_FILE" for name in ours}
    outer = {name: value for name, value in os.environ.items() if name not in ours}
    added = {
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "LOG_FORMAT": "json",
        **given,
    }
    return outer | {name: value for name, value in added.items() if value}


def _running(sessions: Mapping[int, str]) -> list[tuple[int, str]]:
    """Id of each running process of these sessions, with the name of its session; oldest id first."""
    found = []
    for file in Path("/proc").glob("[1-9]*/stat"):
        with suppress(OSError):
            # proc_pid_stat(5): state, parent, group and session follow the name, which may contain anything.
            condition, _, _, session = file.read_text().rpartition(")")[2].split()[:4]
            if int(session) in sessions and condition not in GONE:
                found.append((int(file.parent.name), sessions[int(session)]))
    return sorted(found)


def _runs(pid: int) -> bool:
    """Whether `pid` is there and neither a zombie nor dead."""
    return state(pid) not in GONE


def _kill(processes: Iterable[Process]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
