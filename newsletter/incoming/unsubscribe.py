"""The taker for the address in List-Unsubscribe: whoever writes to it, whatever it says, has left."""

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.unsubscribe_address import read_unsubscribe_address
from newsletter.incoming.taker import IncomingMessage, Taker
from newsletter.subscribers.models import ConsentSource, Subscription
from newsletter.subscribers.unsubscribe import unsubscribe


def _find_recipient(session: Session, links: Links, address: str) -> str:
    named = read_unsubscribe_address(links.signer, address)
    known = named is not None and session.get(Subscription, named[0]) is not None
    return f"{named[0]}.{named[1]}" if named and known else ""


def _take(session: Session, _links: Links, recipient: str, message: IncomingMessage) -> None:
    """A report that something could not be delivered asks for nothing (RFC 5321 §4.5.5)."""
    if message.sender:
        subscription_id, _, mailing_id = recipient.partition(".")
        unsubscribe(session, int(subscription_id), source=ConsentSource.MAIL, mailing_id=int(mailing_id))


UNSUBSCRIBE = Taker("unsubscribe", _find_recipient, _take)
