"""Ask for a subscription. Nothing is sent to the address until whoever owns it confirms."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core.addresses import Address
from newsletter.publications.models import Publication
from newsletter.subscribers import consent
from newsletter.subscribers.issue_sign_ups import record_issue_sign_up
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import ConsentKind, ConsentSource, State, Subscriber, Subscription
from newsletter.subscribers.names import clean_name
from newsletter.subscribers.origin import NOWHERE, Origin
from newsletter.subscribers.queries import is_suppressed
from newsletter.subscribers.sign_up_choices import NO_CHOICES, SignUpChoices, keep_choices


class RequestOutcome(StrEnum):
    """The outcome of a request for a subscription."""

    UNCONFIRMED = "unconfirmed"  # it waits for the owner of the address to confirm
    SUBSCRIBED = "subscribed"  # nothing to do: it is active or paused
    SUPPRESSED = "suppressed"  # the address must never be written to


@dataclass(frozen=True)
class Request:
    """The outcome; `subscription` is None only for a suppressed address."""

    outcome: RequestOutcome
    subscription: Subscription | None


def subscribe(
    session: Session,
    *,
    publication: Publication,
    address: Address,
    name: str = "",
    words: consent.Consent,
    source: ConsentSource,
    ip: str = "",
    actor: str = "",
    at: datetime | None = None,
    origin: Origin = NOWHERE,
    choices: SignUpChoices = NO_CHOICES,
) -> Request:
    """Record the wish of `address` for `publication`, with the `words` that were agreed to.

    Two requests at the same time end in one subscription: the second waits for the first one's commit. A wish
    that still waits to be confirmed is not recorded again, and nothing about an existing person changes,
    because anybody may type anybody's address. `actor` is who asks for somebody else, empty for themself;
    `at` is when it was asked, else now. `choices` wait for the confirmation; the last ones count.
    """
    language = choices.language or words.locale
    subscriber = locked_or_new_subscriber(session, address, name, language, own_wish=not actor)
    if subscriber is None:
        return Request(RequestOutcome.SUPPRESSED, None)
    subscription = locked_subscription(session, subscriber, publication)
    if subscription is None:
        subscription = add_pending(session, subscriber, publication)
    elif subscription.state is State.ENDED:
        transition(subscription, State.PENDING)
    elif subscription.state is State.PENDING:
        if not actor:
            keep_choices(subscription, choices)
        return Request(RequestOutcome.UNCONFIRMED, subscription)
    else:
        return Request(RequestOutcome.SUBSCRIBED, subscription)
    keep_choices(subscription, choices)
    session.flush()
    consent.keep_record(
        *(session, subscription.id, ConsentKind.REQUESTED),
        source=source,
        words=words,
        ip=ip,
        actor=actor,
        at=at,
        origin=origin,
    )
    if origin.issue_id is not None:
        record_issue_sign_up(session, subscription.id, origin.issue_id, at)
    return Request(RequestOutcome.UNCONFIRMED, subscription)


def locked_or_new_subscriber(
    session: Session, address: Address, name: str, locale: str, *, own_wish: bool = False
) -> Subscriber | None:
    """The subscriber of `address`, locked until the transaction ends; None when it is suppressed.

    Suppression is looked at after the wait for the lock: whoever held it may have erased the person. With
    `own_wish` somebody who was erased may come back.
    """
    existing = _lock(session, address)
    if is_suppressed(session, address.hash, own_wish=own_wish):
        return None
    if existing is not None:
        return existing
    subscriber = Subscriber(
        email=address.email,
        email_key=address.key,
        address_hash=address.hash,
        name=clean_name(name),
        language=locale,
    )
    try:
        with session.begin_nested():
            session.add(subscriber)
    except IntegrityError:  # somebody else was first, and has committed by now
        existing = _lock(session, address)
        return None if is_suppressed(session, address.hash, own_wish=own_wish) else existing
    return subscriber


def _lock(session: Session, address: Address) -> Subscriber | None:
    return session.scalar(
        select(Subscriber)
        .where(Subscriber.email_key == address.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def locked_subscription(
    session: Session, subscriber: Subscriber, publication: Publication
) -> Subscription | None:
    """The pair's one row. Nobody adds it just now: whoever does holds the subscriber's lock, as we do."""
    return session.scalar(
        select(Subscription)
        .where(Subscription.subscriber_id == subscriber.id, Subscription.publication_id == publication.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def add_pending(session: Session, subscriber: Subscriber, publication: Publication) -> Subscription:
    """A new subscription that waits to be confirmed; the caller holds the subscriber's lock."""
    subscription = Subscription(
        subscriber_id=subscriber.id, publication_id=publication.id, state=State.PENDING
    )
    session.add(subscription)
    return subscription
