"""Dovecot, an IMAP server that nobody of us wrote, with one mailbox: a Maildir that tests deliver into."""

import os
import socket
import subprocess
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pytest

from tests.servers.packages import in_a_line
from tests.servers.relay import ROOM, PackagedServer

CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
default_internal_user = dovecot
default_internal_group = dovecot
default_login_user = dovenull
first_valid_uid = 1
mail_location = maildir:{folder}/home/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
# It looks for its programs where a package would install them. $1: what was unpacked.
MOUNT = 'mount -t overlay overlay -o "lowerdir=$1/usr:/usr" /usr'
START = f'{MOUNT}; exec /usr/sbin/dovecot -F -c "$2"'


class Dovecot(PackagedServer):
    """`deliver` puts a message into the INBOX, as a mail server beside it would; `count` looks there."""

    PACKAGE = "dovecot-core"
    MORE_PACKAGES = ("dovecot-imapd",)
    PROGRAMS = ("usr/sbin/dovecot", "usr/lib/dovecot/imap", "usr/lib/dovecot/imap-login")
    PRIVATE = ("usr/lib/dovecot",)
    ACCOUNTS = ("dovecot", "dovenull", "vmail")
    user, password = "mail@press.example", "s3cret"

    def __init__(self) -> None:
        super().__init__()
        self.maildir = self.folder / "home" / "Maildir"
        self._delivered = 0

    @property
    def url(self) -> str:
        """The `IMAP_URL` of the mailbox."""
        return f"imap://{quote(self.user, safe='')}:{self.password}@127.0.0.1:{self.port}/INBOX"

    def answers(self) -> bool:
        """Whether it greets (RFC 3501 §7.1.1)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                return client.recv(4) == b"* OK"
        except OSError:
            return False

    def furnish(self) -> None:
        for folder in ("run", "state"):
            (self.folder / folder).mkdir(mode=0o755)
        for path in (self.maildir.parent, self.maildir, *(self.maildir / n for n in ("cur", "new", "tmp"))):
            path.mkdir(mode=0o700)
            self._give(path)
        values = {"folder": self.folder, "port": self.port, "password": self.password}
        (self.folder / "dovecot.conf").write_text(CONFIGURATION.format(**values))

    def command(self) -> list[str | Path]:
        return ["sh", "-ec", START, "sh", self.unpacked, self.folder / "dovecot.conf"]

    def start(self) -> Self:
        """Skips the test where folders cannot be laid one over another."""
        try:
            subprocess.run(
                [*ROOM, "sh", "-ec", MOUNT, "sh", self.cache], check=True, capture_output=True, timeout=30
            )
        except subprocess.SubprocessError as error:
            pytest.skip(f"Dovecot needs a kernel that mounts overlays here: {in_a_line(error)}")
        return super().start()

    def deliver(self, message: bytes) -> None:
        """Put a message into the INBOX (maildir(5))."""
        self._delivered += 1
        name = f"{self._delivered}.tests.localhost"
        unfinished = self.maildir / "tmp" / name
        unfinished.write_bytes(message)
        self._give(unfinished)
        unfinished.rename(self.maildir / "new" / name)

    def count(self, folder: str = "") -> int:
        """How many messages are in the INBOX, or in the folder that is called so below it."""
        place = self.maildir / f".INBOX.{folder}" if folder else self.maildir
        return sum(len(list((place / part).glob("*"))) for part in ("new", "cur"))

    def _give(self, path: Path) -> None:
        os.chown(path, self.ids["vmail"], self.ids["vmail"])
