"""Connections to SQLite whose writers wait for each other without sleeping longer than they must.

SQLite lets one transaction write. Whoever comes second sleeps there and looks again, up to 100 ms later
(sqlite3_busy_timeout), while a transaction needs about one. So the writers of a process queue up for a lock,
which hands on at once, and the first of them looks every millisecond whether other processes are done.
"""

import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any

from newsletter.core import clock

LOOK_SECONDS = 0.001
PRIMARY = 0xFF  # the bits of an extended result code that are the primary one

_locks: dict[int, Lock] = {}  # by the file's inode


class WriterConnection(sqlite3.Connection):
    """A connection that holds the lock of its file from `begin_writing` until its transaction ends."""

    def __init__(self, database: str, **options: Any) -> None:
        super().__init__(database, **options)
        self._path = Path(database)
        self._busy_ms = round(options["timeout"] * 1000)
        self._held: Lock | None = None

    def begin_writing(self, patience: float) -> None:
        """BEGIN IMMEDIATE, when nobody else writes.

        Raises `sqlite3.OperationalError` ("database is locked") after `patience` seconds.
        """
        deadline = clock.monotonic() + patience
        self._take_turn(patience)
        try:
            self.execute("PRAGMA busy_timeout=0")
            while not self._begin(last_try=clock.monotonic() >= deadline):
                clock.sleep(LOOK_SECONDS)
        except BaseException:
            self._end_turn()
            raise
        finally:
            self.execute(f"PRAGMA busy_timeout={self._busy_ms}")

    def commit(self) -> None:
        """End the transaction; after an error it goes on, and so does the turn."""
        super().commit()
        self._end_turn()

    def rollback(self) -> None:
        """Give the transaction up."""
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        """Close, which gives the transaction up."""
        try:
            super().close()
        finally:
            self._end_turn()

    def _take_turn(self, patience: float) -> None:
        try:
            lock = _locks.setdefault(self._path.stat().st_ino, Lock())
        except FileNotFoundError:  # it is gone, or only in memory: nobody else has it
            return
        if not lock.acquire(timeout=patience):
            raise sqlite3.OperationalError("database is locked")
        self._held = lock

    def _end_turn(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()

    def _begin(self, *, last_try: bool) -> bool:
        """False while another process writes."""
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if last_try or error.sqlite_errorcode & PRIMARY != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True
