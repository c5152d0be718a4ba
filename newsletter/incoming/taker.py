"""What a taker is: it knows its own addresses, and takes the messages that are for them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from functools import cached_property

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.mail_headers import raw_header

SIZE_LIMIT = 20 * 1024 * 1024  # octets of one message
LONGEST_HEAD = 256 * 1024  # octets that are looked at for headers


@dataclass(frozen=True)
class IncomingMessage:
    """A message for one address. `sender`: of its envelope, empty for the null sender (RFC 5321 §4.5.5)."""

    sender: str
    raw: bytes

    @cached_property
    def headers(self) -> Message:
        return BytesHeaderParser().parsebytes(self.raw[:LONGEST_HEAD])

    @cached_property
    def hash(self) -> str:
        """What two deliveries of the same message have in common: its Message-ID, else all of it."""
        message_id = raw_header(self.headers, "Message-ID")
        return hashlib.sha256(message_id.encode() if message_id else self.raw).hexdigest()

    @property
    def is_automatic(self) -> bool:
        """Whether a program wrote it by itself: a bounce, a reply of somebody on holiday (RFC 3834)."""
        submitted = raw_header(self.headers, "Auto-Submitted").partition(";")[0].strip().lower()
        return not self.sender or submitted not in {"", "no"}

    def is_from(self, links: Links) -> bool:
        """Whether we sent it ourselves, to a subscriber."""
        return f"<{links.public_url}/" in raw_header(self.headers, "List-Unsubscribe")


@dataclass(frozen=True)
class Taker:
    """Takes the messages for some addresses.

    find_recipient: whom an address stands for, in words of the taker's own without anything personal, such as
                    the id of a publication or of a delivery; empty for an address that is not of this taker.
    take:           does what a message asks for, in the caller's transaction. Raises `Refused` for what is
                    never taken, `Limited` or `Retryable` for what is to be delivered again later.
    most_per_hour:  messages for one recipient; more have to wait with their senders. None: as many as come.
    """

    key: str
    find_recipient: Callable[[Session, Links, str], str]
    take: Callable[[Session, Links, str, IncomingMessage], None]
    most_per_hour: int | None = None
