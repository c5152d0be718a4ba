"""Sign up: record the request for a subscription and send the confirmation, within the message limits."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter import outbox
from newsletter.core.addresses import Address
from newsletter.publications.models import Publication
from newsletter.subscribers import signup_protection
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.models import ConsentSource, State, Subscription
from newsletter.subscribers.origin import NOWHERE, Origin
from newsletter.subscribers.queries import is_suppressed
from newsletter.subscribers.sign_up_choices import NO_CHOICES, SignUpChoices
from newsletter.subscribers.subscribe import RequestOutcome, subscribe


def sign_up(
    session: Session,
    *,
    publication: Publication,
    address: Address,
    name: str = "",
    words: Consent,
    source: ConsentSource,
    ip: str = "",
    at: datetime | None = None,
    origin: Origin = NOWHERE,
    choices: SignUpChoices = NO_CHOICES,
) -> None:
    """Sign `address` up, for the form, the embedded form and other sites' programs; the caller commits.

    Returns nothing on purpose: what happened depends on whether the address is known, and whoever only typed
    it must not find out. `words` are the consent that was shown, `at` is when it was agreed to, else now;
    `origin` is what led to it, and `choices` are applied when it is confirmed.
    """
    request = subscribe(
        session,
        publication=publication,
        address=address,
        name=name,
        words=words,
        source=source,
        ip=ip,
        at=at,
        origin=origin,
        choices=choices,
    )
    if request.subscription is None:
        return
    kind = (
        signup_protection.CONFIRMATION
        if request.outcome is RequestOutcome.UNCONFIRMED
        else signup_protection.ALREADY_SUBSCRIBED
    )
    send_within_limit(session, kind, request.subscription, choices.language or words.locale)


def send_another_confirmation(session: Session, subscription: Subscription, locale: str) -> bool:
    """Send a new link to whoever came with an expired one; False when the subscription is not pending.

    Also True when the message limit keeps the message back. Call it with the subscription locked.
    """
    subscriber = subscription.subscriber
    if subscription.state is not State.PENDING or subscriber.email is None:
        return False
    if not is_suppressed(session, subscriber.address_hash or "", own_wish=True):
        send_within_limit(session, signup_protection.CONFIRMATION, subscription, locale)
    return True


def send_within_limit(
    session: Session, kind: str, subscription: Subscription, locale: str, **further: str
) -> bool:
    """Post a system message about `subscription` to its person; False when their message limit is reached.

    It goes to the address that is stored, never to one that somebody typed: another spelling of it, which we
    take for the same, may be somebody else's mailbox. `further` are facts that only this kind has.
    """
    subscriber = subscription.subscriber
    address = Address(subscriber.email or "", subscriber.email_key or "")
    if not signup_protection.within_message_limit(session, address, kind):
        return False
    outbox.post(
        session,
        kind=kind,
        recipient=address,
        publication_id=subscription.publication_id,
        locale=locale,
        facts={"subscription_id": subscription.id, "subscriber_id": subscription.subscriber_id} | further,
    )
    return True
