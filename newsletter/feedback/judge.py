"""What a refusal means: by its words and its enhanced code, never by the digit alone.

The codes x.0.x and x.7.x are used for everything: there the words decide. Where code and words contradict
each other, or neither says anything, nothing is claimed about the address.
"""

import re
from dataclasses import dataclass

from newsletter.feedback.events import DEAD_ADDRESS, EventKind, EventReason
from newsletter.smtp.wordings import Wording, wordings_of

R, W = EventReason, Wording


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a report says of one refusal, to be judged now and again when the rules have changed.

    code:      enhanced status as the report gives it, such as "5.1.1"; empty without one
    smtp_code: of the refusing server's reply
    text:      what the refusing server said, else the report's own words
    action:    of RFC 3464 §2.3.3: failed, delayed, delivered, relayed, expanded; empty for other reports
    """

    code: str = ""
    smtp_code: int | None = None
    text: str = ""
    action: str = "failed"


# Only these codes say something by themselves (RFC 3463 and its registry). First digit left out.
_BY_CODE = {
    "1.1": R.USER_UNKNOWN,
    "1.2": R.HOST_UNKNOWN,
    "1.3": R.USER_UNKNOWN,
    "1.6": R.MOVED,
    "1.7": R.POLICY,
    "1.8": R.POLICY,
    "1.10": R.NOT_ACCEPTED,
    "2.1": R.SUSPENDED,
    "2.2": R.MAILBOX_FULL,
    "2.3": R.TOO_LARGE,
    "3.4": R.TOO_LARGE,
    "3.1": R.MAILBOX_FULL,
    "3.2": R.NETWORK,
    "3.5": R.NETWORK,
    "4.1": R.NETWORK,
    "4.2": R.NETWORK,
    "4.3": R.NETWORK,
    "4.4": R.NETWORK,
    "4.5": R.RATE_LIMITED,
    "4.6": R.NETWORK,
    "4.7": R.NETWORK,
    "4.310": R.HOST_UNKNOWN,
    "4.312": R.NETWORK,
    "4.316": R.NETWORK,
    "5.3": R.RATE_LIMITED,
    "6.0": R.CONTENT,
    "6.1": R.CONTENT,
    "6.2": R.CONTENT,
    "6.3": R.CONTENT,
    "6.4": R.CONTENT,
    "6.5": R.CONTENT,
    "7.5": R.AUTH_FAILURE,
    "7.8": R.AUTH_FAILURE,
    "7.23": R.AUTH_FAILURE,
    "7.24": R.AUTH_FAILURE,
    "7.25": R.AUTH_FAILURE,
    "7.26": R.AUTH_FAILURE,
    "7.27": R.NOT_ACCEPTED,
    "7.28": R.RATE_LIMITED,
}
SAYS_ENOUGH = frozenset(_BY_CODE)  # codes without their first digit
_AUTH_CODES = frozenset({f"7.{number}" for number in range(20, 27)})

# In this order: what is about the sender is believed before what is about the person.
_ABOUT_SENDER = (
    (W.GREYLISTED, R.GREYLISTED),
    (W.AUTH_FAILURE, R.AUTH_FAILURE),
    (W.REPUTATION, R.REPUTATION),
    (W.CONTENT, R.CONTENT),
    (W.RATE_LIMITED, R.RATE_LIMITED),
    (W.TOO_MANY_RECIPIENTS, R.RATE_LIMITED),
    (W.SENDER_REFUSED, R.POLICY),
    (W.RELAY_DENIED, R.POLICY),
)
_ABOUT_ADDRESS = (
    (W.MOVED, R.MOVED),
    (W.SUSPENDED, R.SUSPENDED),
    (W.NOT_ACCEPTED, R.NOT_ACCEPTED),
    (W.HOST_UNKNOWN, R.HOST_UNKNOWN),
    (W.USER_UNKNOWN, R.USER_UNKNOWN),
)
# Words that programs also say to somebody whose address does not exist.
_VAGUE = ((W.TOO_LARGE, R.TOO_LARGE), (W.MAILBOX_FULL, R.MAILBOX_FULL))

_IN_REPLY_TO = re.compile(
    r"(?:in reply to|after|response to) (?:the )?(MAIL FROM|end of DATA|DATA|RCPT TO)", re.IGNORECASE
)
_EDGE_BLOCK = re.compile(
    r"recipient address rejected: access denied", re.IGNORECASE
)  # Exchange Online, 5.4.1


def judge(refusal: Refusal) -> tuple[EventKind, EventReason | None]:
    """The kind and the reason of a refusal."""
    if refusal.action in {"delivered", "relayed", "expanded"}:
        return EventKind.UNKNOWN, None
    words = wordings_of(refusal.text)
    reason = _reason(refusal, words)
    if refusal.action == "delayed":
        return EventKind.DELAYED, reason
    permanent = _is_permanent(refusal, words)
    if reason is R.OTHER:
        return (EventKind.UNKNOWN if permanent else EventKind.SOFT), reason
    if reason not in DEAD_ADDRESS or not permanent:
        return EventKind.SOFT, reason
    if reason is R.SUSPENDED and W.TEMPORARY in words:
        return EventKind.SOFT, reason
    return EventKind.HARD, reason


def _is_permanent(refusal: Refusal, words: frozenset[Wording]) -> bool:
    """Whether the server that refused meant it: its reply says so, else the report's code, else its words."""
    if refusal.smtp_code is not None:
        digit = str(refusal.smtp_code)[0]
        # 552 with 4.x.x and the like: who contradicts himself does not mean it
        return digit == "5" and not refusal.code.startswith("4")
    if refusal.code:
        return refusal.code.startswith("5")
    return not words & {W.TEMPORARY, W.EXPIRED}


def _reason(refusal: Refusal, words: frozenset[Wording]) -> EventReason:
    detail = refusal.code.partition(".")[2]
    by_code = _BY_CODE.get(detail)
    if detail == "4.1" and _EDGE_BLOCK.search(refusal.text):
        return R.USER_UNKNOWN
    if by_code in DEAD_ADDRESS:
        return _dead_by_code(by_code, refusal, words)
    if by_code is R.TOO_LARGE and W.MAILBOX_FULL in words and W.TOO_LARGE not in words:
        return R.MAILBOX_FULL
    if detail in _AUTH_CODES:
        return R.AUTH_FAILURE
    if by_code in {R.MAILBOX_FULL, R.TOO_LARGE, R.CONTENT}:
        return by_code
    return _by_words(refusal, words, by_code)


def _dead_by_code(by_code: EventReason, refusal: Refusal, words: frozenset[Wording]) -> EventReason:
    """The code says that the address is dead; words that are only about something else are believed more."""
    address = _first(_ABOUT_ADDRESS, words)
    vague = _first(_VAGUE, words)
    sender = _first(_ABOUT_SENDER, words)
    is_policy = _stage(refusal.text) == "mail from" or (
        W.POLICY in words and W.USER_UNAVAILABLE not in words and by_code is not R.NOT_ACCEPTED
    )
    is_passing = by_code is R.HOST_UNKNOWN and {W.NETWORK, W.TEMPORARY} <= words
    passing = R.NETWORK if is_passing else by_code
    return address or vague or sender or (R.POLICY if is_policy else passing)


def _by_words(refusal: Refusal, words: frozenset[Wording], by_code: EventReason | None) -> EventReason:
    """The code says nothing, or nothing certain."""
    address = _first(_ABOUT_ADDRESS, words)
    sender = _first(_ABOUT_SENDER, words)
    if _stage(refusal.text) == "mail from" and not words & {W.NETWORK, W.TEMPORARY}:
        return sender or by_code or R.POLICY  # whatever is unknown there is the sender
    if by_code is R.RATE_LIMITED and sender is None:
        return by_code
    if sender is not None:  # also beside words about the address: on doubt nobody is blamed
        return sender
    vague = _first(_VAGUE, words)
    if vague is not None and address in {None, R.SUSPENDED}:
        return vague
    return address or _by_vague_words(refusal, words, by_code)


def _by_vague_words(refusal: Refusal, words: frozenset[Wording], by_code: EventReason | None) -> EventReason:
    if W.POLICY in words or (refusal.code[2:].startswith("7.") and by_code is None):
        return by_code or R.POLICY
    unavailable = _unavailable(refusal, words)
    if words & {W.NETWORK, W.EXPIRED} and (unavailable is not R.USER_UNKNOWN or W.NETWORK in words):
        return by_code or R.NETWORK
    return by_code if by_code is not None and unavailable is not R.USER_UNKNOWN else unavailable


def _unavailable(refusal: Refusal, words: frozenset[Wording]) -> EventReason:
    """Replies that say no more than RFC 5321 does: `550 mailbox unavailable` to RCPT is an unknown user."""
    stage = _stage(refusal.text)
    if refusal.smtp_code == 552:
        return R.MAILBOX_FULL
    if W.USER_UNAVAILABLE in words and refusal.smtp_code in {550, 553} and stage in {"", "rcpt to"}:
        return R.USER_UNKNOWN
    if refusal.code.startswith(("5.3", "4.3", "4.4", "5.4")):
        return R.NETWORK
    return R.OTHER


def _stage(text: str) -> str:
    """The command that was refused, if the report says so: mail from, rcpt to, data, end of data."""
    found = _IN_REPLY_TO.search(text)
    return found[1].lower() if found else ""


def _first(table: tuple[tuple[Wording, EventReason], ...], words: frozenset[Wording]) -> EventReason | None:
    return next((reason for wording, reason in table if wording in words), None)
