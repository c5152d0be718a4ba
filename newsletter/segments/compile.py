"""Rules as one condition in SQL, over `Subscription` joined with its `Subscriber`."""

from datetime import datetime
from functools import singledispatch
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session

from newsletter.mailings.models import Delivery, Mailing, Outcome
from newsletter.publications.models import Publication
from newsletter.segments.attribute_condition import attribute_condition, folded, lower
from newsletter.segments.days import begin_of, day_of, end_of
from newsletter.segments.models import Segment
from newsletter.segments.names import Names, look_up, require_complete
from newsletter.segments.read import read
from newsletter.segments.rules import (
    AllOf,
    AnyOf,
    AttributeRule,
    ClickedRule,
    ConfirmedRule,
    DidNotGetRule,
    GotRule,
    LanguageRule,
    MailingRule,
    NoneOf,
    Not,
    Period,
    RejectedRule,
    SegmentRule,
    SignedUpRule,
    SourceRule,
    StateRule,
    TagRule,
    TopicRule,
    mailings_of,
)
from newsletter.subscribers.models import ConsentKind, ConsentRecord, State, Subscriber, Subscription
from newsletter.subscribers.tags.models import SubscriberTag
from newsletter.subscribers.topics.models import MutedTopic
from newsletter.tracking.models import EventKind, Label, TrackingEvent

GOT = (Outcome.SENT, Outcome.UNANSWERED)  # unanswered may well have arrived
SIGN_UPS = (ConsentKind.REQUESTED, ConsentKind.IMPORTED, ConsentKind.VOUCHED)


def compile_rules(
    session: Session, publication: Publication, rules: Any, now: datetime
) -> ColumnElement[bool]:
    """Whether a subscription of `publication` is met by `rules` at `now`; never NULL.

    For a statement over `Subscription` and its `Subscriber`. Raises `Refused` when the rules name what is not
    there any more, rather than choosing anybody by the rest.
    """
    names = look_up(session, publication, rules, now)
    require_complete(rules, names)
    return condition(rules, names)


def in_segment(
    session: Session, publication: Publication, segment: Segment, now: datetime
) -> ColumnElement[bool]:
    """The same of a saved segment."""
    return compile_rules(session, publication, read(segment.rules), now)


def condition(rule: Any, names: Names) -> ColumnElement[bool]:
    """The same of one rule, with what it names looked up before."""
    match rule:
        case AllOf(all=rules):
            return and_(true(), *(condition(inner, names) for inner in rules))
        case AnyOf(any=rules):
            return or_(false(), *(condition(inner, names) for inner in rules))
        case NoneOf(none=rules):
            return not_(or_(false(), *(condition(inner, names) for inner in rules)))
        case Not(not_=inner):
            return not_(condition(inner, names))
        case SegmentRule(segment=slug):
            return condition(names.segments[slug], names)
    return leaf_condition(rule, names)


@singledispatch
def leaf_condition(rule: Any, _names: Names) -> ColumnElement[bool]:
    """The same of a rule that is no group, one implementation for each kind."""
    raise AssertionError(rule)


@leaf_condition.register
def _attribute(rule: AttributeRule, names: Names) -> ColumnElement[bool]:
    return attribute_condition(rule, names)


@leaf_condition.register
def _tag(rule: TagRule, names: Names) -> ColumnElement[bool]:
    return exists().where(
        SubscriberTag.tag_id == names.tags[rule.tag].id,
        SubscriberTag.subscriber_id == Subscription.subscriber_id,
    )


@leaf_condition.register
def _topic(rule: TopicRule, names: Names) -> ColumnElement[bool]:
    muted = (
        MutedTopic.topic_id == names.topics[rule.topic].id,
        MutedTopic.subscription_id == Subscription.id,
    )
    return ~exists().where(*muted)


@leaf_condition.register
def _language(rule: LanguageRule, names: Names) -> ColumnElement[bool]:
    wanted, chosen = folded(rule.language), lower(Subscriber.language, names.dialect)
    prefix = f"{wanted}-"
    meets = or_(chosen == wanted, func.substr(chosen, 1, len(prefix)) == prefix)
    default = folded(names.language)
    return or_(meets, Subscriber.language == "") if f"{default}-".startswith(prefix) else meets


@leaf_condition.register
def _signed_up(rule: SignedUpRule, names: Names) -> ColumnElement[bool]:
    return _within(Subscription.created_at, rule.signed_up, names)


@leaf_condition.register
def _confirmed(rule: ConfirmedRule, names: Names) -> ColumnElement[bool]:
    known = Subscription.confirmed_at.is_not(None)
    return and_(known, _within(Subscription.confirmed_at, rule.confirmed, names))


@leaf_condition.register
def _source(rule: SourceRule, _names: Names) -> ColumnElement[bool]:
    return exists().where(
        ConsentRecord.subscription_id == Subscription.id,
        ConsentRecord.kind.in_(SIGN_UPS),
        ConsentRecord.source == rule.source,
    )


@leaf_condition.register
def _state(rule: StateRule, names: Names) -> ColumnElement[bool]:
    if rule.state == "paused":
        return and_(Subscription.state == State.PAUSED, not_(_pause_is_over(names.now)))
    return is_active(names.now)


@leaf_condition.register
def _did_not_get(rule: DidNotGetRule, names: Names) -> ColumnElement[bool]:
    return not_(_past(GotRule(got=rule.did_not_get, mailings=rule.mailings), names))


def is_active(now: datetime) -> ColumnElement[bool]:
    """Active, or paused until before `now`."""
    return or_(
        Subscription.state == State.ACTIVE, and_(Subscription.state == State.PAUSED, _pause_is_over(now))
    )


def _pause_is_over(now: datetime) -> ColumnElement[bool]:
    return func.coalesce(Subscription.paused_until <= now, false())


def _within(moment: Any, period: Period, names: Names) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    if period.after is not None:
        parts.append(moment >= end_of(day_of(period.after, names.now, names.zone), names.zone))
    if period.before is not None:
        parts.append(moment < begin_of(day_of(period.before, names.now, names.zone), names.zone))
    return and_(*parts)


@leaf_condition.register(ClickedRule)
@leaf_condition.register(GotRule)
@leaf_condition.register(RejectedRule)
def _past(rule: MailingRule, names: Names) -> ColumnElement[bool]:
    which, at_least = mailings_of(rule), rule.at_least or 1
    if which == "never":
        return not_(_happened(rule, names, None, 1))
    if which == "ever":
        return _happened(rule, names, None, at_least)
    ids = names.latest[: rule.mailings or 1] if which == "latest" else (which,)
    return _happened(rule, names, ids, at_least) if len(ids) >= at_least else false()


def _happened(
    rule: MailingRule, names: Names, ids: tuple[int, ...] | None, at_least: int
) -> ColumnElement[bool]:
    """In at least so many of these mailings; None: of all that the publication ever sent."""
    if isinstance(rule, ClickedRule):
        mailing_id: Any = TrackingEvent.mailing_id
        matching = and_(
            TrackingEvent.subscriber_id == Subscription.subscriber_id,
            TrackingEvent.kind == EventKind.CLICK,
            TrackingEvent.label == Label.PERSON,
        )
    else:
        mailing_id = Delivery.mailing_id
        outcomes = GOT if isinstance(rule, GotRule) else (Outcome.REJECTED,)
        matching = and_(Delivery.subscriber_id == Subscription.subscriber_id, Delivery.outcome.in_(outcomes))
    all_of_publication = select(Mailing.id).where(Mailing.publication_id == names.publication_id)
    matching = and_(matching, mailing_id.in_(all_of_publication if ids is None else ids))
    if at_least == 1:
        return exists().where(matching)
    how_many: Select[int] = select(func.count(mailing_id.distinct())).where(matching)
    return how_many.scalar_subquery() >= literal(at_least)
