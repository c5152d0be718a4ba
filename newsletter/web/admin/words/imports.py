"""An import in words for editors: its state, a sentence, and its counts."""

from flask_babel import gettext as _
from flask_babel import ngettext

from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.web.admin.dates import long_moment
from newsletter.web.admin.formats import exactly
from newsletter.web.admin.words.subscribers import StateWord, skip_word


def import_word(state: str) -> StateWord:
    """The word, its kind and its icon, as `_macros/notices.html` draws a state."""
    words: dict[str, StateWord] = {
        "queued": (_("Waiting"), "info", "wait"),
        "running": (_("Reading"), "info", "people"),
        "done": (_("Done"), "success", None),
        "failed": (_("Failed"), "error", None),
    }
    return words[state]


def state_sentence(one: SubscriberImport, zone: str) -> str:
    """What happens now, or what happened in the end."""
    if one.state is ImportState.QUEUED and not one.position:
        return str(_("It is read as soon as a worker is free."))
    if not one.over:
        read, lines = exactly(one.position), exactly(one.lines)
        return str(_("Line %(read)s of %(lines)s is read.", read=read, lines=lines))
    when = long_moment(one.finished_at, zone) if one.finished_at else ""
    if one.state is ImportState.FAILED:
        return str(_("It stopped on %(when)s. %(why)s", when=when, why=one.failure))
    new = ngettext(
        "%(count)s new subscriber.", "%(count)s new subscribers.", one.imported, count=exactly(one.imported)
    )
    return str(_("Finished on %(when)s: %(new)s", when=when, new=new))


def terms(one: SubscriberImport) -> list[tuple[str, str, int]]:
    """Each count with its meaning; every row that was read is in exactly one of them."""
    found = [
        (_("Imported"), _("Subscribed from now on."), one.imported),
        (_("Already there"), _("Subscribed before; nothing changed."), one.already),
    ]
    for reason, count in sorted(one.skipped.items()):
        found.append((_("Skipped"), skip_word(reason), count))
    found.append((_("Left out"), _("Rows that cannot be used; each is told below."), one.invalid))
    return [(str(word), str(meaning), count) for word, meaning, count in found]
