"""Who gets no copy, and why: one rule, asked when the audience is frozen and again at each reservation."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, case, exists, literal, or_, select
from sqlalchemy.orm import aliased

from newsletter.issues.models import Issue
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


def reason_at_freeze(
    now: datetime,
    issue: Issue,
    in_segment: ColumnElement[bool] | None = None,
    *,
    mailing_id: int = 0,
    was_sent: bool = True,
) -> ColumnElement[str]:
    """The same, and whoever has this issue from another mailing; `mailing_id` 0 is one not made yet.

    Also whoever is not `in_segment`, where the mailing goes to one; whoever did not get what a correction
    mail corrects; and of each issue and the monthly summary, whoever gets the other. Without an earlier
    mailing (`was_sent`) nobody is looked up in the ledger.
    """
    further: list[tuple[ColumnElement[bool], Exclusion]] = []
    if in_segment is not None:
        further.append((~in_segment, Exclusion.NOT_IN_SEGMENT))
    if issue.corrects_issue_id is not None:
        further.append((~has_received(issue.corrects_issue_id), Exclusion.NOT_RECEIVED))
    elif issue.summary_month is not None:
        further.append((Subscription.monthly.is_(False), Exclusion.EACH_ISSUE))
    elif issue.publication.monthly_summary:
        further.append((Subscription.monthly.is_(True), Exclusion.MONTHLY))
    if was_sent:
        further.append((has_received(issue.id, mailing_id), Exclusion.ALREADY_RECEIVED))
    rule = exclusion_reason(now)
    reasons = ((when, literal(reason.value)) for when, reason in further)
    return case((rule != "", rule), *reasons, else_=literal(""))


def has_received(issue_id: int, other_than: int = 0) -> ColumnElement[bool]:
    """Whether the subscriber got, or may have got, this issue from a mailing of it, `other_than` left out.

    Unanswered counts as got: the message was handed over, and may well have arrived.
    """
    mailing, delivery = aliased(Mailing), aliased(Delivery)
    return exists(
        select(delivery.seq)
        .join(mailing, mailing.id == delivery.mailing_id)
        .where(
            mailing.issue_id == issue_id,
            mailing.id != other_than,
            delivery.subscriber_id == Subscription.subscriber_id,
            delivery.outcome.in_([Outcome.SENT, Outcome.UNANSWERED]),
        )
    )
