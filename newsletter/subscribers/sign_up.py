"""Sign up: ask for a subscription and, where the gate lets it, write to the address about it."""

from sqlalchemy.orm import Session

from newsletter import outbox
from newsletter.core.addresses import Address, parse_address
from newsletter.publications.models import Publication
from newsletter.subscribers import signup_protection
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.models import State, Subscription
from newsletter.subscribers.queries import is_suppressed
from newsletter.subscribers.subscribe import Asked, subscribe


def sign_up(
    session: Session,
    *,
    publication: Publication,
    address: Address,
    name: str = "",
    words: Consent,
    source: str,
    ip: str = "",
) -> None:
    """Do all that a sign-up does, for the form, the embedded form and the API; the caller commits.

    Returns nothing on purpose: what happened depends on whether the address is known, and nobody who only
    typed it may find out. `words` are the consent that was shown.
    """
    request = subscribe(
        session, publication=publication, address=address, name=name, words=words, source=source, ip=ip
    )
    if request.subscription is None:
        return
    kind = (
        signup_protection.CONFIRMATION
        if request.asked is Asked.UNCONFIRMED
        else signup_protection.ALREADY_SUBSCRIBED
    )
    write(session, kind, address, request.subscription, words.locale)


def send_another_confirmation(session: Session, subscription: Subscription, locale: str) -> bool:
    """Write again to whoever came with an expired link; False when the subscription is not waiting for it.

    The gate may hold the message back, which is not told. Call it with the subscription locked.
    """
    email = subscription.subscriber.email
    if subscription.state is not State.PENDING or email is None:
        return False
    address = parse_address(email)
    if not is_suppressed(session, address.hash):
        write(session, signup_protection.CONFIRMATION, address, subscription, locale)
    return True


def write(session: Session, kind: str, address: Address, subscription: Subscription, locale: str) -> bool:
    """Write to `address` about `subscription`; False when the gate holds the message back."""
    if not signup_protection.may_write(session, address, kind):
        return False
    outbox.post(
        session,
        kind=kind,
        recipient=address,
        publication_id=subscription.publication_id,
        locale=locale,
        facts={"subscription_id": subscription.id, "subscriber_id": subscription.subscriber_id},
    )
    return True
