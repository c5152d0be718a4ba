"""Who gets no copy, and why: one rule, asked when the audience is frozen and again at each reservation."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, case, exists, literal, or_, select
from sqlalchemy.orm import aliased

from newsletter.mailings.models import Delivery, Exclusion, Mailing, Outcome
from newsletter.subscribers.models import EndReason, State, Subscriber, Subscription, Suppression


def exclusion_reason(now: datetime | BindParameter[datetime]) -> ColumnElement[str]:
    """Why a subscription is not written to at `now`, or the empty string.

    For a statement over `Subscription`, its `Subscriber` and, by an outer join on the hash of the address,
    its `Suppression`.
    """
    still_paused = or_(Subscription.paused_until.is_(None), Subscription.paused_until > now)
    rules: list[tuple[ColumnElement[bool], Exclusion]] = [
        (or_(Subscriber.erased_at.is_not(None), Subscriber.email.is_(None)), Exclusion.ERASED),
        (
            and_(
                Subscription.state == State.ENDED,
                Subscription.ended_reason == EndReason.UNSUBSCRIBED,
            ),
            Exclusion.UNSUBSCRIBED,
        ),
        (Subscription.state == State.ENDED, Exclusion.ENDED),
        (Suppression.id.is_not(None), Exclusion.SUPPRESSED),
        (Subscription.state == State.PENDING, Exclusion.UNCONFIRMED),
        (and_(Subscription.state == State.PAUSED, still_paused), Exclusion.PAUSED),
    ]
    return case(*((when, literal(reason.value)) for when, reason in rules), else_=literal(""))


def reason_at_freeze(now: datetime, issue_id: int, mailing_id: int = 0) -> ColumnElement[str]:
    """The same, and whoever has this issue from another mailing; `mailing_id` 0 is one not made yet."""
    rule = exclusion_reason(now)
    received = already_received(issue_id, mailing_id)
    reason = case((received, literal(Exclusion.ALREADY_RECEIVED.value)), else_=literal(""))
    return case((rule != "", rule), else_=reason)


def already_received(issue_id: int, mailing_id: int) -> ColumnElement[bool]:
    """Whether the subscriber got, or may have got, this issue from another mailing of it."""
    other, theirs = aliased(Mailing), aliased(Delivery)
    return exists(
        select(theirs.seq)
        .join(other, other.id == theirs.mailing_id)
        .where(
            other.issue_id == issue_id,
            other.id != mailing_id,
            theirs.subscriber_id == Subscription.subscriber_id,
            theirs.outcome.in_([Outcome.SENT, Outcome.UNANSWERED]),
        )
    )
