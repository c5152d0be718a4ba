"""Recover what a dead process held. Recovery never sends: it settles, and what is blank is reserved anew."""

from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Outcome, SendWindow
from newsletter.sending import failpoints, tally
from newsletter.sending.hosts import Watch
from newsletter.sending.settle import Lines, settle
from newsletter.sending.tally import UNKNOWN, Held

log = structlog.get_logger(__name__)

KEEP_TALLIES = timedelta(hours=24)


def recover(sessions: sessionmaker[Session], host: str, watch: Watch) -> int:
    """Settle every window whose holder is gone; how many deliveries that concerned."""
    with reading(), sessions() as session:
        windows = session.scalars(select(SendWindow)).all()
        watch.forget_but({window.id for window in windows})
        lost = [(window, lines) for window in windows if (lines := _testimony(session, window, host, watch))]
    for window, lines in lost:
        _settle_lost(sessions, window, lines)
    return sum(window.size for window, _ in lost)


def _testimony(session: Session, window: SendWindow, host: str, watch: Watch) -> Lines | None:
    """What can be known about a window whose holder is gone; None while it may still be held."""
    unknown = dict.fromkeys(window.seqs, UNKNOWN)
    if window.host != host:
        return unknown if watch.gone(session, window.host) else None
    try:
        found = tally.read(Path(window.tally))
    except Held:
        return unknown if watch.stopped(window.id) else None
    except (OSError, ValueError) as error:
        log.error("a tally is lost: its window is unanswered", window=window.id, error=str(error))
        return unknown
    if found.same_boot:
        return {seq: found.lines.get(seq, UNKNOWN) for seq in window.seqs}
    # The machine started anew: what its last moments wrote may be missing, so only answers count.
    answered = {seq: line for seq, line in found.lines.items() if line.outcome is not Outcome.PENDING}
    return {seq: answered.get(seq, UNKNOWN) for seq in window.seqs}


def _settle_lost(sessions: sessionmaker[Session], window: SendWindow, lines: Lines) -> None:
    with sessions() as session:
        mailing = lock(session, window.mailing_id)
        if session.get(SendWindow, window.id) is None:
            return  # its holder, or another recovery, was faster
        settle(session, mailing, window.id, lines)
        if failpoints.armed:
            failpoints.reach("recover.committing")
        session.commit()
    log.warning("a lost window was settled", mailing=window.mailing_id, deliveries=window.size)


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
        except (Held, OSError):
            continue
