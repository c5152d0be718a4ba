"""The recipients of a window: read after their `seq` numbers were reserved, in a statement of their own.

A single statement would read a snapshot older than the lock it waited for, and write to somebody who has just
left.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.columns import UtcDateTime
from newsletter.core.db import table_of
from newsletter.issues.recipient import Recipient
from newsletter.mailings import counts
from newsletter.mailings.models import Delivery, DeliveryRetry, Mailing, Outcome
from newsletter.sending.exclusion import exclusion_reason
from newsletter.sending.sequence_statement import SequenceStatement
from newsletter.subscribers.models import Subscriber, Subscription, Suppression

_READ = SequenceStatement(
    table_of(Delivery).c.seq,
    lambda seq_matches: (
        select(
            Delivery.seq,
            Subscriber.id,
            Subscription.id,
            Subscriber.email,
            Subscriber.name,
            Subscriber.attributes,
            Delivery.variant,
            exclusion_reason(bindparam("now", type_=UtcDateTime())),
        )
        .join(Subscription, Subscription.id == Delivery.subscription_id)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Delivery.mailing_id == bindparam("mailing"), seq_matches)
        .order_by(Delivery.seq)
    ),
)
_EXCLUDE = SequenceStatement(
    table_of(Delivery).c.seq,
    lambda seq_matches: (
        update(table_of(Delivery))
        .where(Delivery.mailing_id == bindparam("mailing"), seq_matches)
        .values(outcome=Outcome.EXCLUDED, reason=bindparam("why"), at=bindparam("now"))
    ),
)
_FORGET = SequenceStatement(
    table_of(DeliveryRetry).c.seq,
    lambda seq_matches: delete(table_of(DeliveryRetry)).where(
        DeliveryRetry.mailing_id == bindparam("mailing"), seq_matches
    ),
)


def read_recipients(session: Session, mailing: Mailing, seqs: Sequence[int]) -> list[Recipient]:
    """The recipients at `seqs` who may still be written to; the others are excluded here, with their reason.

    The caller holds the mailing's lock and commits.
    """
    rows = _READ.execute(session, seqs, mailing=mailing.id, now=clock.now()).all()
    reasons = {row[0]: row[7] for row in rows if row[7]}
    if reasons:
        _exclude(session, mailing, reasons)
    return [Recipient(*row[:7]) for row in rows if not row[7]]


def _exclude(session: Session, mailing: Mailing, reasons: dict[int, str]) -> None:
    for reason in sorted(set(reasons.values())):
        seqs = [seq for seq, why in reasons.items() if why == reason]
        _EXCLUDE.execute(session, seqs, mailing=mailing.id, why=reason, now=clock.now())
        counts.change(session, mailing.id, {(Outcome.EXCLUDED, reason): len(seqs)})
    _FORGET.execute(session, reasons, mailing=mailing.id)
