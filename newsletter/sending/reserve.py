"""Reserve a window: the right to send to some deliveries, taken in one durable transaction.

Places that nobody has reserved are taken by moving `next_seq`; deliveries that wait for another attempt are
claimed by name. Only then, in a second statement, are the members read with their suppressions and
subscriptions: a single statement would read a snapshot older than the lock it waited for, and write to
somebody who has just left.
"""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings import counts
from newsletter.mailings.models import (
    Control,
    Delivery,
    DeliveryRetry,
    Mailing,
    MailingState,
    Outcome,
    SendWindow,
)
from newsletter.sending.exclusion import exclusion_reason
from newsletter.sending.tally import Tally
from newsletter.subscribers.models import Subscriber, Subscription, Suppression

# A holder stops starting messages this long after it reserved; who is left goes back.
START_WITHIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Recipient:
    """One member of a window, with what its message is filled with."""

    seq: int
    subscriber_id: int
    subscription_id: int
    email: str
    name: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Window:
    """A reserved window: its members, its open tally, and until when its messages may start."""

    id: str
    mailing_id: int
    recipients: list[Recipient]
    tally: Tally
    start_before: float  # of `clock.monotonic`


def reserve(session: Session, mailing: Mailing, tally_dir: Path, host: str, size: int) -> Window | None:
    """The next window of a mailing, or None when nothing can be sent now.

    The caller holds the mailing's lock, and commits; if that fails it discards the window's tally. Raises
    `OSError` when the tally cannot be made.
    """
    if mailing.state is not MailingState.SENDING or mailing.control is not Control.GO:
        return None
    start_before = clock.monotonic() + START_WITHIN_SECONDS
    window_id = uuid.uuid4().hex
    while True:
        seqs = _claim_waiting(session, mailing, window_id, size) or _take_places(session, mailing, size)
        if not seqs:
            return None
        recipients = _read_members(session, mailing, seqs)
        if recipients:
            break
    members = [recipient.seq for recipient in recipients]
    tally = Tally.create(tally_dir, window_id, mailing.id, members)
    session.add(
        SendWindow(
            id=window_id,
            mailing_id=mailing.id,
            seqs=members,
            size=len(members),
            host=host,
            tally=str(tally.path),
        )
    )
    session.flush()
    return Window(window_id, mailing.id, recipients, tally, start_before)


def _take_places(session: Session, mailing: Mailing, size: int) -> list[int]:
    first = mailing.next_seq
    last = min(first + size - 1, mailing.members)
    mailing.next_seq = max(first, last + 1)
    session.flush()
    return list(range(first, last + 1))


def _claim_waiting(session: Session, mailing: Mailing, window_id: str, size: int) -> list[int]:
    due = session.scalars(
        select(DeliveryRetry)
        .where(
            DeliveryRetry.mailing_id == mailing.id,
            DeliveryRetry.window_id.is_(None),
            DeliveryRetry.due <= clock.now(),
        )
        .order_by(DeliveryRetry.due, DeliveryRetry.seq)
        .limit(size)
    ).all()
    if not due:
        return []
    seqs = [row.seq for row in due]
    session.execute(
        update(DeliveryRetry)
        .where(DeliveryRetry.mailing_id == mailing.id, DeliveryRetry.seq.in_(seqs))
        .values(window_id=window_id)
        .execution_options(synchronize_session=False)
    )
    counts.change(
        session,
        mailing.id,
        counts.moved([((Outcome.RETRY if row.attempts else Outcome.PENDING, ""), None) for row in due]),
    )
    session.expire_all()
    return seqs


def _read_members(session: Session, mailing: Mailing, seqs: list[int]) -> list[Recipient]:
    """The members at `seqs` who may still be written to; the others are excluded here, with their reason."""
    found = session.execute(
        select(
            Delivery.seq,
            Subscriber.id,
            Subscription.id,
            Subscriber.email,
            Subscriber.name,
            Subscriber.attributes,
            exclusion_reason(clock.now()),
        )
        .join(Subscription, Subscription.id == Delivery.subscription_id)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Delivery.mailing_id == mailing.id, Delivery.seq.in_(seqs))
        .order_by(Delivery.seq)
    ).all()
    left_out = {row[0]: row[6] for row in found if row[6]}
    _exclude(session, mailing, left_out)
    return [Recipient(*row[:6]) for row in found if not row[6]]


def _exclude(session: Session, mailing: Mailing, reasons: dict[int, str]) -> None:
    if not reasons:
        return
    for reason in sorted(set(reasons.values())):
        seqs = [seq for seq, why in reasons.items() if why == reason]
        session.execute(
            update(Delivery)
            .where(Delivery.mailing_id == mailing.id, Delivery.seq.in_(seqs))
            .values(outcome=Outcome.EXCLUDED, reason=reason, at=clock.now())
            .execution_options(synchronize_session=False)
        )
        counts.change(session, mailing.id, {(Outcome.EXCLUDED, reason): len(seqs)})
    session.execute(
        delete(DeliveryRetry)
        .where(DeliveryRetry.mailing_id == mailing.id, DeliveryRetry.seq.in_(list(reasons)))
        .execution_options(synchronize_session=False)
    )
