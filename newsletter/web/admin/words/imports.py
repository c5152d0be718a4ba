"""An import in words for editors: its state, a sentence, and its counts."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_babel import ngettext
from sqlalchemy.orm import Session

from newsletter.subscribers.exports.models import ExportState
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.plan import attributes_of
from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.imports.titles import ATTRIBUTE, Field
from newsletter.web.admin.dates import brief_moment
from newsletter.web.admin.formats import exactly
from newsletter.web.admin.words.state import Word, drawn
from newsletter.web.admin.words.subscribers import skip_word

STATES: dict[ImportState, Word] = {
    ImportState.PREVIEW: (_lazy("Not confirmed"), "warning", "wait"),
    ImportState.QUEUED: (_lazy("Waiting"), "info", "wait"),
    ImportState.RUNNING: (_lazy("Reading"), "info", "people"),
    ImportState.DONE: (_lazy("Done"), "success", None),
    ImportState.CANCELLED: (_lazy("Cancelled"), "warning", None),
    ImportState.FAILED: (_lazy("Failed"), "error", None),
    ImportState.UNDOING: (_lazy("Being undone"), "info", "people"),
    ImportState.UNDONE: (_lazy("Undone"), "", None),
}


FIELDS: dict[Field, object] = {
    Field.IGNORE: _lazy("ignored"),
    Field.EMAIL: _lazy("Address"),
    Field.NAME: _lazy("Name"),
    Field.FIRST_NAME: _lazy("First name"),
    Field.LAST_NAME: _lazy("Last name"),
    Field.LANGUAGE: _lazy("Language"),
    Field.TAGS: _lazy("Tags"),
    Field.MUTED_TOPICS: _lazy("Muted topics"),
    Field.ATTRIBUTES: _lazy("Attributes, as a JSON object"),
    Field.CONSENT_AT: _lazy("When they agreed"),
    Field.CONSENT_SOURCE: _lazy("Where they agreed"),
    Field.CONSENT_IP: _lazy("IP address when they agreed"),
    Field.FREQUENCY: _lazy("How often: “monthly”, or each issue"),
    Field.PAUSED_UNTIL: _lazy("Paused until"),
    Field.STATE: _lazy("State: active, unsubscribed, …"),
    Field.SUBSCRIBED: _lazy("Subscribed: yes, or when"),
    Field.UNSUBSCRIBED: _lazy("Unsubscribed: yes, or when"),
    Field.BOUNCED: _lazy("Bounced: yes, or when"),
    Field.COMPLAINED: _lazy("Complained: yes, or when"),
    Field.SUPPRESSED: _lazy("Suppressed: yes, or when"),
}
EXPORT_STATES: dict[ExportState, Word] = {
    ExportState.QUEUED: (_lazy("Waiting"), "info", "wait"),
    ExportState.RUNNING: (_lazy("Being written"), "info", "people"),
    ExportState.DONE: (_lazy("Done"), "success", None),
    ExportState.FAILED: (_lazy("Failed"), "error", None),
}


def export_word(state: ExportState) -> Word:
    """The same of an export."""
    return drawn(EXPORT_STATES[state])


def import_word(state: ImportState) -> Word:
    """The word, its kind and its icon."""
    return drawn(STATES[state])


def state_sentence(read: SubscriberImport, zone: str) -> str:
    """What happens now, or what happened in the end; the page says the zone beside the beginning."""
    if read.state in {ImportState.DONE, ImportState.FAILED, ImportState.UNDONE}:
        return _end_sentence(read, brief_moment(read.finished_at, zone) if read.finished_at else "")
    position, lines = exactly(read.position), exactly(read.lines)
    if read.state is ImportState.QUEUED and not read.position:
        return str(_("It will be read as soon as a worker is free."))
    sentences = {
        ImportState.PREVIEW: _("Nobody is added until it is confirmed."),
        ImportState.UNDOING: _("People go back to how they were before this import."),
        ImportState.CANCELLED: _("Stopped at line %(read)s. What was imported stays.", read=position),
    }
    return str(
        sentences.get(read.state, _("Reading line %(read)s of %(lines)s.", read=position, lines=lines))
    )


def _end_sentence(read: SubscriberImport, when: str) -> str:
    if read.state is ImportState.FAILED:
        return str(_("Stopped on %(when)s. %(why)s", when=when, why=read.failure))
    if read.state is ImportState.UNDONE:
        kept = exactly(read.undone.get("kept", 0))
        return str(
            _(
                "Undone on %(when)s. Left as they are, because they changed since then: %(kept)s.",
                when=when,
                kept=kept,
            )
        )
    new = ngettext(
        "%(count)s new subscriber.", "%(count)s new subscribers.", read.imported, count=exactly(read.imported)
    )
    return str(_("Finished on %(when)s: %(new)s", when=when, new=new))


def terms(read: SubscriberImport) -> list[tuple[str, str, int]]:
    """Each count with its meaning; every row that was read is in exactly one of them."""
    counts = [
        (_("Imported"), _("Now subscribed."), read.imported),
        (_("Updated"), _("Subscribed before; the file added to their data or tags."), read.updated),
        (_("Already subscribed"), _("Subscribed before; nothing changed."), read.already - read.updated),
    ]
    left_out = (_("Left out"), _("Rows that cannot be used; see below."), read.invalid)
    return _as_words([*counts, *_skips(read.skipped), left_out])


def preview_terms(result: ImportResult) -> list[tuple[str, str, int]]:
    """The same for what would happen: each count with its meaning."""
    counts = [
        (
            _("Will be added"),
            _("Subscribed once you confirm; they are not notified."),
            result.imported,
        ),
        (_("Will be updated"), _("Subscribed before; the file adds to their data or tags."), result.updated),
        (
            _("Already subscribed"),
            _("Subscribed before; nothing changes."),
            result.already - result.updated,
        ),
    ]
    left_out = (_("Left out"), _("Rows that cannot be used; see below."), len(result.errors))
    return _as_words([*counts, *_skips(result.skipped), left_out])


def field_words(session: Session, publication_id: int) -> dict[str, str]:
    """What a column may be, by field: those that every file can have, then the publication's attributes."""
    attributes = attributes_of(session, publication_id)
    words = {field.value: str(word) for field, word in FIELDS.items()}
    return words | {ATTRIBUTE + key: attribute.label for key, attribute in attributes.items()}


def _skips(skipped: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(_("Skipped"), skip_word(reason), count) for reason, count in sorted(skipped.items())]


def _as_words(terms: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    return [(str(word), str(meaning), count) for word, meaning, count in terms]


# The character sets that a file may be said to be in.
_CHARSETS: dict[str, object] = {
    "utf-8": _lazy("Unicode (UTF-8)"),
    "utf-16": _lazy("Unicode (UTF-16)"),
    "cp1250": _lazy("Central European (Windows-1250)"),
    "cp1251": _lazy("Cyrillic (Windows-1251)"),
    "cp1252": _lazy("Western European (Windows-1252)"),
    "cp1253": _lazy("Greek (Windows-1253)"),
    "cp1254": _lazy("Turkish (Windows-1254)"),
    "cp1255": _lazy("Hebrew (Windows-1255)"),
    "cp1256": _lazy("Arabic (Windows-1256)"),
    "cp1257": _lazy("Baltic (Windows-1257)"),
    "iso8859-2": _lazy("Central European (ISO 8859-2)"),
    "iso8859-15": _lazy("Western European (ISO 8859-15)"),
    "koi8-r": _lazy("Cyrillic (KOI8-R)"),
    "mac-roman": _lazy("Western European (Mac)"),
    "shift-jis": _lazy("Japanese (Shift JIS)"),
    "euc-jp": _lazy("Japanese (EUC-JP)"),
    "gb18030": _lazy("Chinese (GB 18030)"),
    "big5": _lazy("Traditional Chinese (Big5)"),
    "euc-kr": _lazy("Korean (EUC-KR)"),
}


def charset_choices() -> list[tuple[str, str]]:
    """The options of a form that asks for the character set of a file."""
    return [("", str(_("Detect automatically"))), *((name, str(words)) for name, words in _CHARSETS.items())]
