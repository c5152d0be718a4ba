"""An import in words for editors: its state, a sentence, and its counts."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_babel import ngettext

from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.web.admin.dates import long_moment
from newsletter.web.admin.formats import exactly
from newsletter.web.admin.words.state import Word, drawn
from newsletter.web.admin.words.subscribers import skip_word

STATES: dict[ImportState, Word] = {
    ImportState.QUEUED: (_lazy("Waiting"), "info", "wait"),
    ImportState.RUNNING: (_lazy("Reading"), "info", "people"),
    ImportState.DONE: (_lazy("Done"), "success", None),
    ImportState.FAILED: (_lazy("Failed"), "error", None),
}


def import_word(state: ImportState) -> Word:
    """The word, its kind and its icon."""
    return drawn(STATES[state])


def state_sentence(read: SubscriberImport, zone: str) -> str:
    """What happens now, or what happened in the end."""
    if read.state is ImportState.QUEUED and not read.position:
        return str(_("It is read as soon as a worker is free."))
    if not read.over:
        position, lines = exactly(read.position), exactly(read.lines)
        return str(_("Line %(read)s of %(lines)s is read.", read=position, lines=lines))
    when = long_moment(read.finished_at, zone) if read.finished_at else ""
    if read.state is ImportState.FAILED:
        return str(_("It stopped on %(when)s. %(why)s", when=when, why=read.failure))
    new = ngettext(
        "%(count)s new subscriber.", "%(count)s new subscribers.", read.imported, count=exactly(read.imported)
    )
    return str(_("Finished on %(when)s: %(new)s", when=when, new=new))


def terms(read: SubscriberImport) -> list[tuple[str, str, int]]:
    """Each count with its meaning; every row that was read is in exactly one of them."""
    counts = [
        (_("Imported"), _("Subscribed from now on."), read.imported),
        (_("Already there"), _("Subscribed before; nothing changed."), read.already),
    ]
    for reason, count in sorted(read.skipped.items()):
        counts.append((_("Skipped"), skip_word(reason), count))
    counts.append((_("Left out"), _("Rows that cannot be used; each is told below."), read.invalid))
    return [(str(word), str(meaning), count) for word, meaning, count in counts]
