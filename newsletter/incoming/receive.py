"""Take a message for an address: handed to its taker, committed, and only then answered.

What comes again, because our answer was lost, is answered as before and changes nothing. While the database
is away, and for what nobody foresaw, the sender is asked to try again later: nothing is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import DATABASE_AWAY, lock_timeout, reading
from newsletter.core.errors import Decision, DomainError
from newsletter.core.links import Links
from newsletter.core.logs import Logger
from newsletter.incoming.models import TakenMessage
from newsletter.incoming.taker import IncomingMessage, Taker
from newsletter.incoming.takers import TAKERS, find_taker

# Senders try again for some days, rarely for more than a week (RFC 5321 §4.5.4.1).
REMEMBERED = timedelta(days=30)
LOCK_SECONDS = 10.0
LOOP_HOPS = 50  # servers that a message has been through (RFC 5321 §6.3)

TAKEN = "250 2.0.0 taken"
KNOWN = "250 2.1.5 known"
UNKNOWN = "550 5.1.1 nobody here has this address"
LATER = "451 4.3.0 this cannot be taken now, try again later"
TOO_MANY = "450 4.2.1 too many messages for this address in an hour, try again later"
LOOP = "554 5.4.6 this message goes round in circles"
UNREADABLE = "554 5.6.0 this message cannot be read"

log = Logger(__name__)


@dataclass(frozen=True)
class Receiver:
    """What messages are taken with."""

    sessions: sessionmaker[Session]
    links: Links
    takers: Iterable[Taker] = TAKERS

    def check_address(self, address: str) -> str:
        """The reply to whoever asks whether we take mail for `address`."""
        try:
            with reading(), lock_timeout(LOCK_SECONDS), self.sessions() as session:
                found = find_taker(session, self.links, address, self.takers)
        except DATABASE_AWAY as error:
            return _later(error)
        return KNOWN if found else UNKNOWN

    def receive(self, address: str, message: IncomingMessage) -> str:
        """The reply to whoever brings a message for `address`; it is committed when that is 250."""
        try:
            with lock_timeout(LOCK_SECONDS), self.sessions() as session:
                reply = self._take(session, address, message)
                session.commit()
        except DATABASE_AWAY as error:
            return _later(error)
        except DomainError as error:
            log.warning("mail that came in was refused", code=error.code)
            return UNREADABLE if error.decision is Decision.REFUSE else LATER
        except Exception:
            log.exception("mail that came in could not be taken; its sender tries again")
            return LATER
        return reply

    def _take(self, session: Session, address: str, message: IncomingMessage) -> str:
        if len(message.headers.get_all("Received", ())) > LOOP_HOPS:
            return LOOP
        found = find_taker(session, self.links, address, self.takers)
        if found is None:
            return UNKNOWN
        taker, recipient = found
        if _is_taken(session, taker, recipient, message):
            return TAKEN
        if (
            taker.most_per_hour is not None
            and _count_of_hour(session, taker, recipient) >= taker.most_per_hour
        ):
            log.warning("too much mail for one address in an hour", taker=taker.key)
            return TOO_MANY
        session.add(TakenMessage(taker=taker.key, recipient=recipient, message_hash=message.hash))
        try:
            session.flush()
        except IntegrityError:  # another delivery of it was committed a moment ago
            session.rollback()
            return TAKEN
        taker.take(session, self.links, recipient, message)
        session.execute(delete(TakenMessage).where(TakenMessage.taken_at < clock.now() - REMEMBERED))
        return TAKEN


def _is_taken(session: Session, taker: Taker, recipient: str, message: IncomingMessage) -> bool:
    query = select(TakenMessage.id).where(
        TakenMessage.taker == taker.key,
        TakenMessage.recipient == recipient,
        TakenMessage.message_hash == message.hash,
    )
    return session.scalar(query) is not None


def _count_of_hour(session: Session, taker: Taker, recipient: str) -> int:
    query = select(func.count()).where(
        TakenMessage.taker == taker.key,
        TakenMessage.recipient == recipient,
        TakenMessage.taken_at > clock.now() - timedelta(hours=1),
    )
    return session.scalars(query).one()


def _later(error: Exception) -> str:
    log.warning("mail cannot be taken: the database does not answer", error=type(error).__name__)
    return LATER
