"""What a reply means for the message it answers: the first digit decides, the enhanced code says why.

One table, read from the top, the first row that fits wins. Sources: RFC 5321 §4.2, RFC 3463 and its registry
of enhanced codes, RFC 4954 (AUTH), RFC 7372 (authentication failures), RFC 7504/7505 (null MX).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from newsletter.smtp.reply import Reply
from newsletter.smtp.verdict import SENT, Outcome, Reason, Verdict
from newsletter.smtp.wordings import Wording, wordings_of


class Phase(StrEnum):
    """What the reply answers."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  # the command, whose good reply is 354
    BODY = "body"  # the final dot
    BDAT = "bdat"  # the last chunk (RFC 3030)
    RESET = "reset"


_COMMANDS = frozenset({Phase.RCPT, Phase.DATA})
_WHOLE = frozenset({Phase.BODY, Phase.BDAT})  # the message had been handed over
_PERSON = _COMMANDS | _WHOLE
_ALL = _PERSON | {Phase.MAIL, Phase.RESET}


@dataclass(frozen=True, slots=True)
class Row:
    """A row fits when each of its columns does; an empty column fits anything.

    `codes`: whole codes ("552") or their first digit ("5"). `details`: enhanced codes without their first
    digit, "1.1", or "7.*"; "-" stands for none, or one that says nothing (x.0.0, x.y.0 for some y).
    `text`: a pattern, or things of which the words of the reply say at least one (`wordings`).
    """

    phases: frozenset[Phase]
    codes: str
    details: str
    text: str | frozenset[Wording]
    outcome: Outcome
    reason: Reason
    ends: bool = False

    def fits(self, phase: Phase, reply: Reply) -> bool:
        return (
            phase in self.phases
            and (not self.codes or any(str(reply.code).startswith(code) for code in self.codes.split()))
            and (not self.details or any(_detail_fits(want, reply.detail) for want in self.details.split()))
            and (not self.text or _says(self.text, reply.text))
        )


def classify(phase: Phase, reply: Reply) -> Verdict | None:
    """The verdict of `reply` in `phase`; None when it is the one that lets the dialogue go on.

    A `pause` after the whole message was handed over (BODY, BDAT) is still a refusal of that message: the
    dialogue takes it back, and pauses. Only a reply that makes no sense there is `unanswered`.
    """
    if phase in _WHOLE:
        if reply.digit == 2:
            return SENT
        if reply.digit not in {4, 5}:
            return Verdict(Outcome.UNANSWERED, Reason.PROTOCOL, ends=True)
    elif reply.digit == (3 if phase is Phase.DATA else 2):
        return None
    for row in TABLE:
        if row.fits(phase, reply):
            return Verdict(row.outcome, row.reason, row.ends)
    # A command was answered by a reply that is neither the good one nor a refusal.
    return Verdict(Outcome.PAUSE, Reason.PROTOCOL, ends=True)


def _says(wanted: str | frozenset[Wording], text: str) -> bool:
    if isinstance(wanted, str):
        return re.search(wanted, text, re.IGNORECASE) is not None
    return not wanted.isdisjoint(wordings_of(text))


_UNSPECIFIC = frozenset({(0, 0), (3, 0), (5, 0)})


def _detail_fits(want: str, detail: tuple[int, int] | None) -> bool:
    if want == "-":
        return detail is None or detail in _UNSPECIFIC
    if detail is None:
        return False
    subject, _, number = want.partition(".")
    return int(subject) == detail[0] and (number == "*" or int(number) == detail[1])


_REPUTE = frozenset({Wording.CONTENT, Wording.REPUTATION, Wording.POLICY, Wording.AUTH_FAILURE})
_UNKNOWN = frozenset({Wording.USER_UNKNOWN})
_RELAY = frozenset({Wording.RELAY_DENIED})
_SENDER = frozenset({Wording.SENDER_REFUSED})
_DEAD = frozenset({Wording.SUSPENDED})
_FULL = frozenset({Wording.MAILBOX_FULL})
_GREY = frozenset({Wording.GREYLISTED})
_TOO_MANY = frozenset({Wording.TOO_MANY_RECIPIENTS})
_ACCOUNT = r"(is|are) not verified|sending (\w+ ){0,3}(paused|suspended|disabled)|unverified (sender|domain)"

# The sender's account has used up what its provider lets it send (the wordings of shared hosts, of cPanel,
# Exchange, Zoho, Mailgun and others). A mailbox that is full says nothing of sending, or of a time.
_UNITS = r"(e-?mails?|mails?|messages?|recipients?|submissions?)"
_LIMIT = r"(limits?|quota|allowance|credits?|maximum)"
_SPAN = r"(hour(ly)?|day|daily|minute|week(ly)?|month(ly)?)"
_SENDERS_LIMIT = (
    rf"^(?!(?s:.*)(\breceiv|\binbound\b|recipient'?s? (mailbox|account)))(?s:.*)("
    rf"\b(sending|send|outgoing|outbound|submission|smtp|relay)\W+(\w+\W+){{0,3}}{_LIMIT}"
    rf"|\b{_SPAN}\b\W+(\w+\W+){{0,4}}{_LIMIT}"
    rf"|{_LIMIT}\W+(\w+\W+){{0,5}}\b(per|each|this|an?|for the) {_SPAN}\b"
    rf"|\b(max|maximum|exceed(s|ed|ing)?|too many|allowed)\b.{{0,60}}{_UNITS}\W+(\w+\W+){{0,3}}"
    rf"(per|/|an?|in the last) ?(\d+ )?{_SPAN}"
    rf"|exceed(s|ed|ing)? (\w+ ){{0,4}}(number|amount|volume) of (\w+ ){{0,2}}{_UNITS}.{{0,40}}(send|sent)"
    rf"|(submission|sending|recipient|message)_?quota_?exceeded"
    rf"|\b(out of|no|no more|not enough|insufficient|used up|exhausted) (\w+ ){{0,3}}credits?\b"
    rf"|\bcredits? (\w+ ){{0,3}}(exhausted|used up|spent|exceeded|insufficient|depleted)"
    rf"|unusual (sending|outgoing|outbound) activity|sending rate)"
)
_NOT_YOURS = r"sendasdenied|not allowed to send as"

_R, _J, _P = Outcome.RETRY, Outcome.REJECTED, Outcome.PAUSE
_MAIL, _RCPT = frozenset({Phase.MAIL}), frozenset({Phase.RCPT})
_DATA, _RESET = frozenset({Phase.DATA}), frozenset({Phase.RESET})

TABLE: tuple[Row, ...] = (
    # 421 is the server saying goodbye, whatever was asked (RFC 5321 §3.8)
    Row(_ALL, "421", "7.*", "", _R, Reason.THROTTLED, ends=True),
    Row(_ALL, "421", "", "", _R, Reason.BUSY, ends=True),
    # RSET cannot be refused (RFC 5321 §4.1.1.5): it is the connection that has had enough. Exim says so after
    # ten of them without a message between, OpenSMTPD at the MAIL after a hundred messages.
    Row(_RESET, "", "", "", _P, Reason.BUSY, ends=True),
    Row(_MAIL, "4", "5.3", "", _P, Reason.BUSY, ends=True),
    # credentials (RFC 4954 §6), at whatever point the server asks for them
    Row(_ALL, "530 534 535 538", "", "", _P, Reason.AUTH_REQUIRED),
    Row(_ALL, "5", "7.8 7.9 7.11 7.12 7.13 7.14", "", _P, Reason.AUTH_REQUIRED),
    # the sender's account, whatever was asked. 5.4.5 is "system congestion" (RFC 3463 §3.5): Gmail says so
    # when the sender's daily quota is used up. Exchange says 5.1.90 and 5.2.252, others whatever they like.
    Row(_PERSON, "5", "1.90 4.5", "", _P, Reason.THROTTLED),
    Row(_PERSON, "5", "2.252", "", _P, Reason.SENDER_REFUSED),
    Row(_PERSON, "5", "", _NOT_YOURS, _P, Reason.SENDER_REFUSED),
    Row(_PERSON, "5", "", _SENDERS_LIMIT, _P, Reason.THROTTLED),
    # MAIL is about the sender and the transport only
    Row(_MAIL, "4", "7.*", "", _P, Reason.THROTTLED),
    Row(_MAIL, "4", "", "", _P, Reason.BUSY),
    Row(_MAIL, "552", "", "", _P, Reason.TOO_BIG),
    Row(_MAIL, "5", "3.4 2.3", "", _P, Reason.TOO_BIG),
    Row(_MAIL, "500 501 502 503 504 555", "- 5.*", "", _P, Reason.PROTOCOL),
    Row(_MAIL, "5", "3.*", "", _P, Reason.SYSTEM),
    Row(_MAIL, "5", "", "", _P, Reason.SENDER_REFUSED),
    # temporary, and the one 5xx that is (RFC 5321 §4.5.3.1.10)
    Row(_PERSON, "", "5.3", "", _R, Reason.LATER),
    Row(_PERSON, "552", "-", _TOO_MANY, _R, Reason.LATER),
    Row(_PERSON, "4", "2.2", "", _R, Reason.MAILBOX_FULL),
    Row(_PERSON, "4", "1.7 1.8", "", _R, Reason.SENDER_REFUSED),
    Row(_PERSON, "4", "", _GREY, _R, Reason.GREYLISTED),
    Row(_PERSON, "4", "7.*", "", _R, Reason.THROTTLED),
    Row(_PERSON, "454", "", r"throttl|rate exceeded", _R, Reason.THROTTLED),
    Row(_PERSON, "4", "3.*", "", _R, Reason.BUSY),
    Row(_PERSON, "452", "-", "", _R, Reason.BUSY),
    Row(_PERSON, "4", "", "", _R, Reason.LATER),
    # 5xx with an enhanced code: the address
    Row(_PERSON, "5", "1.1", "", _J, Reason.NO_SUCH_USER),
    Row(_PERSON, "5", "1.2 1.10", "", _J, Reason.NO_SUCH_DOMAIN),
    Row(_PERSON, "5", "1.3", "", _J, Reason.BAD_ADDRESS),
    Row(_PERSON, "5", "1.6", "", _J, Reason.MOVED),
    Row(_PERSON, "5", "1.7 1.8", "", _P, Reason.SENDER_REFUSED),
    Row(_PERSON, "5", "1.*", "", _J, Reason.REFUSED),
    # the mailbox
    Row(_PERSON, "5", "2.1", "", _J, Reason.DISABLED),
    Row(_PERSON, "5", "2.2", "", _J, Reason.MAILBOX_FULL),
    Row(_PERSON, "5", "2.3 3.4", "", _J, Reason.TOO_BIG),
    Row(_PERSON, "5", "2.*", "", _J, Reason.REFUSED),
    # the route, the content, international addresses (RFC 6531 §4)
    Row(_PERSON, "5", "4.*", "", _J, Reason.UNROUTABLE),
    Row(_PERSON, "5", "6.7 6.9", "", _J, Reason.NEEDS_SMTPUTF8),
    Row(_PERSON, "5", "6.*", "", _J, Reason.CONTENT),
    # policy: never about the person before the message was read; afterwards it is what the reader disliked
    Row(_COMMANDS, "5", "7.*", _RELAY, _P, Reason.RELAY_DENIED),
    Row(_COMMANDS, "5", "7.*", _SENDER, _P, Reason.SENDER_REFUSED),
    Row(_COMMANDS, "5", "7.*", "", _P, Reason.POLICY),
    Row(_WHOLE, "5", "7.20 7.21 7.22 7.23 7.24 7.25 7.26 7.27 7.28 7.29", "", _P, Reason.SENDER_REFUSED),
    Row(_WHOLE, "5", "- 7.*", _ACCOUNT, _P, Reason.SENDER_REFUSED),
    Row(_WHOLE, "5", "7.*", "", _J, Reason.POLICY),
    # the system or the syntax
    Row(_PERSON, "5", "3.1 3.2 3.3 3.5 3.6", "", _P, Reason.SYSTEM),
    Row(_RCPT, "501", "- 5.*", "", _J, Reason.BAD_ADDRESS),
    Row(_PERSON, "500 501 502 503 504 555", "", "", _P, Reason.PROTOCOL),
    Row(_PERSON, "5", "5.1 5.2 5.4 5.6", "", _P, Reason.PROTOCOL),
    # no usable enhanced code: the code with its text, then the code alone
    Row(_COMMANDS, "5", "-", _RELAY, _P, Reason.RELAY_DENIED),
    Row(_COMMANDS, "5", "-", _SENDER, _P, Reason.SENDER_REFUSED),
    Row(_PERSON, "5", "-", _UNKNOWN, _J, Reason.NO_SUCH_USER),
    Row(_PERSON, "5", "-", _DEAD, _J, Reason.DISABLED),
    Row(_PERSON, "5", "-", _FULL, _J, Reason.MAILBOX_FULL),
    Row(_PERSON, "556", "", "", _J, Reason.NO_SUCH_DOMAIN),
    Row(_RCPT, "552", "", "", _J, Reason.MAILBOX_FULL),
    Row(_COMMANDS, "521", "", "", _P, Reason.SYSTEM),
    Row(_COMMANDS, "5", "", _REPUTE, _P, Reason.POLICY),
    # DATA was refused without a word about the recipient, who had just been accepted
    Row(_DATA, "5", "", "", _P, Reason.REFUSED),
    Row(_WHOLE, "552", "", "", _J, Reason.TOO_BIG),
    Row(_WHOLE, "5", "-", _REPUTE, _J, Reason.POLICY),
    Row(_PERSON, "5", "", "", _J, Reason.REFUSED),
)
