"""What came back of a mailing after it was sent: bounces by reason, complaints, replies by people.

What mail servers refused in the dialogue itself is among the rejected of the mailing, and not here.
"""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.feedback.circuit_breaker import SMTP
from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.models import FeedbackRecord
from newsletter.reports.rate import Rate

BOUNCES = (EventKind.HARD, EventKind.SOFT)


@dataclass(frozen=True, slots=True)
class Bounces:
    """How many deliveries came back for a reason: the address is dead (hard), or not (soft)."""

    kind: EventKind
    reason: EventReason | None
    count: int


@dataclass(frozen=True, slots=True)
class CameBack:
    """Deliveries of which something came back; rates are of what was sent. A delivery may bounce twice."""

    bounced: Rate
    complaints: Rate
    replies: int
    bounces: list[Bounces]

    def as_json(self) -> dict[str, Any]:
        return {
            "bounced": self.bounced.as_json(),
            "complaints": self.complaints.as_json(),
            "replies": self.replies,
            "bounces": [asdict(each) for each in self.bounces],
        }


def read_came_back(session: Session, mailing_id: int, sent: int) -> CameBack:
    """What came back of a mailing of which `sent` copies were taken."""
    later = (
        FeedbackRecord.mailing_id == mailing_id,
        FeedbackRecord.seq.is_not(None),
        FeedbackRecord.source != SMTP,
    )
    deliveries = func.count(FeedbackRecord.seq.distinct())

    def count(*kinds: EventKind) -> int:
        return session.scalar(select(deliveries).where(*later, FeedbackRecord.kind.in_(kinds))) or 0

    by_reason = (
        select(FeedbackRecord.kind, FeedbackRecord.reason, deliveries)
        .where(*later, FeedbackRecord.kind.in_(BOUNCES))
        .group_by(FeedbackRecord.kind, FeedbackRecord.reason)
        .order_by(deliveries.desc(), FeedbackRecord.kind, FeedbackRecord.reason)
    )
    return CameBack(
        bounced=Rate(count(*BOUNCES), sent),
        complaints=Rate(count(EventKind.COMPLAINT), sent),
        replies=count(EventKind.REPLY),
        bounces=[Bounces(kind, reason, n) for kind, reason, n in session.execute(by_reason)],
    )
