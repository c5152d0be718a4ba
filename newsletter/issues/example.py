"""Values of merge fields for previews: those of an invented reader, or of one subscriber."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.core.links import Links
from newsletter.issues.compile import sender_domain
from newsletter.issues.recipient import MailingIdentity, Recipient, recipient_values
from newsletter.publications.models import Publication
from newsletter.subscribers.models import Subscriber, Subscription

EMAIL = "reader@example.org"


def example_values(
    publication: Publication, links: Links, *, name: str = "", attributes: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The values of an invented reader, of whom only the address is known unless more is given.

    Their links lead to pages that say so, and have the length that a real reader's links have, so that sizes
    measured with them are true.
    """
    example = Recipient(
        seq=0, subscriber_id=0, subscription_id=0, email=EMAIL, name=name, attributes=dict(attributes or {})
    )
    values = recipient_values(_identity(publication, links), example, clock.now())
    nobody = "-" * 40
    return values | {
        "unsubscribe_url": f"{links.public_url}/u/{nobody}",
        "preferences_url": f"{links.public_url}/p/{nobody}",
    }


def subscriber_values(
    session: Session, publication: Publication, subscriber: Subscriber, links: Links
) -> dict[str, str]:
    """The values of a subscriber of `publication`; `Missing` when they never subscribed to it."""
    subscription_id = session.scalar(
        select(Subscription.id).where(
            Subscription.subscriber_id == subscriber.id, Subscription.publication_id == publication.id
        )
    )
    if subscription_id is None:
        raise Missing("no_subscription", f"{subscriber.email} does not subscribe to {publication.name}.")
    recipient = Recipient(
        seq=0,
        subscriber_id=subscriber.id,
        subscription_id=subscription_id,
        email=subscriber.email or EMAIL,
        name=subscriber.name,
        attributes=subscriber.attributes,
    )
    return recipient_values(_identity(publication, links), recipient, clock.now())


def _identity(publication: Publication, links: Links) -> MailingIdentity:
    """Of no mailing (number 0), because none is made yet."""
    domain = sender_domain(publication) or "example.org"
    return MailingIdentity(0, links, domain, publication.name)
