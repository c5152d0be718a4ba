"""What is done to many people at once, in words for editors."""

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from newsletter.subscribers.bulk.models import OF_TAGS, BulkAction, BulkChange, BulkState, Result
from newsletter.web.admin.words.state import Word, drawn

ACTIONS: dict[BulkAction, object] = {
    BulkAction.TAG: _("Add the tag"),
    BulkAction.UNTAG: _("Remove the tag"),
    BulkAction.PAUSE: _("Pause their subscriptions"),
    BulkAction.RESUME: _("End pauses set by editors"),
    BulkAction.END: _("End their subscriptions"),
}
# Why somebody stays as they are.
UNCHANGED: dict[BulkAction, object] = {
    BulkAction.TAG: _("already have the tag"),
    BulkAction.UNTAG: _("do not have the tag"),
    BulkAction.PAUSE: _("are not active"),
    BulkAction.RESUME: _("are not paused, or chose the pause themselves"),
    BulkAction.END: _("have already left"),
}
STATES: dict[BulkState, Word] = {
    BulkState.CHOOSING: (_("Choosing people"), "info", "wait"),
    BulkState.RUNNING: (_("Changing people"), "info", "wait"),
    BulkState.CANCELLED: (_("Cancelled"), None, "close"),
    BulkState.DONE: (_("Done"), "success", None),
    BulkState.FAILED: (_("Stopped"), "error", None),
    BulkState.UNDOING: (_("Undoing"), "info", "wait"),
    BulkState.UNDONE: (_("Undone"), None, "close"),
}


def action_sentence(action: BulkAction, tag: str, months: int | None = None) -> str:
    """What is done, with the tag that it is about, or for how many months, where that is known."""
    if action in OF_TAGS:
        return f"{ACTIONS[action]} “{tag}”"
    if action is BulkAction.PAUSE and months:
        return str(
            ngettext(
                "Pause their subscriptions for %(num)s month",
                "Pause their subscriptions for %(num)s months",
                months,
            )
        )
    return str(ACTIONS[action])


def unchanged_word(action: BulkAction) -> str:
    """Why somebody stays as they are."""
    return str(UNCHANGED[action])


def bulk_word(state: BulkState) -> Word:
    """The word of a state, its kind and its icon."""
    return drawn(STATES[state])


def count_terms(row: BulkChange) -> list[tuple[str, int]]:
    """How many people there are of each kind; with those that wait they are all who were chosen."""
    undone = row.state in {BulkState.UNDOING, BulkState.UNDONE}
    counts = row.counts
    restored, kept = counts.get(Result.RESTORED, 0), counts.get(Result.KEPT, 0)
    changed = counts.get(Result.CHANGED, 0)
    waiting = row.people - changed - counts.get(Result.UNCHANGED, 0)
    terms = [
        (gettext("Changed"), changed - restored - kept),
        (
            gettext("Stay as they are: %(why)s", why=unchanged_word(row.action)),
            counts.get(Result.UNCHANGED, 0),
        ),
    ]
    if undone:
        terms.append((gettext("Restored"), restored))
        terms.append((gettext("Changed since then; left as they are"), kept))
    if waiting:
        terms.append((gettext("Not changed"), waiting) if row.over else (gettext("Remaining"), waiting))
    return terms
