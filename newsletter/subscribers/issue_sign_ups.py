"""Sign-ups by the issue whose page in the archive people came from: counted by us, without a cookie."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.subscribers.models import IssueSignUp, Subscription


@dataclass(frozen=True)
class IssueSignUps:
    """How many people asked for a subscription from the page of an issue, and how many of them confirmed."""

    asked: int
    confirmed: int


def record_issue_sign_up(
    session: Session, subscription_id: int, issue_id: int, at: datetime | None = None
) -> None:
    """Write down that the subscription was asked for from the page of the issue, at `at` or now."""
    session.merge(IssueSignUp(subscription_id=subscription_id, issue_id=issue_id, at=at or clock.now()))


def count_issue_sign_ups(session: Session, issue_id: int) -> IssueSignUps:
    """The sign-ups from the page of an issue. People who left or were erased since still count."""
    confirmed = func.count(Subscription.id).filter(Subscription.confirmed_at >= IssueSignUp.at)
    row = session.execute(
        select(func.count(), confirmed)
        .select_from(IssueSignUp)
        .join(Subscription, Subscription.id == IssueSignUp.subscription_id)
        .where(IssueSignUp.issue_id == issue_id)
    ).one()
    return IssueSignUps(row[0], row[1])
