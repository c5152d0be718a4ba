"""Recover what a dead process held. Recovery never sends: it settles, and what is blank is reserved anew."""

from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import SendWindow
from newsletter.sending import failpoints, tally
from newsletter.sending.hosts import Watch
from newsletter.sending.settle import Lines, settle, settle_for
from newsletter.sending.tally import UNKNOWN, UNTOUCHED, TallyLocked

log = structlog.get_logger(__name__)

KEEP_TALLIES = timedelta(hours=24)
UNSEEN: Lines = {}  # of a holder that is out of sight there is no tally to read


def recover(sessions: sessionmaker[Session], host: str, watch: Watch) -> int:
    """Settle every window whose holder is gone; how many deliveries that concerned."""
    with reading(), sessions() as session:
        windows = session.scalars(select(SendWindow).where(SendWindow.size > 0)).all()
        watch.forget_but({window.id for window in windows})
        lost = [
            (window, lines)
            for window in windows
            if (lines := _lines_of(session, window, host, watch)) is not None
        ]
    settled = sum(_settle_lost(sessions, window, lines) for window, lines in lost)
    _forget_vacated(sessions)
    return settled


def _lines_of(session: Session, window: SendWindow, host: str, watch: Watch) -> Lines | None:
    """What its tally says of a window whose holder is dead, nothing if it is only out of sight.

    None while its holder may be alive.
    """
    if window.host != host:
        return UNSEEN if watch.gone(session, window.host) else None
    try:
        contents = tally.read(Path(window.tally))
    except (FileNotFoundError, ValueError) as error:
        log.error("a tally is lost: its window is unanswered", window=window.id, error=str(error))
        return UNSEEN
    except (TallyLocked, OSError):  # it lives, or it cannot be asked just now
        return UNSEEN if watch.stopped(window.id) else None
    if contents.same_boot:
        return {seq: contents.lines.get(seq, UNKNOWN) for seq in window.seqs}
    # The machine started anew: what its last moments wrote may be missing, so only answers count.
    answered = {seq: line for seq, line in contents.lines.items() if line != UNTOUCHED}
    return {seq: answered.get(seq, UNKNOWN) for seq in window.seqs}


def _settle_lost(sessions: sessionmaker[Session], window: SendWindow, lines: Lines) -> int:
    with sessions() as session:
        mailing = lock(session, window.mailing_id)
        row = session.get(SendWindow, window.id)
        if row is None or not row.size:
            return 0  # its holder, or another recovery, was faster
        if lines:
            settle(session, mailing, window.id, lines)
        else:
            settle_for(session, mailing, window)
        if failpoints.armed:
            failpoints.reach("recover.committing")
        session.commit()
    log.warning("a lost window was settled", mailing=window.mailing_id, deliveries=window.size)
    return window.size


def _forget_vacated(sessions: sessionmaker[Session]) -> None:
    """Who was out of sight for so long has no tally left to come back with."""
    old = (SendWindow.size == 0, SendWindow.reserved_at < clock.now() - KEEP_TALLIES)
    with reading(), sessions() as session:
        if session.scalar(select(SendWindow.id).where(*old).limit(1)) is None:
            return
    with sessions() as session:
        session.execute(delete(SendWindow).where(*old))
        session.commit()


def delete_old_tallies(tally_dir: Path) -> None:
    """Delete tallies that nobody holds and whose windows were settled long ago."""
    limit = clock.now().timestamp() - KEEP_TALLIES.total_seconds()
    for path in tally_dir.glob("*.tally"):
        try:
            if path.stat().st_mtime < limit:
                tally.read(path)
                path.unlink()
        except ValueError:
            path.unlink()
        except (TallyLocked, OSError):
            continue
