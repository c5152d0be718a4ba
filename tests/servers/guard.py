"""The guard: a process that starts one server and ends it when the last process that joined it is gone.

Whoever joins keeps a shared lock on `users` in the server's folder for as long as it lives. The kernel takes
that lock back however the process ends, so the guard needs only to wait for an exclusive lock on that file.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.postgres import PostgresServer
from tests.servers.processes import ROOT, read_tail
from tests.servers.valkey import ValkeyServer

ATTEMPTS = 3  # another program may take the port between choosing it and listening on it


def join(kind: str, key: str) -> str:
    """The URL of the server `kind` shared by everybody who says `key`; the first one has it started."""
    folder = Path(tempfile.gettempdir()) / f"newsletter-tests-{os.getuid()}-{kind}-{key}"
    _hold(folder)
    with (folder / "start.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return _running(folder) or _start_guard(kind, folder)


def _hold(folder: Path) -> None:
    """Lock the folder's `users` for the rest of this process's life; no guard may just have removed it."""
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            message = f"{folder} belongs to somebody else: remove it, or set TMPDIR."
            raise RuntimeError(message)
        users = folder / "users"
        try:
            held = os.open(users, os.O_RDWR | os.O_CREAT)
        except FileNotFoundError:
            continue
        fcntl.flock(held, fcntl.LOCK_SH)
        if users.exists() and users.stat().st_ino == os.fstat(held).st_ino:
            return
        os.close(held)


def _running(folder: Path) -> str | None:
    try:
        ready = json.loads((folder / "ready.json").read_text())
        os.kill(ready["guard"], 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return str(ready["url"])


def _start_guard(kind: str, folder: Path) -> str:
    log = folder / "guard.log"
    with log.open("ab") as output:
        guard = subprocess.Popen(
            [sys.executable, "-m", "tests.servers", kind, folder],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    while guard.poll() is None:
        if url := _running(folder):
            guard.returncode = 0  # it outlives this process on purpose, which is no reason for a warning
            return url
        time.sleep(0.02)
    message = f"The {kind} server of the tests did not start: {read_tail(log)}"
    shutil.rmtree(folder, ignore_errors=True)
    raise RuntimeError(message)


def _start_server(kind: str, folder: Path) -> PostgresServer | ValkeyServer:
    for attempt in range(ATTEMPTS):
        shutil.rmtree(folder / f"server{attempt}", ignore_errors=True)
        place = folder / f"server{attempt}"
        server = PostgresServer(place, durable=False) if kind == "postgres" else ValkeyServer(place)
        try:
            server.start()
        except RuntimeError:
            server.stop()
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return server
    raise AssertionError


def guard(kind: str, folder: Path) -> None:
    """Start the server, tell its URL, wait until nobody needs it, end it and remove its folder."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = _start_server(kind, folder)
    try:
        waiting = folder / "ready.json.new"
        waiting.write_text(json.dumps({"url": server.url, "guard": os.getpid()}))
        waiting.rename(folder / "ready.json")
        with (folder / "users").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            _end(server)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        _end(server)


def _end(server: PostgresServer | ValkeyServer) -> None:
    if isinstance(server, PostgresServer):
        server.stop("immediate")  # nothing of it is kept
    else:
        server.kill()
