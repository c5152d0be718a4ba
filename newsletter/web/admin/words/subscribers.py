"""States, reasons, consents and actions in words for editors."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from newsletter.deferred.models import Suspicion
from newsletter.feedback.remove_suppression import RemovalReason
from newsletter.subscribers.add import Outcome
from newsletter.subscribers.former_addresses import MOVED
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.listing import SUPPRESSED
from newsletter.subscribers.models import ConsentKind, ConsentSource, EndReason, State, SuppressionReason
from newsletter.subscribers.origin import Origin
from newsletter.web.admin.words.state import Word, drawn

# By the filters of the list: the states, and the suppressed beside them.
STATES: dict[str, Word] = {
    State.PENDING: (_("Pending"), "info", "wait"),
    State.ACTIVE: (_("Active"), "success", None),
    State.PAUSED: (_("Paused"), "warning", "wait"),
    State.ENDED: (_("Ended"), None, "close"),
    SUPPRESSED: (_("Suppressed"), "error", None),
}

# What people in a state are waiting for, for the page of a state without anybody.
MEANINGS: dict[str, object] = {
    State.PENDING: _("People who signed up are pending until they press the button in the email we sent."),
    State.ACTIVE: _("Active subscribers get the next mailing."),
    State.PAUSED: _(
        "Subscribers can pause for one to three months, and then become active again automatically."
    ),
    State.ENDED: _("People who unsubscribed, or were removed by an editor, stay here with the reason."),
    SUPPRESSED: _("Addresses that bounced, complained or were added by hand are never emailed."),
}

ENDS: dict[EndReason, object] = {
    EndReason.UNSUBSCRIBED: _("unsubscribed"),
    EndReason.ENDED_BY_EDITOR: _("ended by an editor"),
    EndReason.BOUNCED: _("bounced"),
    EndReason.COMPLAINED: _("complained"),
    EndReason.ERASED: _("erased"),
    EndReason.EXPIRED: _("never confirmed"),
}

# Why an import left somebody out who stands in the file; the other reasons are those of an end.
SKIPS: dict[str, object] = ENDS | {
    SUPPRESSED: _("suppressed"),
    EndReason.UNSUBSCRIBED: _("unsubscribed before"),
    EndReason.ENDED_BY_EDITOR: _("ended by an editor before"),
    MOVED: _("use another address now"),
    FileState.SUPPRESSED: _("suppressed, according to the file"),
    FileState.COMPLAINED: _("complained, according to the file"),
    FileState.BOUNCED: _("bounced, according to the file"),
    FileState.UNSUBSCRIBED: _("unsubscribed, according to the file"),
    FileState.ENDED: _("ended or inactive, according to the file"),
    FileState.NOT_SUBSCRIBED: _("not subscribed, according to the file"),
    FileState.PENDING: _("not confirmed, according to the file"),
    FileState.PAUSED: _("paused, according to the file"),
}

SUPPRESSIONS: dict[SuppressionReason, object] = {
    SuppressionReason.HARD_BOUNCE: _("a message to it bounced"),
    SuppressionReason.SOFT_BOUNCE: _("messages to it keep bouncing"),
    SuppressionReason.COMPLAINT: _("its owner reported a message as spam"),
    SuppressionReason.MANUAL: _("suppressed by hand"),
    SuppressionReason.ERASED: _("its owner was erased"),
}

REMOVALS: dict[RemovalReason, object] = {
    RemovalReason.ASKED: _("Its owner wants mail again"),
    RemovalReason.MISTAKE: _("It was suppressed by mistake"),
    RemovalReason.WORKS_AGAIN: _("The mailbox works again"),
}

CONSENTS: dict[ConsentKind, object] = {
    ConsentKind.REQUESTED: _("Requested"),
    ConsentKind.CONFIRMED: _("Confirmed"),
    ConsentKind.IMPORTED: _("Imported"),
    ConsentKind.VOUCHED: _("Added by an editor"),
    ConsentKind.WITHDRAWN: _("Withdrawn"),
    ConsentKind.RENEWED: _("Renewed"),
    ConsentKind.TRACKING_ALLOWED: _("Tracking allowed"),
    ConsentKind.TRACKING_REFUSED: _("Tracking refused"),
    ConsentKind.ADDRESS_CHANGED: _("Address changed"),
}

# Where a consent was given or withdrawn.
SOURCES: dict[ConsentSource, object] = {
    ConsentSource.FORM: _("sign-up form"),
    ConsentSource.EMBED: _("embedded sign-up form"),
    ConsentSource.SITE: _("sign-up form of another site"),
    ConsentSource.CONFIRMATION: _("link in the confirmation message"),
    ConsentSource.IMPORT: _("import"),
    ConsentSource.EDITOR: _("admin pages"),
    ConsentSource.ONE_CLICK: _("the email program's unsubscribe button"),
    ConsentSource.MAIL: _("email to the unsubscribe address"),
    ConsentSource.PAGE: _("unsubscribe page"),
    ConsentSource.PREFERENCES: _("preferences page"),
    ConsentSource.UNDO: _("undo on the unsubscribe page"),
}

# Why a sign-up waits for an editor.
SUSPICIONS: dict[Suspicion, object] = {
    Suspicion.DISPOSABLE: _("a disposable address"),
    Suspicion.NO_MAIL_SERVER: _("its domain accepts no mail"),
    Suspicion.UNPROVEN: _("signed up during an attack"),
}

# What adding somebody came to, and the kind of that notice.
ADDED: dict[Outcome, tuple[object, str]] = {
    Outcome.ASKED: (
        _("We have emailed them. They subscribe to %(name)s by pressing the button in that email."),
        "success",
    ),
    Outcome.LIMITED: (
        _("They were asked to confirm recently, so no other message was sent. Try again tomorrow."),
        "warning",
    ),
    Outcome.ACTIVE: (_("They are now subscribed to %(name)s."), "success"),
    Outcome.ALREADY: (_("They are already subscribed to %(name)s; nothing was changed."), "info"),
}

# What the audit says was done, by readers and by editors.
ACTIONS: dict[str, object] = {
    "subscription.confirmed": _("Confirmed the subscription"),
    "subscription.expired": _("Ended the subscription: it was never confirmed"),
    "subscription.ended": _("Ended the subscription"),
    "subscription.paused": _("Paused the subscription"),
    "subscription.resumed": _("Resumed the subscription"),
    "subscription.frequency_changed": _("Chose how often to get it"),
    "subscription.renewed": _("Renewed the subscription"),
    "subscription.tracking_allowed": _("Allowed tracking"),
    "subscription.tracking_refused": _("Refused tracking"),
    "subscriber.address_asked": _("Asked a new address to confirm"),
    "subscriber.address_changed": _("Changed their address"),
    "subscriber.changed": _("Changed name or language"),
    "subscription.chosen": _("Chose topics, tags or attributes"),
    "subscription.restored": _("Restored the subscription: a bulk change was undone"),
    "subscription.labelled": _("Changed topics, tags or attributes"),
    "subscriber.erased": _("Erased the person"),
    "subscription.asked": _("Asked them to confirm"),
    "subscription.waits": _("Asked them to confirm; no further message was sent"),
    "subscription.added": _("Added the subscription"),
    "subscriber.renamed": _("Changed the name"),
    "subscriber.suppressed": _("Suppressed the address"),
    "subscriber.lifted": _("Lifted the suppression"),
    "subscriber.downloaded": _("Downloaded their data"),
}

# Who acts besides the team, whose addresses are shown.
ACTORS: dict[str, object] = {
    "subscriber": _("the subscriber"),
    "command line": _("command line"),
    "system": _("the service"),
}


# System messages to subscribers, in the middle of a sentence.
MESSAGES: dict[str, object] = {
    "confirmation": _("confirmation"),
    "confirmation_reminder": _("reminder to confirm"),
    "already_subscribed": _("notice that they are already subscribed"),
    "welcome": _("welcome message"),
    "address_change": _("request to confirm a new address"),
    "address_changed": _("notice that their address was changed"),
}


def message_word(kind: str) -> str:
    """What a system message is; one without words of its own is a message."""
    return str(MESSAGES.get(kind, _("message")))


def state_word(state: str) -> Word:
    """The word of one of the list's filters, its kind and its icon."""
    return drawn(STATES[state])


def state_meaning(state: str) -> str:
    """What people in this state are waiting for."""
    return str(MEANINGS[state])


def end_word(reason: EndReason) -> str:
    """Why a subscription ended."""
    return str(ENDS[reason])


def skip_word(reason: str) -> str:
    """Why an import left somebody out; a reason without words of its own as it is stored."""
    return str(SKIPS.get(reason, reason.replace("_", " ")))


def suppression_word(reason: SuppressionReason) -> str:
    """Why an address is never written to."""
    return str(SUPPRESSIONS[reason])


def suspicion_word(suspicion: Suspicion) -> str:
    """Why a sign-up waits for an editor."""
    return str(SUSPICIONS[suspicion])


def consent_word(kind: ConsentKind) -> str:
    """What a consent record testifies."""
    return str(CONSENTS[kind])


def source_word(source: ConsentSource) -> str:
    """Where a consent was given or withdrawn."""
    return str(SOURCES[source])


def origin_words(origin: Mapping[str, Any] | None, titles: Mapping[int, str]) -> list[str]:
    """What led to a sign-up; `titles` are those of issues, by id."""
    known = Origin.from_json(origin)
    marks = ", ".join(f"{word}: {mark}" for word, mark in known.utm.items())
    title = titles.get(known.issue_id or 0, "")
    return [
        *([gettext("from the page %(page)s", page=known.page)] if known.page else []),
        *([gettext("campaign %(marks)s", marks=marks)] if marks else []),
        *([gettext("from the issue “%(title)s”", title=title)] if title else []),
    ]


def action_word(action: str) -> str:
    """What was done; an action without words of its own as it is stored."""
    return str(ACTIONS.get(action, action))


def actor_word(actor: str) -> str:
    """Who did it: a word for the person and for what acts by itself, an address for one of the team."""
    return str(ACTORS.get(actor, actor))
