"""What came back, in the words of the pages."""

from flask_babel import lazy_gettext as _

from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.models import Consequence

KINDS: dict[EventKind, object] = {
    EventKind.HARD: _("Hard bounce"),
    EventKind.SOFT: _("Soft bounce"),
    EventKind.COMPLAINT: _("Complaint"),
    EventKind.AUTO_REPLY: _("Automatic reply"),
    EventKind.DELAYED: _("Delayed"),
    EventKind.REPLY: _("Reply"),
    EventKind.UNKNOWN: _("Unclear"),
}
REASONS: dict[EventReason, object] = {
    EventReason.USER_UNKNOWN: _("no such address"),
    EventReason.HOST_UNKNOWN: _("no such domain"),
    EventReason.MAILBOX_FULL: _("mailbox full"),
    EventReason.SUSPENDED: _("mailbox closed"),
    EventReason.POLICY: _("refused by policy"),
    EventReason.REPUTATION: _("reputation of the sender"),
    EventReason.CONTENT: _("content"),
    EventReason.TOO_LARGE: _("too large"),
    EventReason.RATE_LIMITED: _("too many messages"),
    EventReason.GREYLISTED: _("greylisted"),
    EventReason.NETWORK: _("network or server problem"),
    EventReason.AUTH_FAILURE: _("authentication of the sender"),
    EventReason.NOT_ACCEPTED: _("domain accepts no mail"),
    EventReason.MOVED: _("address has moved"),
    EventReason.OTHER: _("no reason given"),
}
CONSEQUENCES: dict[Consequence, object] = {
    Consequence.NONE: _("nothing"),
    Consequence.COUNTED: _("counted"),
    Consequence.SUPPRESSED: _("address suppressed"),
    Consequence.FORWARDED: _("forwarded"),
    Consequence.LIFTED: _("suppression lifted"),
    Consequence.IGNORED: _("ignored: most of the mailing was refused"),
}


def kind_word(kind: EventKind) -> str:
    return str(KINDS[kind])


def event_reason_word(reason: EventReason | None) -> str:
    """Empty where there is none."""
    return str(REASONS[reason]) if reason else ""


def consequence_word(consequence: Consequence) -> str:
    return str(CONSEQUENCES[consequence])
