"""One event for everything that comes back of a mailing, whoever said it and in whatever form.

The parsers (`parsers.parse`) and the webhooks make events; what follows from one is decided elsewhere. An
event claims only what its source says: nothing in it is verified, its clues least of all.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What happened to the delivery."""

    HARD = "hard"  # the address is dead: it may be suppressed
    SOFT = "soft"  # it was refused, and another message may be taken
    COMPLAINT = "complaint"  # the reader called it spam
    AUTO_REPLY = "auto_reply"  # on holiday, "we got your mail", a challenge: it was delivered
    DELAYED = "delayed"  # a server still tries
    REPLY = "reply"  # a person wrote
    UNKNOWN = "unknown"  # nothing follows from it


class EventReason(StrEnum):
    """Why a message came back. Databases and JSON keep these words: never rename one, only add."""

    USER_UNKNOWN = "user_unknown"
    HOST_UNKNOWN = "host_unknown"
    MAILBOX_FULL = "mailbox_full"
    SUSPENDED = "suspended"  # the mailbox exists, and is closed
    POLICY = "policy"
    REPUTATION = "reputation"  # of the server that sends, its address or domain
    CONTENT = "content"  # spam, a virus, a part that nobody may send
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    GREYLISTED = "greylisted"
    NETWORK = "network"  # also DNS, and a server that is out of order
    AUTH_FAILURE = "auth_failure"  # SPF, DKIM, DMARC, PTR, or a relay that wants a sign-in
    NOT_ACCEPTED = "not_accepted"  # the domain takes no mail at all (RFC 7504, RFC 7505)
    MOVED = "moved"
    OTHER = "other"


# About the address, and so hard where the refusal is final.
DEAD_ADDRESS = frozenset(
    {
        EventReason.USER_UNKNOWN,
        EventReason.HOST_UNKNOWN,
        EventReason.SUSPENDED,
        EventReason.NOT_ACCEPTED,
        EventReason.MOVED,
    }
)
# About the sender or this one message: they say nothing of the person, however often they come.
ABOUT_SENDER = frozenset(
    {
        EventReason.POLICY,
        EventReason.REPUTATION,
        EventReason.CONTENT,
        EventReason.TOO_LARGE,
        EventReason.RATE_LIMITED,
        EventReason.GREYLISTED,
        EventReason.AUTH_FAILURE,
    }
)


@dataclass(frozen=True, slots=True)
class DeliveryClues:
    """What says which delivery this is about, as it was found: only signed tokens can be believed.

    bounce_addresses: return paths of the form `b+TOKEN@…` (`core.bounce_address` reads them), best first
    message_id:       of our message, without its brackets (`issues.recipient.message_id`)
    unsubscribe_url:  of its List-Unsubscribe, with a signed token
    feedback_id:      of its Feedback-ID: the mailing, for nobody to rely on
    """

    bounce_addresses: tuple[str, ...] = ()
    message_id: str = ""
    unsubscribe_url: str = ""
    feedback_id: str = ""

    def __bool__(self) -> bool:
        return bool(self.bounce_addresses or self.message_id or self.unsubscribe_url or self.feedback_id)


@dataclass(frozen=True, slots=True)
class FeedbackEvent:
    """What one report says of one or more recipients that fared alike.

    kind, reason:  see the enums; a reason stands with HARD, SOFT and DELAYED only, else it is None
    parser:        the key of the parser or provider that made the event
    recipients:    the addresses that were written to, as far as the report tells; may be empty
    clues:         which delivery it may be
    code:          enhanced status (RFC 3463) such as "5.1.1"; empty without one
    smtp_code:     of the reply of the refusing server; None without one
    diagnostic:    what the refusing server said, or the sentence that decided, as one line
    at:            when it happened, aware; None where nobody says
    evidence:      the lines that it was judged by, to be read by people and judged again
    """

    kind: EventKind
    parser: str
    reason: EventReason | None = None
    recipients: tuple[str, ...] = ()
    clues: DeliveryClues = DeliveryClues()
    code: str = ""
    smtp_code: int | None = None
    diagnostic: str = ""
    at: datetime | None = None
    evidence: str = ""
