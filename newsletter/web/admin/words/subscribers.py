"""States, reasons, consents and deeds in words for editors."""

from flask_babel import gettext as _

StateWord = tuple[str, str | None, str | None]


def state_word(state: str) -> StateWord:
    """The word, its kind and its icon, as `_macros/notices.html` draws a state."""
    words: dict[str, StateWord] = {
        "pending": (_("Pending"), "info", "wait"),
        "active": (_("Active"), "success", None),
        "paused": (_("Paused"), "warning", "wait"),
        "ended": (_("Ended"), None, "close"),
        "suppressed": (_("Suppressed"), "error", None),
    }
    return words[state]


def state_meaning(state: str) -> str:
    """What people in this state are waiting for, for the page of a state without anybody."""
    meanings = {
        "pending": _("Somebody who signed up is pending until they press the button in the message we sent."),
        "active": _("Active subscribers get the next mailing."),
        "paused": _("Subscribers can pause for one to three months, and are active again by themselves."),
        "ended": _("Who unsubscribed, or was ended by an editor, stays here with the reason."),
        "suppressed": _(
            "Addresses that came back for good, complained or were put here are never written to."
        ),
    }
    return str(meanings[state])


def end_word(reason: str) -> str:
    """Why a subscription ended."""
    words = {
        "unsubscribed": _("unsubscribed"),
        "ended_by_editor": _("ended by an editor"),
        "bounced": _("messages came back"),
        "complained": _("complained"),
        "erased": _("erased"),
    }
    return str(words.get(reason, reason.replace("_", " ")))


def skip_word(reason: str) -> str:
    """Why an import left somebody out who stands in the file."""
    words = {
        "suppressed": _("never written to (suppressed)"),
        "unsubscribed": _("unsubscribed before"),
        "ended_by_editor": _("ended by an editor before"),
    }
    return str(words.get(reason) or end_word(reason))


def suppression_word(reason: str) -> str:
    """Why an address is never written to."""
    words = {
        "hard_bounce": _("a message to it came back for good"),
        "complaint": _("its owner reported a message as spam"),
        "manual": _("suppressed by hand"),
        "erased": _("its owner was erased"),
    }
    return str(words[reason])


def consent_word(kind: str) -> str:
    """What a consent record testifies."""
    words = {
        "requested": _("Asked for"),
        "confirmed": _("Confirmed"),
        "imported": _("Imported"),
        "vouched": _("Added by an editor"),
        "withdrawn": _("Withdrawn"),
        "renewed": _("Renewed"),
    }
    return str(words[kind])


def source_word(source: str) -> str:
    """Where a consent was given or withdrawn."""
    words = {
        "form": _("sign-up form"),
        "embed": _("embedded sign-up form"),
        "confirmation": _("link in the confirmation message"),
        "import": _("import"),
        "editor": _("the desk"),
        "one-click": _("the mail program's unsubscribe button"),
        "page": _("unsubscribe page"),
        "preferences": _("preferences page"),
        "undo": _("undo on the unsubscribe page"),
    }
    return str(words.get(source, source))


def deed_word(action: str) -> str:
    """What the audit says was done; a deed without words of its own as it is stored."""
    return _deeds_of_people().get(action) or _deeds_of_editors().get(action) or action


def _deeds_of_people() -> dict[str, str]:
    return {
        "subscription.confirmed": _("Confirmed the subscription"),
        "subscription.ended": _("Ended the subscription"),
        "subscription.paused": _("Paused the subscription"),
        "subscription.resumed": _("Resumed the subscription"),
        "subscription.renewed": _("Took the subscription up again"),
        "subscriber.changed": _("Changed name or language"),
        "subscriber.erased": _("Erased the person"),
    }


def _deeds_of_editors() -> dict[str, str]:
    return {
        "subscription.asked": _("Asked them to confirm"),
        "subscription.waits": _("Asked them to confirm; no further message was sent"),
        "subscription.added": _("Added the subscription"),
        "subscriber.renamed": _("Changed the name"),
        "subscriber.suppressed": _("Suppressed the address"),
        "subscriber.lifted": _("Lifted the suppression"),
        "subscriber.downloaded": _("Downloaded their data"),
    }


def actor_word(actor: str) -> str:
    """Who did it: a word for the person and for what acts by itself, an address for one of the team."""
    words = {"subscriber": _("the subscriber"), "command line": _("command line"), "system": _("the service")}
    return str(words.get(actor, actor))
