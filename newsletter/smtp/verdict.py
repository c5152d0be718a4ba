"""What became of one message: the outcome, and why in one stable word."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The words of the ledger, and one for trouble that is not about any recipient."""

    SENT = "sent"  # a server accepted it
    REJECTED = "rejected"  # it will never be accepted for this recipient
    RETRY = "retry"  # it certainly did not leave; later it may
    PAUSE = "pause"  # the transport or the sender is in trouble: nobody is marked
    UNANSWERED = "unanswered"  # it may or may not have been accepted


class Reason(StrEnum):
    """Why, in words that ledgers, pages and JSON keep for good: never rename one, only add."""

    # about the recipient
    NO_SUCH_USER = "no_such_user"
    NO_SUCH_DOMAIN = "no_such_domain"
    BAD_ADDRESS = "bad_address"
    MOVED = "moved"
    DISABLED = "disabled"
    MAILBOX_FULL = "mailbox_full"
    UNROUTABLE = "unroutable"
    NEEDS_SMTPUTF8 = "needs_smtputf8"
    REFUSED = "refused"  # a refusal without a usable explanation
    # about the message
    TOO_BIG = "too_big"
    CONTENT = "content"
    NEEDS_8BITMIME = "needs_8bitmime"
    # about the sender, the transport, or the moment
    POLICY = "policy"
    SENDER_REFUSED = "sender_refused"
    RELAY_DENIED = "relay_denied"
    AUTH_REQUIRED = "auth_required"
    PROTOCOL = "protocol"  # the server did not understand us, or we it
    SYSTEM = "system"
    BUSY = "busy"
    THROTTLED = "throttled"
    GREYLISTED = "greylisted"
    LATER = "later"  # a temporary refusal without a usable explanation
    LOST = "lost"
    SILENT = "silent"


# The address itself is dead: 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10, 5.2.1, null MX. These may be suppressed.
HARD = frozenset(
    {Reason.NO_SUCH_USER, Reason.NO_SUCH_DOMAIN, Reason.BAD_ADDRESS, Reason.MOVED, Reason.DISABLED}
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and its reason. `ends`: the session is over, or not to be trusted any more."""

    outcome: Outcome
    reason: Reason | None = None
    ends: bool = False

    @property
    def hard(self) -> bool:
        """Whether this is a hard bounce: the address may be suppressed for every publication."""
        return self.outcome is Outcome.REJECTED and self.reason in HARD

    @property
    def used_up(self) -> bool:
        """Whether it is only this connection that has had enough: the next one may well go on."""
        return self.outcome is Outcome.PAUSE and self.reason is Reason.BUSY and self.ends


SENT = Verdict(Outcome.SENT)
