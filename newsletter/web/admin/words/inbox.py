"""The shelves of the inbox, and where entries and their fields come from, in words for editors."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from newsletter.curation.listing import Shelf
from newsletter.curation.models import Entry, Origin, Via

SHELVES: dict[Shelf, object] = {
    Shelf.NEW: _("New"),
    Shelf.SNOOZED: _("Snoozed"),
    Shelf.USED: _("Used"),
    Shelf.DISCARDED: _("Discarded"),
}

WAYS: dict[Via, object] = {
    Via.PASTE: _("Pasted"),
    Via.CLIP: _("Bookmarklet"),
    Via.FEED: _("Feeds"),
    Via.EMAIL: _("Mail"),
    Via.SUGGESTION: _("Suggested by readers"),
    Via.COMMAND_LINE: _("Command line"),
}

# What a person wrote needs no mark.
ORIGINS: dict[Origin, object] = {
    Origin.PAGE: _("From the page"),
    Origin.FEED: _("From the feed"),
    Origin.ADDRESS: _("Guessed from the address"),
}


def origin_word(origin: str | None) -> str:
    """Where a value comes from; empty for what a person wrote and for what is empty."""
    return str(ORIGINS[Origin(origin)]) if origin and origin != Origin.PERSON else ""


def sender_line(entry: Entry) -> str:
    """Who mailed or suggested an entry; empty for entries that came otherwise."""
    if entry.via is Via.SUGGESTION:
        if not entry.sender:
            return str(gettext("Suggested by a reader"))
        return str(gettext("Suggested by %(sender)s", sender=entry.sender))
    return str(gettext("By email from %(sender)s", sender=entry.sender)) if entry.sender else ""
