"""A test message that arrived in the mailbox that we read: what the mailbox's server says of it counts."""

from email.message import Message

from newsletter.audit import SYSTEM
from newsletter.core.db import DATABASE_AWAY, lock_timeout
from newsletter.core.errors import Refused
from newsletter.dns_records.authentication_results import LONGEST, read_headers
from newsletter.incoming.receive import LATER, LOCK_SECONDS, TAKEN, UNKNOWN, Receiver
from newsletter.sending.self_test import take_received


def take_results(receiver: Receiver, headers: Message, authserv_id: str) -> str:
    """The reply for a message: taken (and committed), unknown for what is no test message, or later."""
    pairs = [(name, str(value)) for name, value in headers.raw_items()]
    if sum(len(name) + len(value) for name, value in pairs) > LONGEST:
        return UNKNOWN
    try:
        with lock_timeout(LOCK_SECONDS), receiver.sessions() as session:
            received = read_headers(pairs)
            self_test = take_received(session, receiver.links, received, authserv_id, actor=SYSTEM)
            session.commit()
    except DATABASE_AWAY:
        return LATER
    except Refused:  # nothing is known of the sender's records yet
        return UNKNOWN
    return TAKEN if self_test else UNKNOWN
