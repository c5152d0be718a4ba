"""Every taker of mail that comes in. An address belongs to the first that knows it."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.registry import Registry
from newsletter.incoming.feedback import BOUNCES, FEEDBACK
from newsletter.incoming.inbox import INBOX
from newsletter.incoming.taker import Taker
from newsletter.incoming.unsubscribe import UNSUBSCRIBE

TAKERS: Registry[Taker] = Registry("taker", [BOUNCES, UNSUBSCRIBE, INBOX, FEEDBACK])


def find_taker(
    session: Session, links: Links, address: str, takers: Iterable[Taker] = TAKERS
) -> tuple[Taker, str] | None:
    """The taker of an address, and the recipient in its words; None when nobody takes it."""
    for taker in takers:
        recipient = taker.find_recipient(session, links, address)
        if recipient:
            return taker, recipient
    return None
