"""Reserve a window: the right to send to some deliveries, taken in one durable transaction.

Deliveries that wait for another attempt and are due are claimed by name; else those that nobody has
reserved yet are taken by moving `next_seq`. Only then their recipients are read (`sending.recipients`).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Integer, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.db import table_of
from newsletter.issues.recipient import Recipient
from newsletter.mailings import counts
from newsletter.mailings.models import Delivery, DeliveryRetry, Mailing, Outcome, SendWindow
from newsletter.sending.recipients import read_recipients
from newsletter.sending.retry import IS_DUE, due_at
from newsletter.sending.sequence_statement import SequenceStatement
from newsletter.sending.tally import Tally
from newsletter.transports.quota import schedule_by_provider
from newsletter.transports.transport_config import TransportConfig

# A holder stops starting messages this long after it reserved; who is left goes back.
START_WITHIN_SECONDS = 60
# A slow provider must not move a whole list into the table of those who wait.
LONG_QUEUE = timedelta(hours=1)
PERMANENT = 500  # the first code of a permanent refusal (RFC 5321 §4.2.1)

_DUE = (
    select(DeliveryRetry.seq, DeliveryRetry.attempts)
    .where(DeliveryRetry.mailing_id == bindparam("mailing"), DeliveryRetry.window_id.is_(None), IS_DUE)
    .order_by(DeliveryRetry.due, DeliveryRetry.seq)
    .limit(bindparam("size", type_=Integer()))
)
_CLAIM = SequenceStatement(
    table_of(DeliveryRetry).c.seq,
    lambda seq_matches: (
        update(table_of(DeliveryRetry))
        .where(DeliveryRetry.mailing_id == bindparam("mailing"), seq_matches)
        .values(window_id=bindparam("window"))
    ),
)
_OPEN = insert(table_of(SendWindow))


@dataclass(frozen=True)
class Window:
    """A reserved window: its recipients, its open tally, its transport, until when its messages may start."""

    id: str
    mailing_id: int
    recipients: list[Recipient]
    tally: Tally
    transport: TransportConfig
    start_before: float  # of `clock.monotonic`
    reserved_at: datetime  # which its messages have as their Date
    day: date  # on which the transport counts it
    fresh: bool  # its recipients have their first turn
    refusals_seen: bool = False  # somebody read why the mailing had paused itself, and resumed it
    # Who of them had been given back because everybody was refused alike, before it was resumed.
    believed: frozenset[int] = frozenset()


def reserve(
    session: Session, mailing: Mailing, transport: TransportConfig, size: int, *, tally_dir: Path, host: str
) -> Window | None:
    """The next window of a mailing, at most `size` recipients, or None when nobody is due.

    The caller holds the mailing's lock, has asked the transport for `size`, and commits; if that fails it
    discards the window's tally. Raises `OSError` when the tally cannot be made.
    """
    start_before = clock.monotonic() + START_WITHIN_SECONDS
    now = clock.now()
    day = transport.limits.day(now)
    window_id = uuid.uuid4().hex
    recipients: list[Recipient] = []
    while not recipients:
        if claimed := _claim_waiting(session, mailing, window_id, size):
            recipients = read_recipients(session, mailing, claimed)
        elif _queue_is_long(session, mailing, transport):
            return None
        elif taken := _take_next(mailing, size):
            recipients = _within_limits(session, mailing, transport, read_recipients(session, mailing, taken))
        else:
            return None
    seqs = [recipient.seq for recipient in recipients]
    tally = _open_window(session, mailing, window_id, seqs, now, tally_dir=tally_dir, host=host)
    believed = _given_back(session, mailing, seqs) if claimed and mailing.refusals_seen else frozenset()
    return Window(
        window_id,
        mailing.id,
        recipients,
        tally,
        transport,
        start_before,
        now,
        day,
        fresh=not claimed,
        refusals_seen=mailing.refusals_seen,
        believed=believed,
    )


def _open_window(
    session: Session,
    mailing: Mailing,
    window_id: str,
    seqs: list[int],
    now: datetime,
    *,
    tally_dir: Path,
    host: str,
) -> Tally:
    """Insert the window's row, with its tally made before."""
    tally = Tally.create(tally_dir, window_id, mailing.id, seqs)
    try:
        session.connection().execute(
            _OPEN,
            {
                "id": window_id,
                "mailing_id": mailing.id,
                "seqs": seqs,
                "size": len(seqs),
                "host": host,
                "tally": str(tally.path),
                "reserved_at": now,
            },
        )
    except BaseException:
        tally.discard()
        raise
    return tally


def _given_back(session: Session, mailing: Mailing, seqs: Sequence[int]) -> frozenset[int]:
    """Whose last answer was a refusal, although they are not rejected."""
    refused = select(Delivery.seq).where(
        Delivery.mailing_id == mailing.id, Delivery.seq.in_(seqs), Delivery.code >= PERMANENT
    )
    return frozenset(session.scalars(refused))


def _queue_is_long(session: Session, mailing: Mailing, transport: TransportConfig) -> bool:
    """Whether so many wait for a slot of their provider that nobody else joins them for now."""
    if not transport.limits.provider_limits:
        return False
    last = session.scalar(
        select(func.max(DeliveryRetry.due)).where(
            DeliveryRetry.mailing_id == mailing.id,
            DeliveryRetry.window_id.is_(None),
            DeliveryRetry.attempts == 0,
        )
    )
    return last is not None and last > clock.now() + LONG_QUEUE


def _take_next(mailing: Mailing, size: int) -> Sequence[int]:
    first = mailing.next_seq
    last = min(first + size - 1, mailing.members)
    mailing.next_seq = max(first, last + 1)
    return range(first, last + 1)


def _claim_waiting(session: Session, mailing: Mailing, window_id: str, size: int) -> Sequence[int]:
    asked = {"mailing": mailing.id, "size": size, **due_at(clock.now())}
    due = session.connection().execute(_DUE, asked).all()
    if not due:
        return []
    seqs = [row[0] for row in due]
    _CLAIM.execute(session, seqs, mailing=mailing.id, window=window_id)
    counts.change(
        session,
        mailing.id,
        counts.moved([((Outcome.RETRY if attempts else Outcome.PENDING, ""), None) for _, attempts in due]),
    )
    return seqs


def _within_limits(
    session: Session, mailing: Mailing, transport: TransportConfig, recipients: list[Recipient]
) -> list[Recipient]:
    """Those who may be written to now; the others wait for the slot that their provider's limit gave them.

    A slot is paid for: whoever comes back for it is not asked again, so nobody is moved twice.
    """
    now = clock.now()
    later = schedule_by_provider(session, transport, [recipient.email for recipient in recipients], now)
    if not later:
        return recipients
    session.execute(
        insert(DeliveryRetry),
        [
            {
                "mailing_id": mailing.id,
                "seq": recipients[index].seq,
                "due": due,
                "attempts": 0,
                "first_at": now,
                "window_id": None,
            }
            for index, due in later.items()
        ],
    )
    counts.change(session, mailing.id, {(Outcome.PENDING, ""): len(later)})
    return [recipient for index, recipient in enumerate(recipients) if index not in later]
