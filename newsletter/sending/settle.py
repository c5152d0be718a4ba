"""Settle a window: write what became of its deliveries into the ledger, exactly once.

Merge order: untouched < unanswered < sent, rejected. Normally the window's row is still there and each of its
deliveries is in flight. Whoever settles it for a holder that only seems lost leaves the row, with nobody in
it: if that holder comes back, its tally may still correct what was called unanswered, once and only that.
When there is no row, the window was settled by its holder, or a person had its unanswered sent to again: all
that its tally can add then is who has the message.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.columns import UtcDateTime
from newsletter.core.db import table_of
from newsletter.mailings import counts
from newsletter.mailings.lifecycle import advance
from newsletter.mailings.models import (
    Delivery,
    DeliveryRetry,
    Exclusion,
    Mailing,
    MailingState,
    Outcome,
    SendWindow,
)
from newsletter.sending.deferred import note_deferred
from newsletter.sending.finish import finish_if_done
from newsletter.sending.refusals import note_refusals
from newsletter.sending.retry import EXPIRED, next_due
from newsletter.sending.sequence_statement import SequenceStatement
from newsletter.sending.tally import UNKNOWN, Line

Lines = Mapping[int, Line]

_OF_MAILING = Delivery.mailing_id == bindparam("mailing")
_CLOSE = (
    delete(table_of(SendWindow))
    .where(SendWindow.id == bindparam("window"))
    .returning(SendWindow.size, SendWindow.reserved_at)
)
_VACATE = update(table_of(SendWindow)).where(SendWindow.id == bindparam("window")).values(size=0, seqs=[])
_UNANSWERED = SequenceStatement(
    table_of(Delivery).c.seq,
    lambda seq_matches: select(Delivery.seq).where(
        _OF_MAILING, seq_matches, Delivery.outcome == Outcome.UNANSWERED
    ),
)
_QUEUED = SequenceStatement(
    table_of(DeliveryRetry).c.seq,
    lambda seq_matches: select(DeliveryRetry.seq).where(
        DeliveryRetry.mailing_id == bindparam("mailing"), seq_matches
    ),
)
_WAITING = SequenceStatement(
    table_of(DeliveryRetry).c.seq,
    lambda seq_matches: select(DeliveryRetry.seq).where(
        DeliveryRetry.mailing_id == bindparam("mailing"),
        seq_matches,
        DeliveryRetry.attempts == 0,
        DeliveryRetry.window_id.is_(None),
    ),
)
_WRITE = SequenceStatement(
    table_of(Delivery).c.seq,
    lambda seq_matches: (
        update(table_of(Delivery))
        .where(_OF_MAILING, seq_matches)
        .values(
            outcome=bindparam("line_outcome"),
            reason=bindparam("line_reason"),
            code=bindparam("line_code"),
            enhanced=bindparam("line_enhanced"),
            at=bindparam("now"),
            dated=func.coalesce(bindparam("dated", type_=UtcDateTime()), Delivery.dated),
        )
    ),
)


def settle(session: Session, mailing: Mailing, window_id: str, lines: Lines) -> None:
    """Merge `lines` (one for each delivery of the window) and close the window.

    The caller holds the mailing's lock and commits; a commit that fails is repeated until it succeeds, and
    only then is the tally deleted.
    """
    row = session.connection().execute(_CLOSE, {"window": window_id}).first()
    size, reserved_at = row or (None, None)
    if size:
        _merge(session, mailing, lines, dated=reserved_at)
    elif size is None:
        _correct_unanswered(
            session, mailing, {seq: line for seq, line in lines.items() if line.outcome is Outcome.SENT}
        )
    else:
        known = {seq: line for seq, line in lines.items() if line.outcome is not Outcome.UNANSWERED}
        _correct_unanswered(session, mailing, known)
    finish_if_done(session, mailing)


def settle_for(session: Session, mailing: Mailing, window: SendWindow) -> None:
    """Call everybody in the window unanswered: its holder is out of sight, and may come back to it.

    The caller holds the mailing's lock and commits.
    """
    session.connection().execute(_VACATE, {"window": window.id})
    _merge(session, mailing, dict.fromkeys(window.seqs, UNKNOWN), dated=window.reserved_at)
    finish_if_done(session, mailing)


def _correct_unanswered(session: Session, mailing: Mailing, known: Lines) -> None:
    """A holder came back after its window was settled: what it knows replaces what was unanswered."""
    if not known:
        return
    unanswered = _UNANSWERED.execute(session, known, mailing=mailing.id).scalars()
    corrected = {seq: known[seq] for seq in unanswered}
    if mailing.state is MailingState.CANCELLED:
        cancelled = Line(Outcome.EXCLUDED, Exclusion.CANCELLED.value)
        corrected = {seq: cancelled if _waits(line) else line for seq, line in corrected.items()}
    elif mailing.state is MailingState.FINISHED and any(_waits(line) for line in corrected.values()):
        advance(mailing, MailingState.SENDING)
        mailing.finished_at = None
    _merge(session, mailing, corrected, before=Outcome.UNANSWERED)
    sent = {seq: line for seq, line in known.items() if line.outcome is Outcome.SENT and seq not in corrected}
    if sent:
        _drop_resends(session, mailing, sent)


def _drop_resends(session: Session, mailing: Mailing, lines: Lines) -> None:
    """Somebody had them sent to again, and their turn has not come yet: now it is known that they have it."""
    waiting = set(_WAITING.execute(session, lines, mailing=mailing.id).scalars())
    _merge(session, mailing, {seq: lines[seq] for seq in waiting}, before=Outcome.PENDING)


def _merge(
    session: Session,
    mailing: Mailing,
    lines: Lines,
    *,
    before: Outcome | None = None,
    dated: datetime | None = None,
) -> None:
    """Write `lines` down; `before`: as what they were counted so far, None for in flight.

    `dated`: what their copies have as their Date; None: as it was noted before.
    """
    if not lines:
        return
    now = clock.now()
    final = _requeue(session, mailing, lines, now)
    _write(session, mailing.id, final, now, dated)
    note_refusals(session, mailing.id, final, now)
    key = None if before is None else (before, "")
    moves: list[tuple[counts.Key | None, counts.Key | None]] = [(key, _key(line)) for line in final.values()]
    counts.change(session, mailing.id, counts.moved(moves))


def _requeue(session: Session, mailing: Mailing, lines: Lines, now: datetime) -> dict[int, Line]:
    """Keep the queue of retries in step with `lines`; what became of each in the end."""
    queued = set(_QUEUED.execute(session, lines, mailing=mailing.id).scalars())
    if not queued and not any(map(_waits, lines.values())):
        return dict(lines)
    final = {}
    deferred = []
    for seq, line in lines.items():
        row = session.get(DeliveryRetry, (mailing.id, seq), populate_existing=True) if seq in queued else None
        if not _waits(line):
            final[seq] = line
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = DeliveryRetry(mailing_id=mailing.id, seq=seq, due=now, attempts=0, first_at=now)
            session.add(row)
        final[seq] = _put_back(session, row, line, now)
        if row.attempts == 1 and line.attempted:
            deferred.append(seq)
    session.flush()
    note_deferred(session, mailing.id, deferred)
    return final


def _waits(line: Line) -> bool:
    return line.outcome in {Outcome.RETRY, Outcome.PENDING}


def _put_back(session: Session, row: DeliveryRetry, line: Line, now: datetime) -> Line:
    """Let a delivery wait for its next turn, or give it up; what became of it in the end."""
    row.window_id = None
    row.due = now
    if not line.attempted:
        return replace(line, outcome=Outcome.RETRY if row.attempts else Outcome.PENDING)
    row.attempts += 1
    due = next_due(row.attempts, row.first_at, now)
    if due is None:
        session.flush()
        session.delete(row)
        return Line(Outcome.REJECTED, EXPIRED, line.code, line.enhanced)
    row.due = due
    return line


def _write(session: Session, mailing_id: int, lines: Lines, now: datetime, dated: datetime | None) -> None:
    """One statement for all that ended alike: nearly always that is the whole window."""
    by_line: dict[Line, list[int]] = {}
    for seq, line in lines.items():
        by_line.setdefault(line, []).append(seq)
    for line, seqs in by_line.items():
        _WRITE.execute(
            session,
            seqs,
            mailing=mailing_id,
            line_outcome=line.outcome,
            line_reason=line.reason,
            line_code=line.code,
            line_enhanced=line.enhanced,
            now=now,
            dated=dated,
        )


def _key(line: Line) -> counts.Key:
    """Where a line is counted: by reason if it is over, not if it still waits."""
    return line.outcome, line.reason if line.outcome in {Outcome.REJECTED, Outcome.EXCLUDED} else ""
