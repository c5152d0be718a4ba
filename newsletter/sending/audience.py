"""The audience that a mailing would have now: how many get it, and who does not, by reason."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.issues.models import Issue
from newsletter.segments.compile import in_segment
from newsletter.segments.models import Segment
from newsletter.sending.exclusion import reason_at_freeze
from newsletter.subscribers.models import Subscriber, Subscription, Suppression


@dataclass(frozen=True)
class Audience:
    """`readers` get a copy; `excluded` counts the others by the words of `Exclusion`, in their order."""

    readers: int
    excluded: dict[str, int]

    @property
    def candidates(self) -> int:
        """Everybody who ever subscribed to the publication."""
        return self.readers + sum(self.excluded.values())


def count_audience(session: Session, issue: Issue, segment: Segment | None = None) -> Audience:
    """Count the audience by the rule of the freeze, which decides again when the mailing is due.

    `segment`: of a mailing that goes to it alone. Raises `Refused` when its rules cannot be used.
    """
    now = clock.now()
    within = None if segment is None else in_segment(session, issue.publication, segment, now)
    reason = reason_at_freeze(
        now, issue.id, corrects_issue_id=issue.corrects_issue_id, in_segment=within
    ).label("reason")
    reasons = (
        select(reason)
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Subscription.publication_id == issue.publication_id)
        .subquery()
    )
    rows = session.execute(select(reasons.c.reason, func.count()).group_by(reasons.c.reason)).all()
    counted: dict[str, int] = {row[0]: row[1] for row in rows}
    readers = counted.pop("", 0)
    return Audience(readers, dict(sorted(counted.items(), key=lambda entry: -entry[1])))
