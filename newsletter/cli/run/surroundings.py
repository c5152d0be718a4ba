"""What has to be true around a run before it starts. Each check raises `Refused` with what to do."""

import errno
import os
import re
import socket
import stat
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.core.errors import Refused
from newsletter.settings import Settings

PATIENCE = 5  # seconds for a database or Redis to answer


def check_data_dir(data_dir: Path) -> None:
    """Make the data directory and see that it can be written."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir) as probe:
            probe.write(b"x")
            probe.flush()
        (data_dir / "log").mkdir(exist_ok=True)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise Refused(
            "data_dir",
            f"The data directory {data_dir} cannot be written ({reason}): "
            "make it writable, or choose another with DATA_DIR.",
        ) from error


def prepare_runtime_dir(runtime_dir: Path) -> None:
    """Make the folder for sockets, closed to others, and remove what a killed run left in it."""
    try:
        runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = runtime_dir.lstat()
    except OSError as error:
        raise Refused(
            "runtime_dir", f"The folder {runtime_dir} cannot be created: {error.strerror}."
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise Refused("runtime_dir", f"{runtime_dir} belongs to another user: remove it and try again.")
    runtime_dir.chmod(0o700)
    for leftover in (*runtime_dir.glob("*.sock"), *runtime_dir.glob("*.pid")):
        leftover.unlink(missing_ok=True)


def check_ports(settings: Settings) -> None:
    """See that the web server, and the mailbox where it is embedded, can listen where they are told to."""
    _check_address(settings.host, settings.port, "PORT")
    if settings.uses_embedded_smtp:
        _check_address("127.0.0.1", settings.effective_mailbox_port, "MAILBOX_PORT")


def _check_address(host: str, port: int, variable: str) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise Refused(
            "host", f"HOST={host} is not an address of this machine: set HOST=127.0.0.1."
        ) from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError as error:
            raise Refused(
                "port",
                f"You may not use port {port}: choose one above 1023 with {variable}.",
            ) from error
        except OSError as error:
            raise _occupied(host, port, variable, error) from error


def _occupied(host: str, port: int, variable: str, error: OSError) -> Refused:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return Refused(
            "port",
            f"Port {port} is taken by another program: stop it, or choose another port, "
            f"for example {variable}={other}.",
        )
    return Refused(
        "host",
        f"HOST={host} cannot be used ({error.strerror}): set HOST=127.0.0.1, or HOST=0.0.0.0 for all.",
    )


def check_database(url: str) -> None:
    """See that the PostgreSQL of DATABASE_URL answers (an SQLite file needs nobody to)."""
    if url.startswith("sqlite"):
        return
    import psycopg

    plain = re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql://", url)
    try:
        psycopg.connect(plain, connect_timeout=PATIENCE).close()
    except psycopg.Error as error:
        reason = next(iter(str(error).strip().splitlines()), "no answer").rstrip(".")
        raise Refused(
            "database_url",
            f"DATABASE_URL ({_place(url)}) cannot be used: {reason}: start that database or correct the URL; "
            "without DATABASE_URL an embedded one is used.",
        ) from error


def check_redis(url: str) -> None:
    """See that the Redis or Valkey of REDIS_URL answers."""
    import redis

    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=None
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise Refused(
            "redis_url",
            f"REDIS_URL ({_place(url)}) cannot be used: {reason}: start that server or correct the URL; "
            "without REDIS_URL an embedded one is used.",
        ) from error


def _place(url: str) -> str:
    """Where a URL leads, without the password in it."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "not a URL"
    return f"{parts.hostname or parts.path}{port}"
