"""States, outcomes, reasons of a mailing in words for editors."""

from flask_babel import gettext as _


def state_word(state: str, reason: str = "") -> tuple[str, str | None, str | None]:
    """The word, its kind and its icon, as `_macros/notices.html` draws a state."""
    if state == "paused" and reason:
        return _("Waits for you"), "warning", None
    words: dict[str, tuple[str, str | None, str | None]] = {
        "scheduled": (_("Scheduled"), "info", "wait"),
        "freezing": (_("Freezing the audience"), "info", "people"),
        "sending": (_("Sending"), "info", "mailing"),
        "paused": (_("Paused"), "warning", None),
        "stopping": (_("Stopping…"), "warning", "wait"),
        "finished": (_("Finished"), "success", None),
        "cancelled": (_("Cancelled"), None, "close"),
    }
    return words[state]


def outcome_word(outcome: str) -> str:
    """The outcome as the table and the filter say it."""
    words = {
        "pending": _("Pending"),
        "in_flight": _("In flight"),
        "sent": _("Sent"),
        "rejected": _("Rejected"),
        "retry": _("Retry"),
        "unanswered": _("Unanswered"),
        "excluded": _("Excluded"),
    }
    return str(words[outcome])


def outcome_meaning(outcome: str) -> str:
    """What the outcome means, in one sentence."""
    meanings = {
        "pending": _("Nobody has begun with them yet."),
        "in_flight": _("In the hands of a sending process."),
        "sent": _("A server accepted the message."),
        "rejected": _("A server refused for good, or the retries ran out."),
        "retry": _("Refused for now; tried again by itself."),
        "unanswered": _("Handed over, but the answer never came. Never sent again by itself."),
        "excluded": _("Gets no copy."),
    }
    return str(meanings[outcome])


def reason_word(reason: str) -> str:
    """A reason of an exclusion or of a server's refusal; one without words of its own as it is stored."""
    if not reason:
        return ""
    return str(reason_words().get(reason, reason.replace("_", " ")))


def reason_words() -> dict[str, str]:
    """The words of each reason that has some."""
    return _exclusions() | _refusals_about_people() | _other_refusals()


def _exclusions() -> dict[str, str]:
    return {
        "unconfirmed": _("subscription not confirmed"),
        "paused": _("subscription paused"),
        "unsubscribed": _("unsubscribed"),
        "ended": _("subscription ended"),
        "suppressed": _("address never written to"),
        "erased": _("erased"),
        "already_received": _("has this issue already"),
        "cancelled": _("left by the cancel"),
    }


def _refusals_about_people() -> dict[str, str]:
    return {
        "no_such_user": _("no such person there"),
        "no_such_domain": _("no such domain"),
        "bad_address": _("bad address"),
        "moved": _("moved away"),
        "disabled": _("mailbox disabled"),
        "mailbox_full": _("mailbox full"),
        "unroutable": _("no way to that server"),
        "needs_smtputf8": _("needs international addresses (SMTPUTF8)"),
        "refused": _("refused without an explanation"),
        "expired": _("retries ran out"),
    }


def _other_refusals() -> dict[str, str]:
    return {
        "too_big": _("message too big"),
        "content": _("content refused"),
        "needs_8bitmime": _("needs 8-bit messages"),
        "policy": _("against the server's policy"),
        "sender_refused": _("sender refused"),
        "relay_denied": _("relaying denied"),
        "auth_required": _("sign-in required"),
        "protocol": _("misunderstanding in the protocol"),
        "system": _("trouble on the server"),
        "busy": _("server busy"),
        "throttled": _("too many at once"),
        "greylisted": _("asked to come back later"),
        "later": _("refused for now without an explanation"),
        "lost": _("connection lost"),
        "silent": _("no answer"),
    }
