"""What every client of a session shares: envelopes, the journal of their fates, and why a client stops."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

from newsletter.smtp.address import BadAddress, NeedsSmtpUtf8, envelope_address
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import Capabilities, SmtpSession
from newsletter.smtp.stuffing import BadOctets, with_crlf
from newsletter.smtp.verdict import Outcome, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message to one recipient.

    `index` is the caller's own. `smtputf8`: its headers hold raw UTF-8. `clean`: whoever made the body
    vouches that it ends with CRLF and holds no NUL, no bare CR or LF, no tab and no two spaces side by side
    after the header, so that it need not be searched for them (which costs more than filling its slots); dots
    are doubled in any case.
    """

    index: int
    sender: str
    recipient: str
    body: bytes
    smtputf8: bool = False
    clean: bool = False


class Journal(Protocol):
    """Where the fate of each message is written before and after it happens.

    What is silent is told by silence: an index that was never mentioned was not touched; one that was handed
    over and never answered is *unanswered* (the same trace that a killed process leaves). An index may be
    answered without having been handed over: it was refused before its body. And it may be taken back.
    """

    def handing_over(self, index: int) -> None:
        """Called before the first octet of the body goes to the kernel; when it raises, none does."""

    def answered(self, index: int, verdict: Verdict, reply: Reply) -> None:
        """Called straight after the reply, or with `Reply.local` when the decision was made here.

        The outcome is sent, rejected or retry; pause and unanswered are never told here.
        """

    def never_left(self, index: int) -> None:
        """It was handed over, and the server's answers prove that it did not take it: it is untouched again.

        Told when the trouble is the transport's or the sender's, so that nobody is to be marked for it.
        """


class BreakKind(StrEnum):
    """Why a client stopped before its envelopes ended."""

    STOPPED = "stopped"  # `may_start` said no
    LOST = "lost"  # this connection is over; go on with another
    PAUSED = "paused"  # the transport or the sender is in trouble; another connection would meet it again


@dataclass(frozen=True, slots=True)
class Break:
    """Where and why a client stopped.

    `index`: the envelope at which it did. Whether that one was marked, the journal knows: after `stopped` and
    `paused` it is untouched, also when its body had been handed over and was refused.
    `unanswered`: those whose body was handed over and whose reply never came.
    `protocol_error`: a reply did not fit its command; the plain dialogue is the one to go on with.
    """

    kind: BreakKind
    index: int
    reason: Reason | None = None
    reply: Reply | None = None
    unanswered: tuple[int, ...] = ()
    protocol_error: bool = False

    @property
    def temporary(self) -> bool:
        """Whether the trouble may pass by itself (a 4xx or a lost connection), so that nobody need act."""
        if self.kind is BreakKind.PAUSED:
            return self.reply is not None and self.reply.digit == 4
        return True


MayStart = Callable[[], bool]


class Deliver(Protocol):
    """A client: sends `envelopes` over `session`, telling `journal`; asks `may_start` before each message.

    Returns None when every envelope was dealt with, else why it stopped. Raises only what the journal,
    `may_start` or the envelopes raised; the session is then aborted and nothing more leaves.
    """

    def __call__(
        self, session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart, /
    ) -> Break | None: ...


class Prepared(NamedTuple):
    """An envelope in the octets of the wire; `body` ends with CRLF and is not dot-stuffed."""

    mail: bytes
    rcpt: bytes
    body: bytes


class Unsendable(Exception):
    """The envelope cannot be put to this server at all; `verdict` is rejected, or pause for the sender."""

    def __init__(self, reason: Reason, message: str, outcome: Outcome = Outcome.REJECTED) -> None:
        super().__init__(message)
        self.verdict = Verdict(outcome, reason)
        self.reply = Reply.local(message)


def prepare(envelope: Envelope, offered: Capabilities) -> Prepared:
    """The commands and body for `envelope` on a server with these capabilities. Raises `Unsendable`.

    Nothing in an address can end its command, nothing in the body can end the message, and SIZE (RFC 1870),
    BODY (RFC 6152) and SMTPUTF8 (RFC 6531) are said where the server offers them.
    """
    recipient = _recipient(envelope, offered)
    sender = _sender(envelope, offered)
    try:
        body = envelope.body if envelope.clean else with_crlf(envelope.body)
    except BadOctets as error:
        raise Unsendable(Reason.CONTENT, str(error)) from None
    if offered.size and len(body) > offered.size:
        raise Unsendable(Reason.TOO_BIG, f"{len(body)} octets; the server takes {offered.size}")
    utf8 = envelope.smtputf8 or not (recipient.isascii() and sender.isascii())
    if utf8 and not offered.smtputf8:
        raise Unsendable(Reason.NEEDS_SMTPUTF8, "the message needs SMTPUTF8, which the server does not offer")
    eight_bit = utf8 or not body.isascii()
    if eight_bit and not offered.eight_bit_mime:
        raise Unsendable(Reason.NEEDS_8BITMIME, "the message has 8-bit octets, and the server takes 7-bit")
    size = b" SIZE=%d" % len(body) if offered.size is not None else b""
    octets = b" BODY=8BITMIME" if eight_bit else b""
    names = b" SMTPUTF8" if utf8 else b""
    mail = b"MAIL FROM:<%b>%b%b%b\r\n" % (sender, size, octets, names)
    return Prepared(mail, b"RCPT TO:<%b>\r\n" % recipient, body)


def _recipient(envelope: Envelope, offered: Capabilities) -> bytes:
    try:
        return envelope_address(envelope.recipient, smtputf8=offered.smtputf8)
    except BadAddress as error:
        raise Unsendable(Reason.BAD_ADDRESS, str(error)) from None
    except NeedsSmtpUtf8 as error:
        raise Unsendable(Reason.NEEDS_SMTPUTF8, str(error)) from None


# The same for all, unless each message has a return path of its own.
_address_of_sender = lru_cache(maxsize=16)(envelope_address)


def _sender(envelope: Envelope, offered: Capabilities) -> bytes:
    if not envelope.sender:
        return b""  # the null reverse-path (RFC 5321 §4.5.5): whoever gets it must not answer
    try:
        return _address_of_sender(envelope.sender, smtputf8=offered.smtputf8)
    except (BadAddress, NeedsSmtpUtf8) as error:
        message = f"the sender's address cannot be used: {error}"
        raise Unsendable(Reason.SENDER_REFUSED, message, Outcome.PAUSE) from None
