"""Freeze the audience of a due mailing: every subscription of its publication becomes one delivery.

Walks the subscriptions in the order of subscribers, a chunk in a transaction; a freeze that was interrupted
continues after its last commit, and two at once take turns. Who is not written to gets a delivery too,
with the reason and a position below zero, so that every candidate is accounted for.
"""

from collections import Counter
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, case, func, insert, literal, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.approval.notify import tell_team
from newsletter.core import clock
from newsletter.core.errors import DomainError, Refused, Retryable
from newsletter.core.links import Links
from newsletter.issues.compile_mailing import compile_for_mailing
from newsletter.issues.load import load_document
from newsletter.issues.models import Issue, Revision
from newsletter.issues.publish import publish_issue
from newsletter.mailings import counts
from newsletter.mailings.lifecycle import advance, lock
from newsletter.mailings.models import (
    Control,
    Delivery,
    Mailing,
    MailingState,
    Outcome,
    StoredMessage,
)
from newsletter.mailings.totals import read_totals
from newsletter.publications.models import Publication
from newsletter.segments.frozen import freeze_segment, in_frozen_segment
from newsletter.sending import failpoints
from newsletter.sending.approval import HELD, is_unapproved
from newsletter.sending.control import auto_pause
from newsletter.sending.exclusion import reason_at_freeze
from newsletter.sending.variants import (
    VariantChoice,
    count_variants_frozen,
    variant_choice,
    variants_frozen,
)
from newsletter.subscribers.models import Subscriber, Subscription, Suppression

log = structlog.get_logger(__name__)

CHUNK = 20_000
# Mail that was meant for yesterday morning is not sent this evening without asking.
TOO_LATE = timedelta(hours=6)


def freeze(sessions: sessionmaker[Session], mailing_id: int, links: Links, chunk: int = CHUNK) -> bool:
    """Bring a due mailing from scheduled to sending; True when it is sending now. Safe to repeat."""
    with sessions() as session:
        if not _begin(session, mailing_id):
            return False
        session.commit()
    while True:
        with sessions() as session:
            more = _freeze_chunk(session, mailing_id, chunk)
            if failpoints.armed:
                failpoints.reach("freeze.chunk")
            session.commit()
        if not more:
            break
    with sessions() as session:
        ready = _complete(session, mailing_id, links)
        if failpoints.armed:
            failpoints.reach("freeze.complete")
        session.commit()
    return ready


def _begin(session: Session, mailing_id: int) -> bool:
    mailing = lock(session, mailing_id)
    if mailing.control is not Control.GO:
        return False
    if mailing.state is MailingState.FREEZING:
        return True
    now = clock.now()
    if mailing.state is not MailingState.SCHEDULED or mailing.scheduled_at > now:
        return False
    if now - max(mailing.scheduled_at, mailing.last_turn_at or mailing.scheduled_at) > TOO_LATE:
        auto_pause(session, mailing, "Its time passed while nothing was running. Resume it to send it now.")
        session.commit()
        return False
    if is_unapproved(session, mailing):
        auto_pause(session, mailing, HELD)
        tell_team(session, "approval_missing", session.get_one(Issue, mailing.issue_id))
        session.commit()
        return False
    return _begin_with_segment(session, mailing, now)


def _begin_with_segment(session: Session, mailing: Mailing, now: datetime) -> bool:
    """Keep the rules of its segment, by which all its chunks decide; held where they cannot be used."""
    try:
        freeze_segment(session, mailing, now)
    except Refused as error:
        auto_pause(session, mailing, error.message)
        session.commit()
        return False
    advance(mailing, MailingState.FREEZING)
    return True


def _freeze_chunk(session: Session, mailing_id: int, chunk: int) -> bool:
    """Freeze the next `chunk` candidates; False when there was none or somebody else is done."""
    mailing = lock(session, mailing_id)
    if mailing.state is not MailingState.FREEZING or mailing.control is not Control.GO:
        return False
    last = session.scalar(
        select(func.max(Subscription.subscriber_id)).where(
            Subscription.id.in_(
                select(Subscription.id)
                .where(
                    Subscription.publication_id == mailing.publication_id,
                    Subscription.subscriber_id > mailing.frozen_through,
                )
                .order_by(Subscription.subscriber_id)
                .limit(chunk)
            )
        )
    )
    if last is None:
        return False
    try:
        reason, variants = _reason(session, mailing), _variants(session, mailing)
    except Refused as error:  # what a rule is about was removed in the middle
        auto_pause(session, mailing, error.message)
        return False
    _insert_deliveries(session, mailing, last, variants.reason(reason), variants)
    _count(session, mailing, last, variants)
    mailing.frozen_through = last
    return True


def _insert_deliveries(
    session: Session, mailing: Mailing, last: int, reason: ColumnElement[str], variants: VariantChoice
) -> None:
    query = (
        select(
            Subscription.subscriber_id.label("subscriber_id"),
            Subscription.id.label("subscription_id"),
            reason.label("reason"),
            variants.number.label("variant"),
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(
            Subscription.publication_id == mailing.publication_id,
            Subscription.subscriber_id > mailing.frozen_through,
            Subscription.subscriber_id <= last,
            # Said again of the other table, so that a chunk costs the same however many there are.
            Subscriber.id > mailing.frozen_through,
            Subscriber.id <= last,
        )
    )
    if session.get_bind().dialect.name == "postgresql":
        query = query.offset(0)  # keeps it from asking the rules again for each use of a column
    candidates = query.subquery()
    written_to = candidates.c.reason == ""
    position = func.row_number().over(partition_by=written_to, order_by=candidates.c.subscriber_id)
    left_out = mailing.candidates - mailing.members
    session.execute(
        insert(Delivery).from_select(
            [
                *("mailing_id", "seq", "subscriber_id", "subscription_id"),
                *("outcome", "reason", "enhanced", "variant"),
            ],
            select(
                literal(mailing.id),
                case((written_to, mailing.members + position), else_=-(left_out + position)),
                candidates.c.subscriber_id,
                candidates.c.subscription_id,
                case((written_to, literal(Outcome.PENDING.value)), else_=literal(Outcome.EXCLUDED.value)),
                candidates.c.reason,
                literal(""),
                candidates.c.variant,
            ),
        )
    )


def _variants(session: Session, mailing: Mailing) -> VariantChoice:
    revision = session.get_one(Revision, mailing.revision_id)
    publication = session.get_one(Publication, mailing.publication_id)
    return variant_choice(session, load_document(revision), publication, clock.now())


def _reason(session: Session, mailing: Mailing) -> ColumnElement[str]:
    """The rule of exclusion; what was sent before is only looked at if there is anything."""
    issue = session.get_one(Issue, mailing.issue_id)
    earlier = select(Mailing.id).where(Mailing.issue_id == mailing.issue_id, Mailing.id != mailing.id)
    return reason_at_freeze(
        clock.now(),
        issue,
        in_frozen_segment(session, mailing),
        mailing_id=mailing.id,
        was_sent=session.scalar(earlier.limit(1)) is not None,
    )


def _count(session: Session, mailing: Mailing, last: int, variants: VariantChoice) -> None:
    counted = session.execute(
        select(Delivery.reason, Delivery.variant, func.count())
        .where(
            Delivery.mailing_id == mailing.id,
            Delivery.subscriber_id > mailing.frozen_through,
            Delivery.subscriber_id <= last,
        )
        .group_by(Delivery.reason, Delivery.variant)
    ).all()
    by_reason: Counter[str] = Counter()
    by_variant: Counter[int] = Counter()
    for why, variant, n in counted:
        by_reason[why] += n
        if not why:
            by_variant[variant] += n
    if variants.several:
        count_variants_frozen(session, mailing.id, by_variant)
    members = by_reason.pop("", 0)
    mailing.members += members
    mailing.candidates += members + sum(by_reason.values())
    counts.change(session, mailing.id, {(Outcome.EXCLUDED, reason): n for reason, n in by_reason.items()})


def _complete(session: Session, mailing_id: int, links: Links) -> bool:
    mailing = lock(session, mailing_id)
    if mailing.state is not MailingState.FREEZING or mailing.control is not Control.GO:
        return mailing.state is MailingState.SENDING
    session.flush()
    totals = read_totals(session, mailing_id)
    if not totals.add_up:
        message = f"the totals of mailing {mailing_id} do not add up after its freeze: {totals}"
        raise RuntimeError(message)
    try:
        with session.begin_nested():
            stored = _publish_and_compile(session, mailing, links)
    except Retryable:
        raise  # there is nothing for an editor to see: the freeze is tried again
    except DomainError as error:
        # Preflight let it pass when it was scheduled; what changed since is for an editor to see.
        log.warning("a mailing cannot be compiled", mailing=mailing_id, error=error.message)
        auto_pause(session, mailing, f"It cannot be rendered: {error.message}")
        return False
    for each in stored:
        session.merge(each)
    mailing.started_at = mailing.last_turn_at = clock.now()
    advance(mailing, MailingState.SENDING)
    return True


def _publish_and_compile(session: Session, mailing: Mailing, links: Links) -> list[StoredMessage]:
    revision = session.get_one(Revision, mailing.revision_id)
    publication = session.get_one(Publication, mailing.publication_id)
    publish_issue(session, revision, mailing.scheduled_at)  # first: the message says its number
    numbers = variants_frozen(session, mailing.id)
    return compile_for_mailing(session, revision, publication, links, mailing.id, numbers=numbers)
