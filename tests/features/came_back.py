"""Something of each kind that came back of a mailing."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.feedback.attribute import find_delivery
from newsletter.feedback.count_refused import count_refused
from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.take import MAIL, Intake, record
from newsletter.mailings.models import Delivery, Outcome

SAID = "550 5.1.1 <ana@readers.example> no such user here; see https://mx.readers.example/help/?code=5.1.1"


def let_come_back(session: Session, mailing_id: int) -> None:
    """Of each of the first deliveries that were sent another kind."""
    sent = select(Delivery.seq).where(Delivery.mailing_id == mailing_id, Delivery.outcome == Outcome.SENT)
    taken = []
    for kind, seq in zip(EventKind, session.scalars(sent.order_by(Delivery.seq).limit(7)), strict=False):
        reason = EventReason.USER_UNKNOWN if kind in {EventKind.HARD, EventKind.SOFT} else None
        event = FeedbackEvent(kind, "dsn", reason, diagnostic=SAID if reason else "", code="5.1.1")
        owner = find_delivery(session, mailing_id, seq)
        taken += record(session, [(event, owner)], Intake(MAIL, f"{mailing_id} {seq}", b"Subject: Returned"))
    record(session, [(FeedbackEvent(EventKind.UNKNOWN, "none"), None)], Intake(MAIL, f"{mailing_id}"))
    count_refused(session, "mailgun", "webhook_forged")
    for number, row in enumerate(taken):
        row.received_at = clock.now() - timedelta(hours=number)
    session.commit()
