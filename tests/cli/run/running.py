"""A real `newsletter run` for the tests: started, watched through the kernel, and surely ended."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.servers.processes import ROOT, free_port

COMMAND = (sys.executable, "-P", "-c", "from newsletter.cli import main; main()", "run")
# Everything starts at once, also where the cores are few and busy.
PATIENCE = 120.0
TITLE = "Newsletter is running"
CLEAN = ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "DATA_DIR", "PORT", "HOST", "MAILBOX_PORT", "SECRET_KEY")


class Run:
    """One run on its own data directory and ports."""

    def __init__(self, data_dir: Path, output: Path, *, demo: bool = False, **variables: str) -> None:
        self.data_dir = data_dir
        self.port = int(variables.get("PORT") or free_port())
        outer = {name: value for name, value in os.environ.items() if name not in CLEAN}
        self.environment = {
            **outer,
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "MAILBOX_PORT": str(free_port()),
            "BULK_PROCESSES": "1",
            **variables,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.output = output
        self.command = [*COMMAND, "--demo" if demo else "--no-demo"]

    def start(self) -> "Run":
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        return self

    def wait_until_healthy(self) -> None:
        """Wait until this very run says that it is running, and is."""
        wait_until(lambda: self._is_healthy() or self._ended(), self.said)
        assert not self._ended(), self.said()

    def health(self) -> dict[str, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                found: dict[str, str] = json.load(answer)
                return found
        except (OSError, urllib.error.HTTPError):
            return {}

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask to stop (or kill) the run process itself; its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)

    def ended(self) -> int:
        """Wait for a run that ends by itself; its exit code."""
        assert self.process is not None
        return self.process.wait(timeout=PATIENCE)

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def processes(self, containing: str = "") -> list[int]:
        """Everything that belongs to this data directory, except the run process itself."""
        pids = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or (self.process and int(folder.name) == self.process.pid):
                continue
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if command and containing in command and self._is_ours(folder):
                    pids.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return sorted(pids)

    def forked(self, name: str) -> list[int]:
        """Those of the web server or of one queue's worker, its main process first: see `ps -o comm`."""
        return [pid for pid in self.processes("workers.preload") if _name(pid) == name]

    def logged(self, program: str) -> str:
        """What a program of this run has written to its log."""
        path = self.data_dir / "log" / f"{program}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _is_ours(self, folder: Path) -> bool:
        """By its environment, or (Valkey writes its title over that) by the files it has open."""
        if f"DATA_DIR={self.data_dir}\0".encode() in (folder / "environ").read_bytes() + b"\0":
            return True
        return any(str(file.readlink()).startswith(f"{self.data_dir}/") for file in (folder / "fd").iterdir())

    def clean_up(self) -> None:
        """After a failed test: nothing stays behind."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        deadline = time.monotonic() + 30
        while left := self.processes():
            for pid in left if time.monotonic() > deadline else ():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)

    def _is_healthy(self) -> bool:
        return TITLE in self.said() and self.health().get("status") == "ok"

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_until(true: Callable[[], object], explain: Callable[[], str] = str) -> None:
    """Wait until `true()` is; fail with what `explain` says after `PATIENCE`."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"it did not happen in time: {explain()[-3000:]}"
        time.sleep(0.1)
