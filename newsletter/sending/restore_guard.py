"""The restore guard: what this host remembers of the database, to notice that it was restored or copied.

Beside the tallies lie the identity of the database and, for each mailing, how many reservations this host has
seen committed. A database that knows of fewer was restored from a backup: whoever got a copy meanwhile is
pending again in it. One with another identity is a clone, or the original of which we are the clone. Nobody
can tell by itself which of the two may send, so every mailing is paused, and a person decides.
"""

import os
from pathlib import Path

import structlog
from sqlalchemy import text
from sqlalchemy.exc import NotSupportedError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core.db import INODE
from newsletter.mailings.lifecycle import find
from newsletter.mailings.models import Mailing
from newsletter.sending.control import auto_pause_all

log = structlog.get_logger(__name__)

RESTORED = (
    "The database is older than what was sent from here: it was restored from a backup. "
    "Anyone who got a copy after that backup may get a second one: compare with the relay's log,"
    " then resume or "
    "cancel."
)
ANOTHER = (
    "This is not the database that was sent from here before: it was restored, moved or copied."
    " Make sure that no other installation sends this mailing, then resume or cancel it."
)
# What stays the same for a cluster and database, and changes when it is restored to a point in time (PITR) or
# a standby is promoted: its system identifier, the database's oid, and the timeline, which begins the names
# of WAL files (control data tell a new timeline only after the next checkpoint). PostgreSQL documentation,
# "System Information Functions" and "Backup Control Functions".
POSTGRES_IDENTITY = """
SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
       || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
FROM pg_control_system()
"""
POSTGRES_OID = "SELECT 'oid/' || oid FROM pg_database WHERE datname = current_database()"


class RestoreGuard:
    """The memory of one host, in its folder of tallies; shared by its processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._identity = folder / "database"
        self.in_doubt = True  # set it whenever the connection may be another one

    def objection(self, session: Session, mailing: Mailing) -> str:
        """Why nothing may be sent from this database now, for people; empty when all is as remembered."""
        if mailing.reservations < self.remembered(mailing.id):
            return RESTORED
        # A file may be replaced beneath us at any time; a server is not, without a connection that breaks.
        if not self.in_doubt and session.get_bind().dialect.name != "sqlite":
            return ""
        current = identity(session)
        remembered = self._identity.read_text() if self._identity.exists() else ""
        if remembered and remembered != current:
            return ANOTHER
        if not remembered:
            _replace(self._identity, current)
        self.in_doubt = False
        return ""

    def accept(self, session: Session) -> None:
        """From now on this database is the one that is remembered; every mailing in it was paused before."""
        for path in self._folder.glob("*.reservations"):
            path.unlink(missing_ok=True)
        _replace(self._identity, identity(session))

    def remembered(self, mailing_id: int) -> int:
        """How many reservations of the mailing were committed, as far as this host knows."""
        try:
            return int.from_bytes(self._path(mailing_id).read_bytes()[:8], "big")
        except FileNotFoundError:
            return 0

    def remember(self, mailing_id: int, reservations: int) -> None:
        """Note that so many were committed. Two processes may do so in the wrong order: then a
        database that is older by one reservation is not noticed."""
        descriptor = os.open(self._path(mailing_id), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(descriptor, reservations.to_bytes(8, "big"), 0)
        finally:
            os.close(descriptor)

    def _path(self, mailing_id: int) -> Path:
        return self._folder / f"{mailing_id}.reservations"


def pause_all_if_restored(
    sessions: sessionmaker[Session], guard: RestoreGuard, mailing_id: int, reason: str
) -> None:
    """Have every mailing wait for a person because of `reason`, if the guard still objects to `mailing_id`.

    It is asked again over a fresh connection, because the file of a database may be another one by now.
    """
    sessions.kw["bind"].dispose()
    with sessions() as session:
        guard.in_doubt = True
        # Without its lock: all are locked in their order.
        if guard.objection(session, find(session, mailing_id)):
            log.error("every mailing is paused", reason=reason)
            auto_pause_all(session, reason)
            session.commit()
            guard.accept(session)


def identity(session: Session) -> str:
    """What tells this database from a copy of it."""
    if session.get_bind().dialect.name == "sqlite":
        return f"inode/{session.connection().info[INODE]}"
    try:
        with session.begin_nested():
            return str(session.scalar(text(POSTGRES_IDENTITY)))
    except (ProgrammingError, NotSupportedError):  # a provider that hides them from its customers
        log.warning("the database hides its identity: one restored in place is noticed by its counts only")
        return str(session.scalar(text(POSTGRES_OID)))


def _replace(path: Path, content: str) -> None:
    """Put `content` in place whole."""
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(content)
    fresh.replace(path)
