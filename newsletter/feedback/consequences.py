"""What follows from everything that came back of one person: the only place that decides it.

Hard bounces and complaints suppress at once, failures for the moment (`SOFT`) after several over a week
without a success between. Whatever is about the sender suppresses nobody, and what came back from an address
that the person has given up says nothing of the one that they have now.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.address_text import hide_addresses
from newsletter.feedback.events import ABOUT_SENDER, EventKind, EventReason
from newsletter.feedback.models import Consequence, FeedbackRecord
from newsletter.mailings.models import Delivery, Outcome
from newsletter.subscribers.models import Subscriber, Suppression, SuppressionReason
from newsletter.subscribers.suppress import suppress, suppression_of

SOFT_FAILURES = 3
SOFT_SPAN = timedelta(days=7)
BY_FEEDBACK = frozenset(
    {SuppressionReason.HARD_BOUNCE, SuppressionReason.SOFT_BOUNCE, SuppressionReason.COMPLAINT}
)
NOT_SOFT = ABOUT_SENDER | {None, EventReason.OTHER}


def reconsider(session: Session, subscriber_id: int, *, actor: str = audit.SYSTEM) -> bool | None:
    """Suppress the person's address, or lift that, as their events say now. The caller commits.

    True: it was suppressed; False: that was lifted; None: nothing changed. A suppression by hand stays.
    """
    subscriber = session.get(Subscriber, subscriber_id, with_for_update=True, populate_existing=True)
    if subscriber is None or subscriber.address_hash is None:
        return None
    session.flush()
    suppression = suppression_of(session, subscriber)
    grounds = find_grounds(session, subscriber)
    if grounds is None:
        return _thaw(session, subscriber, suppression, actor)
    reason, records = grounds
    if suppression is None:
        suppress(session, subscriber.address_hash, reason, actor=actor, note=note_of(records[-1]))
        audit.record(session, "subscriber.suppressed", "subscriber", subscriber.id, actor=actor)
    if suppression is None or suppression.reason in BY_FEEDBACK:
        _mark(records, Consequence.SUPPRESSED)
    return True if suppression is None else None


def find_grounds(
    session: Session, subscriber: Subscriber
) -> tuple[SuppressionReason, Sequence[FeedbackRecord]] | None:
    """Why the person's address is to be suppressed, and the events that say so; None: it is not."""
    records = session.scalars(
        select(FeedbackRecord)
        .where(
            is_of_present_address(subscriber),
            FeedbackRecord.kind.in_([EventKind.HARD, EventKind.SOFT, EventKind.COMPLAINT]),
            FeedbackRecord.consequence.not_in([Consequence.LIFTED, Consequence.IGNORED]),
        )
        .order_by(FeedbackRecord.sent_at, FeedbackRecord.id)
    ).all()
    for kind, reason in (
        (EventKind.COMPLAINT, SuppressionReason.COMPLAINT),
        (EventKind.HARD, SuppressionReason.HARD_BOUNCE),
    ):
        decisive = [record for record in records if record.kind is kind]
        if decisive:
            return reason, decisive
    soft = [record for record in records if record.kind is EventKind.SOFT and record.reason not in NOT_SOFT]
    _mark((record for record in soft if record.consequence is Consequence.NONE), Consequence.COUNTED)
    failed = _last_failures(soft, _successes(session, subscriber.id))
    return (SuppressionReason.SOFT_BOUNCE, failed) if failed else None


def is_of_present_address(subscriber: Subscriber) -> ColumnElement[bool]:
    """A condition on `FeedbackRecord`: it came back from the address that the person has."""
    return and_(
        FeedbackRecord.subscriber_id == subscriber.id,
        FeedbackRecord.address_hash == subscriber.address_hash,
    )


def note_of(record: FeedbackRecord) -> str:
    """What the suppression says for itself: the reason, the code and what the server said."""
    words = (record.reason.value if record.reason else record.kind.value, record.code)
    said = hide_addresses(record.diagnostic)
    return ": ".join(part for part in (" ".join(filter(None, words)), said) if part)[:500]


def _last_failures(records: Sequence[FeedbackRecord], successes: Sequence[datetime]) -> list[FeedbackRecord]:
    """The failures since the last success between two of them, if there are enough over a long enough time.

    Of one delivery, only one counts.
    """
    by_delivery = {(record.mailing_id, record.seq or record.id): record for record in records}
    failures = sorted(by_delivery.values(), key=lambda record: record.sent_at)
    if not failures:
        return []
    end = failures[-1].sent_at
    since = max((success for success in successes if success < end), default=None)
    run = [record for record in failures if since is None or record.sent_at > since]
    enough = len(run) >= SOFT_FAILURES and run[-1].sent_at - run[0].sent_at >= SOFT_SPAN
    return run if enough else []


def _successes(session: Session, subscriber_id: int) -> Sequence[datetime]:
    """When messages were sent to the person that did not come back."""
    came_back = exists().where(
        FeedbackRecord.mailing_id == Delivery.mailing_id,
        FeedbackRecord.seq == Delivery.seq,
        FeedbackRecord.kind.in_([EventKind.HARD, EventKind.SOFT]),
    )
    sent = select(Delivery.at).where(
        Delivery.subscriber_id == subscriber_id, Delivery.outcome == Outcome.SENT, ~came_back
    )
    return [at for at in session.scalars(sent) if at is not None]


def _thaw(
    session: Session, subscriber: Subscriber, suppression: Suppression | None, actor: str
) -> bool | None:
    """Lift a suppression that events made and none supports any more."""
    made = session.scalars(
        select(FeedbackRecord).where(
            is_of_present_address(subscriber), FeedbackRecord.consequence == Consequence.SUPPRESSED
        )
    ).all()
    _mark(made, Consequence.NONE)
    if suppression is None or suppression.reason not in BY_FEEDBACK or not made:
        return None
    session.execute(delete(Suppression).where(Suppression.id == suppression.id))
    audit.record(session, "address.lifted", "suppression", suppression.id, actor=actor)
    audit.record(session, "subscriber.lifted", "subscriber", subscriber.id, actor=actor)
    return False


def _mark(records: Iterable[FeedbackRecord], consequence: Consequence) -> None:
    for record in records:
        record.consequence = consequence
