"""States, outcomes and reasons of a mailing in words for editors."""

from flask_babel import lazy_gettext as _

from newsletter.mailings.models import Exclusion, Outcome
from newsletter.mailings.recipients import IN_FLIGHT
from newsletter.mailings.totals import DisplayedState
from newsletter.sending.retry import EXPIRED
from newsletter.smtp.verdict import Reason
from newsletter.web.admin.words.state import Word, drawn

STATES: dict[DisplayedState, Word] = {
    DisplayedState.SCHEDULED: (_("Scheduled"), "info", "wait"),
    DisplayedState.FREEZING: (_("Counting recipients"), "info", "people"),
    DisplayedState.SENDING: (_("Sending"), "info", "mailing"),
    DisplayedState.PAUSED: (_("Paused"), "warning", None),
    DisplayedState.STOPPING: (_("Stopping…"), "warning", "wait"),
    DisplayedState.FINISHED: (_("Finished"), "success", None),
    DisplayedState.CANCELLED: (_("Cancelled"), None, "close"),
}
WAITS_FOR_YOU: Word = (_("Needs attention"), "warning", None)

# The word of each outcome in tables and filters, and what it means in one sentence.
OUTCOMES: dict[str, tuple[object, object]] = {
    Outcome.PENDING: (_("Pending"), _("Not started yet.")),
    IN_FLIGHT: (_("In flight"), _("Being sent right now.")),
    Outcome.SENT: (_("Sent"), _("A server accepted the message.")),
    Outcome.REJECTED: (_("Rejected"), _("A server refused permanently, or the retries ran out.")),
    Outcome.RETRY: (_("Retry"), _("Refused for now; will be retried automatically.")),
    Outcome.UNANSWERED: (
        _("Unanswered"),
        _("Handed over, but no answer came. Never resent automatically."),
    ),
    Outcome.EXCLUDED: (_("Excluded"), _("Gets no copy.")),
}

EXCLUSIONS: dict[str, object] = {
    Exclusion.UNCONFIRMED: _("subscription not confirmed"),
    Exclusion.PAUSED: _("subscription paused"),
    Exclusion.UNSUBSCRIBED: _("unsubscribed"),
    Exclusion.ENDED: _("subscription ended"),
    Exclusion.SUPPRESSED: _("address suppressed"),
    Exclusion.ERASED: _("erased"),
    Exclusion.ALREADY_RECEIVED: _("already has this issue"),
    Exclusion.NOTHING_TO_READ: _("nothing in this issue is for them"),
    Exclusion.NOT_RECEIVED: _("did not get the corrected issue"),
    Exclusion.NOT_IN_SEGMENT: _("not in the segment"),
    Exclusion.MONTHLY: _("gets the monthly summary instead"),
    Exclusion.EACH_ISSUE: _("gets every issue instead"),
    Exclusion.CANCELLED: _("mailing cancelled"),
}

REFUSALS: dict[str, object] = {
    Reason.NO_SUCH_USER: _("no such mailbox"),
    Reason.NO_SUCH_DOMAIN: _("no such domain"),
    Reason.BAD_ADDRESS: _("bad address"),
    Reason.MOVED: _("mailbox moved"),
    Reason.DISABLED: _("mailbox disabled"),
    Reason.MAILBOX_FULL: _("mailbox full"),
    Reason.UNROUTABLE: _("server unreachable"),
    Reason.NEEDS_SMTPUTF8: _("needs international addresses (SMTPUTF8)"),
    Reason.REFUSED: _("refused without an explanation"),
    Reason.TOO_BIG: _("message too big"),
    Reason.CONTENT: _("content refused"),
    Reason.NEEDS_8BITMIME: _("needs 8-bit messages"),
    Reason.POLICY: _("against the server's policy"),
    Reason.SENDER_REFUSED: _("sender refused"),
    Reason.RELAY_DENIED: _("relaying denied"),
    Reason.AUTH_REQUIRED: _("sign-in required"),
    Reason.PROTOCOL: _("protocol error"),
    Reason.SYSTEM: _("server error"),
    Reason.BUSY: _("server busy"),
    Reason.THROTTLED: _("too many messages at once"),
    Reason.GREYLISTED: _("asked to try again later"),
    Reason.LATER: _("refused for now without an explanation"),
    Reason.LOST: _("connection lost"),
    Reason.SILENT: _("no answer"),
}

REASONS: dict[str, object] = {**EXCLUSIONS, **REFUSALS, EXPIRED: _("retries ran out")}


def state_word(state: DisplayedState, reason: str = "") -> Word:
    """The word, its kind and its icon; `reason` is why the mailing paused itself."""
    return drawn(WAITS_FOR_YOU if state is DisplayedState.PAUSED and reason else STATES[state])


def outcome_word(outcome: str) -> str:
    """The outcome as the table and the filter say it."""
    return str(OUTCOMES[outcome][0])


def outcome_meaning(outcome: str) -> str:
    """What the outcome means, in one sentence."""
    return str(OUTCOMES[outcome][1])


def reason_word(reason: str) -> str:
    """A reason of an exclusion or of a server's refusal; one without words of its own as it is stored."""
    return str(REASONS.get(reason, reason.replace("_", " ")))
