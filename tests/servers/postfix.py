"""Postfix's `smtp-sink`, a receiver that nobody of us wrote: from the system, or out of Debian's package.

Its counterpart `smtp-source` comes the same way; the benchmarks send with it.

The package is not installed: it is downloaded as any user may (`apt-get download`), unpacked into a cache and
run from there with its own libraries. Where it cannot be had, the tests that need it are skipped and say how
to get it.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pytest

from tests.servers.processes import LEASH, free_port, read_tail

PROGRAMS = Path("usr/sbin")
LIBRARIES = ("usr/lib/postfix", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu")
# Debian's packages of the libraries that ldd may miss: their names change from release to release.
PACKAGES = {
    "libdb-5.3.so": ("libdb5.3", "libdb5.3t64"),
    "libnsl.so.2": ("libnsl2",),
    "libtirpc.so.3": ("libtirpc3", "libtirpc3t64"),
    "libicuuc.so": ("libicu72", "libicu76", "libicu70"),
    "libssl.so.3": ("libssl3", "libssl3t64"),
}
HOW_TO_GET_IT = (
    "Postfix's {name} cannot be had here ({why}). Install the package: apt-get install postfix "
    "(it need not be configured), or make `apt-get download postfix` work."
)
# The lines that smtp-sink puts before what it received (smtp-sink(1), "DUMP FILE FORMAT").
PREAMBLE = re.compile(rb"(?:X-[A-Z][a-z]+-(?:Addr|Proto|Args): .*\n)+Received: .*\n(?:[ \t].*\n)*")
RCPT = re.compile(rb"^X-Rcpt-Args: <([^>\n]*)>", re.MULTILINE)
MAIL = re.compile(rb"^X-Mail-Args: <([^>\n]*)>", re.MULTILINE)


class Received(NamedTuple):
    """One transaction. `raw`: the message, its lines ended by LF as smtp-sink writes them down."""

    sender: str
    recipient: str
    raw: bytes


class SmtpSink:
    """A running smtp-sink that keeps each message in a file. Skips the test where it cannot be had."""

    def __init__(self, *options: str) -> None:
        self.program, self.libraries = smtp_sink()
        self.options = options
        self.port = free_port()
        # Not below pytest's folders: those are closed to the account that root's smtp-sink must change to.
        self.folder = Path(tempfile.mkdtemp(prefix="newsletter-tests-smtp-sink-"))
        self.log = self.folder / "log"
        self.dump = self.folder / "dump"
        self.dump.mkdir()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The `SMTP_URL` that leads here."""
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def start(self) -> Self:
        """Start and wait until it takes connections."""
        where = f"{self.dump}/"
        program: list[str | Path] = [*LEASH, "KILL", "-", "-", self.program]
        if os.geteuid() == 0:  # it refuses to stay root, and then sees nothing but its folder
            shutil.chown(self.dump, "nobody")
            program += ["-R", self.dump, "-u", "nobody"]
            where = "/"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*program, "-d", f"{where}message.", *self.options, f"127.0.0.1:{self.port}", "128"],
                env={**os.environ, "LD_LIBRARY_PATH": self.libraries},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self._wait_until_it_listens(self.process)
        return self

    def stop(self) -> None:
        """End it and remove what it kept."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(timeout=30)
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __len__(self) -> int:
        """How many messages were received, the one that is being received included."""
        return sum(1 for _ in self.dump.iterdir())

    def messages(self) -> Iterator[Received]:
        """What was received so far, in no order. Wait until the sender has its answers before you read."""
        for path in self.dump.iterdir():
            content = path.read_bytes()
            preamble = PREAMBLE.match(content)
            assert preamble is not None, content[:500]
            sender, recipient = MAIL.search(preamble[0]), RCPT.search(preamble[0])
            assert sender is not None, preamble[0]
            assert recipient is not None, preamble[0]
            # smtp-sink ends each transaction with an empty line of its own.
            raw = content[preamble.end() :].removesuffix(b"\n")
            yield Received(sender[1].decode(), recipient[1].decode(), raw)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_until_it_listens(self, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            except ConnectionRefusedError:
                time.sleep(0.02)
            else:
                return
        message = f"smtp-sink did not start: {read_tail(self.log)}"
        raise RuntimeError(message)


def smtp_sink() -> tuple[Path, str]:
    """The program and its LD_LIBRARY_PATH. Skips the test, with what to do, where it cannot be had."""
    try:
        return postfix_program("smtp-sink")
    except LookupError as error:
        pytest.skip(str(error))


@cache
def postfix_program(name: str) -> tuple[Path, str]:
    """Where `name` is, and its LD_LIBRARY_PATH. Raises `LookupError` with a sentence that says what to do."""
    installed = "/" / PROGRAMS / name
    if installed.exists():
        return installed, ""
    try:
        folder = _cache()
        with (folder / "lock").open("w") as turn:  # the tests' processes come at the same time
            fcntl.flock(turn, fcntl.LOCK_EX)
            _obtain(folder, PROGRAMS / name)
    except (OSError, subprocess.SubprocessError, LookupError) as error:
        raise LookupError(HOW_TO_GET_IT.format(name=name, why=_in_a_line(error))) from None
    return folder / PROGRAMS / name, _libraries(folder)


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    name = "newsletter-tests" if given else f"newsletter-tests-{os.getuid()}"
    folder = Path(given or tempfile.gettempdir()) / name / "postfix"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in (folder, folder.parent):  # what lies here is run
        if each.stat().st_uid != os.getuid():
            message = f"{each} belongs to somebody else: remove it, or set TMPDIR"
            raise LookupError(message)
    return folder


def _obtain(folder: Path, program: Path) -> None:
    """Have the program in `folder`, with every library that it needs and the system lacks."""
    if not (folder / program).exists():
        _unpack(folder, "postfix")
    for library in _missing(folder, program):
        for names in (names for known, names in PACKAGES.items() if library.startswith(known)):
            _unpack(folder, *names)
    if still := _missing(folder, program):
        message = f"its libraries are missing: {', '.join(still)}"
        raise LookupError(message)


def _unpack(folder: Path, *names: str) -> None:
    """Download the first of these packages that there is, and unpack it into `folder`."""
    with tempfile.TemporaryDirectory(dir=folder) as passing:
        downloaded = any(_download(name, Path(passing)) for name in names)
        if not downloaded and os.geteuid() == 0:  # a fresh machine knows no packages yet
            _run("apt-get", "update")
            downloaded = any(_download(name, Path(passing)) for name in names)
        if not downloaded:
            message = f"apt-get cannot download {' or '.join(names)}"
            raise LookupError(message)
        (package,) = Path(passing).glob("*.deb")
        unpacked = Path(passing) / "unpacked"
        _run("dpkg", "-x", package, unpacked)
        shutil.copytree(unpacked, folder, symlinks=True, dirs_exist_ok=True)


def _download(name: str, into: Path) -> bool:
    try:
        _run("apt-get", "download", name, folder=into)
    except subprocess.CalledProcessError:
        return False
    return True


def _missing(folder: Path, program: Path) -> list[str]:
    """The libraries that the program would not find."""
    told = _run("ldd", folder / program, libraries=_libraries(folder))
    return [line.split()[0] for line in told.splitlines() if "not found" in line]


def _libraries(folder: Path) -> str:
    return os.pathsep.join(str(folder / part) for part in LIBRARIES)


def _run(*command: str | Path, folder: Path | None = None, libraries: str | None = None) -> str:
    environment = {**os.environ, "LC_ALL": "C"} | ({"LD_LIBRARY_PATH": libraries} if libraries else {})
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=300
    ).stdout


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split())
