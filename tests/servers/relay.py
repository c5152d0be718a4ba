"""What the real mail servers of the tests have in common: a room of their own, accounts, a start and an end.

A server runs in its own mount and process namespaces (unshare(1)): it sees the accounts that it asks for, and
folders that it could not have otherwise, without a trace in the system; and all its processes end with it.
Only root may do that, so the tests are skipped elsewhere, and say so.
"""

import os
import subprocess
from pathlib import Path
from typing import Self

import pytest

from tests.servers.packages import in_a_line, unpacked
from tests.servers.processes import leashed, read_tail
from tests.servers.server import MailServer

FIRST_ID = 64_700  # of users and groups; no system hands these out
ROOM = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL")
# $1: the server's folder; $2: what was unpacked; $3: its folders of libraries, which must also be found by
# programs that change their account and therefore listen to no variable; up to `--` the folders that become
# empty ones; then the program. The shell stays: the kernel forgets whose end a process wanted to follow when
# that changes its account, as servers do.
MOVE_IN = """
mount --bind "$2" "$1/unpacked"
for file in passwd group; do mount --bind "$1/$file" "/etc/$file"; done
ldconfig -X -C "$1/ld.so.cache" $3
mount --bind "$1/ld.so.cache" /etc/ld.so.cache
shift 3
while [ "$1" != -- ]; do mount -t tmpfs -o mode=755 tmpfs "$1"; shift; done
shift
"$@"
exit $?
"""


class PackagedServer(MailServer):
    """A server out of Debian packages."""

    PACKAGE: str
    MORE_PACKAGES: tuple[str, ...] = ()
    PROGRAMS: tuple[str, ...]
    PRIVATE: tuple[str, ...] = ()
    ACCOUNTS: tuple[str, ...]
    EMPTIED: tuple[str, ...] = ()  # folders that it sees empty and may fill

    def __init__(self) -> None:
        self.cache, libraries = obtain(self.PACKAGE, self.PROGRAMS, self.PRIVATE, self.MORE_PACKAGES)
        super().__init__(self.PACKAGE)
        self.folder.chmod(0o755)
        self.unpacked = self.folder / "unpacked"  # what is in the cache, in its room only
        self.unpacked.mkdir()
        self.libraries = libraries.replace(str(self.cache), str(self.unpacked)).split(os.pathsep)
        self.ids = {name: FIRST_ID + number for number, name in enumerate(self.ACCOUNTS)}

    def furnish(self) -> None:
        """Make its configuration and whatever else it needs to find in `folder`."""
        raise NotImplementedError

    def command(self) -> list[str | Path]:
        """The command line of its main process, in the foreground."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Variables that it gets."""
        return {}

    def program(self, number: int = 0) -> Path:
        """One of `PROGRAMS`, where its room has it."""
        return self.unpacked / self.PROGRAMS[number]

    def start(self) -> Self:
        self._register()
        self.furnish()
        room: list[str | Path] = [*leashed(), *ROOM, "sh", "-ec", MOVE_IN, "sh", self.folder, self.cache]
        room += [" ".join(self.libraries), *self.EMPTIED, "--"]
        self.launch([*room, *self.command()], env={**os.environ, **self.environment()})
        return self

    def said(self) -> str:
        """The ends of its logs."""
        logs = sorted(self.folder.rglob("*log"))
        return "\n".join(read_tail(path, 4000) for path in logs if path.is_file())

    def _register(self) -> None:
        users = "".join(f"{name}:x:{own}:{own}::/:/bin/false\n" for name, own in self.ids.items())
        groups = "".join(f"{name}:x:{own}:\n" for name, own in self.ids.items())
        (self.folder / "passwd").write_text(Path("/etc/passwd").read_text() + users)
        (self.folder / "group").write_text(Path("/etc/group").read_text() + groups)


class RealServer(PackagedServer):
    """One that passes everything on to `next_hop`, a port of loopback.

    It takes mail for u<number>@example.org, refuses other recipients there, and messages above `LIMIT`.
    """

    LIMIT = 100_000  # octets

    def __init__(self, next_hop: int) -> None:
        super().__init__()
        self.next_hop = next_hop


def obtain(
    package: str, programs: tuple[str, ...], private: tuple[str, ...], more: tuple[str, ...] = ()
) -> tuple[Path, str]:
    """The folder and LD_LIBRARY_PATH of a server. Skips the test, with what to do, where it cannot run."""
    if os.geteuid() != 0:
        pytest.skip(f"{package} can only be started by root: run these tests as root, in a container say.")
    try:
        subprocess.run([*ROOM, "true"], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        why = "needs unshare(1) of util-linux, and root with CAP_SYS_ADMIN (docker run --privileged)"
        pytest.skip(f"{package} {why}: {in_a_line(error)}")
    try:
        return unpacked(package, programs, private, more)
    except (OSError, subprocess.SubprocessError, LookupError) as error:
        why = "make `apt-get download` work"
        pytest.skip(f"{package} cannot be had here ({in_a_line(error)}): {why}.")
