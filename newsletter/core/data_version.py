"""Whether anything may have been committed to a SQLite file since one looked last."""

import sqlite3
from itertools import count
from pathlib import Path
from threading import Lock

Version = tuple[int, int]

_connections = count(1)  # of this process: the numbers of two connections cannot be compared


class DataVersion:
    """The counter of commits that SQLite keeps for each connection (`PRAGMA data_version`).

    Its own connection never writes, so every commit changes the number, whichever process made it.
    https://www.sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._opened = 0  # which of the process's connections it is

    def read(self) -> Version | None:
        """A value that stays the same until the next commit; None when the file cannot be asked at once."""
        try:
            inode = self._path.stat().st_ino
            with self._lock:
                # Another file may have been put in its place, as by a restore. Its number cannot be that of
                # the old one, which is still open here.
                if self._connection is None or inode != self._inode:
                    self._connection = self._open(inode)
                return self._opened, int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except (sqlite3.Error, OSError):
            return None

    def close(self) -> None:
        """Let go of the file; the next `read` opens it anew."""
        opened, self._connection = self._connection, None
        if opened is not None:
            opened.close()

    def _open(self, inode: int) -> sqlite3.Connection:
        self.close()
        self._opened, self._inode = next(_connections), inode
        # rw: a file that is gone is not made anew. No patience: whoever has to wait asks as usual instead.
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
