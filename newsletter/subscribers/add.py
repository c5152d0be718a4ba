"""Add one person to a publication, as an editor who knows them does."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.addresses import Address
from newsletter.core.errors import Conflict, Refused
from newsletter.publications.models import Publication
from newsletter.subscribers import signup_protection
from newsletter.subscribers.consent import NO_WORDS, Consent, keep_record
from newsletter.subscribers.former_addresses import find_moved
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentSource,
    State,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.names import clean_comment
from newsletter.subscribers.sign_up import send_within_limit
from newsletter.subscribers.sign_up_choices import apply_sign_up_choices
from newsletter.subscribers.subscribe import (
    add_pending,
    locked_or_new_subscriber,
    locked_subscription,
    subscribe,
)

LONGEST_NOTE = 2000  # characters


class Outcome(StrEnum):
    """The outcome of adding a person."""

    ASKED = "asked"  # a confirmation is on its way to them
    LIMITED = "held_back"  # pending; the confirmation was sent lately and is not sent again now
    ACTIVE = "active"
    ALREADY = "already"  # subscribed before; nothing changed


@dataclass(frozen=True)
class Addition:
    """The outcome and the subscription."""

    outcome: Outcome
    subscription: Subscription


def ask_to_confirm(
    session: Session, publication: Publication, address: Address, *, name: str = "", actor: str
) -> Addition:
    """Subscribe `address` once whoever owns it confirms; the message waits for the caller's commit.

    Also for somebody who left, or has not confirmed yet. Raises `Refused` for a suppressed address.
    """
    request = subscribe(
        session,
        publication=publication,
        address=address,
        name=name,
        words=NO_WORDS,
        source=ConsentSource.EDITOR,
        actor=actor,
    )
    subscription = request.subscription
    if subscription is None:
        raise suppressed_error(session, address)
    if subscription.state is not State.PENDING:
        return Addition(Outcome.ALREADY, subscription)
    sent = send_within_limit(
        session, signup_protection.CONFIRMATION, subscription, _language(subscription, publication)
    )
    _record(session, subscription, "subscription.asked" if sent else "subscription.waits", actor)
    return Addition(Outcome.ASKED if sent else Outcome.LIMITED, subscription)


def vouch_for(
    session: Session, publication: Publication, address: Address, *, name: str = "", note: str, actor: str
) -> Addition:
    """Subscribe `address` at once; `note` says how its owner asked for it, and is kept as their consent.

    Raises `Refused` for a suppressed address or without a note, `Conflict` for somebody who left, or changed
    that address for another: only they can come back, by confirming.
    """
    words = Consent(text=checked_note(note), version="", locale="")
    if find_moved(session, [address.hash]):
        raise Conflict(
            "moved",
            f"The owner of {address.email} gets email at another address now, so only they can bring this"
            " one back: ask them to confirm.",
        )
    subscriber = locked_or_new_subscriber(session, address, name, "")
    if subscriber is None:
        raise suppressed_error(session, address)
    subscription = locked_subscription(session, subscriber, publication)
    if subscription is None:
        subscription = add_pending(session, subscriber, publication)
    elif subscription.state is State.ENDED:
        raise Conflict(
            "left",
            f"{address.email} unsubscribed from {publication.name}, so only they can come back: ask"
            " them to confirm.",
        )
    elif subscription.state is not State.PENDING:
        return Addition(Outcome.ALREADY, subscription)
    transition(subscription, State.ACTIVE)
    session.flush()
    apply_sign_up_choices(session, subscription)
    keep_record(
        session, subscription.id, ConsentKind.VOUCHED, source=ConsentSource.EDITOR, words=words, actor=actor
    )
    _record(session, subscription, "subscription.added", actor)
    return Addition(Outcome.ACTIVE, subscription)


def checked_note(text: str) -> str:
    """How somebody asked, in at most 2,000 characters; `Refused` when nothing is said."""
    note = clean_comment(text)
    if not note:
        sentence = "Enter how and when they agreed: it is kept as proof of their consent."
        raise Refused("no_note", sentence, {"note": sentence})
    if len(text.strip()) > LONGEST_NOTE:
        sentence = f"Use at most {LONGEST_NOTE:,} characters."
        raise Refused("long_note", sentence, {"note": sentence})
    return note


def suppressed_error(session: Session, address: Address) -> Refused:
    """The error for an address that is suppressed, with the reason."""
    reason = session.scalar(select(Suppression.reason).where(Suppression.address_hash == address.hash))
    explanations = {
        SuppressionReason.HARD_BOUNCE: "a message to it bounced",
        SuppressionReason.SOFT_BOUNCE: "messages to it keep bouncing",
        SuppressionReason.COMPLAINT: "its owner reported a message as spam",
        SuppressionReason.MANUAL: "it was suppressed by hand",
        SuppressionReason.ERASED: "its owner was erased",
    }
    why = explanations[reason or SuppressionReason.MANUAL]
    sentence = f"{address.email} is suppressed because {why}."
    return Refused("suppressed", sentence, {"email": sentence})


def _language(subscription: Subscription, publication: Publication) -> str:
    return subscription.subscriber.language or publication.language


def _record(session: Session, subscription: Subscription, action: str, actor: str) -> None:
    audit.record(session, action, "subscription", subscription.id, actor=actor, source=ConsentSource.EDITOR)
