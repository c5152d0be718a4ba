"""What a file says about consent: columns and file names of exports that tell who must not be written to.

The formats are those of our own export and of Ghost, Mailchimp, Substack, Brevo, MailerLite, Kit, Buttondown,
beehiiv, listmonk, Campaign Monitor, Klaviyo, HubSpot, Shopify and Wix. Where a value is doubtful nobody is
subscribed by it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from enum import Enum, StrEnum
from functools import lru_cache

from newsletter.subscribers.imports.titles import Field
from newsletter.subscribers.imports.words import compact, compact_all


class FileState(StrEnum):
    """What a file says about somebody who is left out for it, the strongest first."""

    SUPPRESSED = "file_suppressed"
    COMPLAINED = "file_complained"
    BOUNCED = "file_bounced"
    UNSUBSCRIBED = "file_unsubscribed"
    ENDED = "file_ended"
    NOT_SUBSCRIBED = "file_not_subscribed"
    PENDING = "file_pending"
    PAUSED = "file_paused"


class Kind(Enum):
    """How the cells of a column tell."""

    WORD = "a word for the state: active, unsubscribed, …"
    WITHDRAWN = "anything but an empty cell or a no: a date, a reason, a yes"
    GIVEN = "a yes, or when it was given; empty cells and a no mean the opposite"


@dataclass(frozen=True)
class StateColumn:
    """A column about consent. `implies` is what it says of somebody where its cells do not name a state."""

    place: int
    title: str
    kind: Kind
    implies: FileState
    words: Mapping[str, FileState | None] = dataclass_field(
        default_factory=dict
    )  # of its format, by their compact form

    @property
    def field(self) -> str:
        """The field of an import that the column fills (`titles.Field`)."""
        if self.kind is Kind.WORD:
            return Field.STATE
        if self.kind is Kind.GIVEN:
            return Field.SUBSCRIBED
        return next((name for name, implied in _WITHDRAWN_FIELDS.items() if implied is self.implies), "")


NO_WORDS: Mapping[str, FileState | None] = {}
_WITHDRAWN_FIELDS: dict[str, FileState] = {
    Field.UNSUBSCRIBED: FileState.UNSUBSCRIBED,
    Field.BOUNCED: FileState.BOUNCED,
    Field.COMPLAINED: FileState.COMPLAINED,
    Field.SUPPRESSED: FileState.SUPPRESSED,
}


class UnknownState(ValueError):
    """A cell whose state nobody knows; the message says so to people."""


# The names of columns and values are compared without case, accents, spaces and punctuation.
_WORD_COLUMNS = compact_all(
    *("state", "status", "subscription status", "subscription state", "subscriber status"),
    *("subscriber state", "subscriber type", "email status", "email marketing status", "member status"),
    *("email subscriber status", "email subscription status", "contact status", "mailing status"),
    *("abostatus", "zustand", "statut", "statut de l'abonnement", "stato", "estado", "الحالة"),
)
_GIVEN_COLUMNS = compact_all(
    *("subscribed", "subscribed to email", "subscribed to emails", "is subscribed", "opt in", "opted in"),
    *("double opt in", "email opt in", "newsletter opt in", "accepts marketing", "accepts email marketing"),
    *("email marketing consent", "marketing consent", "email consent", "consent", "newsletter"),
    *("can receive email marketing", "confirmed", "is confirmed", "einwilligung", "zustimmung"),
    *("abonniert", "angemeldet", "bestätigt", "consenso", "iscritto", "confermato", "consentement"),
    *("abonné", "inscrit", "confirmé", "consentimiento", "suscrito", "confirmado"),
)
_WITHDRAWN_COLUMNS: tuple[tuple[FileState, tuple[str, ...]], ...] = (
    (FileState.SUPPRESSED, ("suppress", "email suppress", "blacklist", "email blacklist", "is blacklisted")),
    (FileState.SUPPRESSED, ("blocklist", "email blocklist", "blocked", "blockiert", "gesperrt", "banned")),
    (FileState.SUPPRESSED, ("do not contact", "do not email", "do not mail", "email disabled")),
    (FileState.COMPLAINED, ("complain", "spam complaint", "marked as spam", "email complain")),
    (FileState.BOUNCED, ("bounced", "hard bounce", "email hard bounce", "bounce reason", "cleaned")),
    (FileState.BOUNCED, ("clean time", "clean campaign", "email bounced")),
    (FileState.UNSUBSCRIBED, ("unsub", "is unsub", "has unsub", "email unsub", "opt out", "opted out")),
    (FileState.UNSUBSCRIBED, ("email opt out", "email opted out", "has opted out", "is opted out")),
    (FileState.UNSUBSCRIBED, ("abgemeldet", "abmelde", "disiscri", "désinscri", "désabonn", "desuscri")),
    (FileState.UNSUBSCRIBED, ("data disiscrizione", "date de désinscription", "date de désabonnement")),
    (FileState.UNSUBSCRIBED, ("fecha de baja", "dado de baja", "cancelled at", "canceled at")),
    (FileState.ENDED, ("ended", "deleted at", "deactivated", "archived at", "cancelled", "canceled")),
)
_WITHDRAWN_STARTS = tuple((compact(start), state) for state, starts in _WITHDRAWN_COLUMNS for start in starts)
_IS_NO_STATE = re.compile("url|link|token|count$").search  # an unsubscribe link is everybody's
# Beside these, a state is a part of a country.
_POSTAL = compact_all("city", "zip", "zip code", "postcode", "postal code", "country", "ville", "pays")
_POSTAL |= compact_all("ciudad", "país", "código postal", "città", "paese", "provincia", "cap", "plz", "ort")
_PARTS_OF_COUNTRIES = compact_all("state", "estado", "stato")

_NO = compact_all("", "0", "no", "n", "false", "f", "none", "null", "never", "off", "n/a", "not applicable")
_NO |= compact_all("nein", "falsch", "nie", "non", "faux", "jamais", "falso", "mai", "nunca", "لا")
_NO |= compact_all("0000-00-00", "0000-00-00 00:00:00", "undefined", "not given", "refused", "denied")
_ACTIVE = compact_all(
    *("active", "subscribed", "confirmed", "enabled", "verified", "opt-in", "opted in", "double opt-in"),
    *("single opt-in", "yes", "y", "true", "t", "1", "on", "regular", "premium", "free", "paid", "comped"),
    *("complimentary", "gifted", "granted", "aktiv", "angemeldet", "abonniert", "bestätigt", "ja", "wahr"),
    *("attivo", "iscritto", "confermato", "sì", "vero", "actif", "abonné", "inscrit", "confirmé", "oui"),
    *("vrai", "activo", "suscrito", "confirmado", "verdadero", "نشط", "مشترك", "نعم"),
)
_STATES: dict[str, FileState] = {
    word: state
    for state, words in {
        FileState.SUPPRESSED: compact_all(
            *("suppressed", "blocked", "blocklisted", "blacklisted", "banned", "disabled", "manual"),
            *("erased", "gesperrt", "blockiert", "bloccato", "bloqué", "bloqueado"),
        ),
        FileState.COMPLAINED: compact_all(
            *("complained", "complaint", "spam", "spam complaint", "junk", "abuse", "marked as spam"),
            *("reported as spam", "beschwerde"),
        ),
        FileState.BOUNCED: compact_all(
            *("bounced", "bounce", "hard bounced", "hard bounce", "hard_bounce", "cleaned", "invalid"),
            *("undeliverable", "gebounced", "gebounct", "unzustellbar", "rimbalzato", "rebotado"),
        ),
        FileState.UNSUBSCRIBED: compact_all(
            *("unsubscribed", "unsub", "opt-out", "opted out", "cancelled", "canceled", "left", "removed"),
            *("churned", "abgemeldet", "ausgetragen", "gekündigt", "disiscritto", "cancellato", "désinscrit"),
            *("désabonné", "desuscrito", "baja", "dado de baja"),
        ),
        FileState.ENDED: compact_all(
            *(
                "ended",
                "ended_by_editor",
                "inactive",
                "deleted",
                "archived",
                "expired",
                "inaktiv",
                "gelöscht",
            ),
            *("inattivo", "inactif", "inactivo", "deactivated"),
        ),
        FileState.NOT_SUBSCRIBED: compact_all(
            *("not subscribed", "never subscribed", "nonsubscribed", "non-subscribed", "transactional"),
        ),
        FileState.PENDING: compact_all(
            *("pending", "unconfirmed", "not confirmed", "unverified", "unactivated", "validating"),
            *("awaiting confirmation", "unbestätigt", "ausstehend", "in attesa", "non confermato"),
            *("en attente", "non confirmé", "pendiente", "sin confirmar"),
        ),
        FileState.PAUSED: compact_all("paused", "snoozed", "pausiert", "in pausa", "en pause", "pausado"),
    }.items()
    for word in words
}

# Mailchimp writes a file for each state; only their names tell some of them apart.
_mailchimp_file = re.compile(r"(unsubscribed|cleaned|nonsubscribed)_\w*export", re.IGNORECASE).match
_FILES = {
    "unsubscribed": FileState.UNSUBSCRIBED,
    "cleaned": FileState.BOUNCED,
    "nonsubscribed": FileState.NOT_SUBSCRIBED,
}


def state_columns(
    header: Sequence[str], words: Mapping[str, FileState | None] = NO_WORDS
) -> tuple[StateColumn, ...]:
    """The columns of `header` that say something about consent; `words` are those of its format."""
    names = [compact(title) for title in header]
    postal = not _POSTAL.isdisjoint(names)
    judged = (_column(place, name, header[place], postal) for place, name in enumerate(names))
    return tuple(replace(column, words=words) for column in judged if column is not None)


def column_of_field(
    place: int, title: str, field: str, words: Mapping[str, FileState | None]
) -> StateColumn | None:
    """The column that was said to fill `field`; None when that is not about consent."""
    if field == Field.STATE:
        return StateColumn(place, title, Kind.WORD, FileState.NOT_SUBSCRIBED, words)
    if field == Field.SUBSCRIBED:
        return StateColumn(place, title, Kind.GIVEN, FileState.NOT_SUBSCRIBED, words)
    implied = _WITHDRAWN_FIELDS.get(field)
    return None if implied is None else StateColumn(place, title, Kind.WITHDRAWN, implied, words)


def state_of_file(filename: str) -> FileState | None:
    """What the name of an exported file says about everybody in it."""
    named = _mailchimp_file(filename.replace("\\", "/").rpartition("/")[2])
    return _FILES[named[1].lower()] if named else None


def state_in(columns: Sequence[StateColumn], cells: Sequence[str]) -> FileState | None:
    """Why somebody with these cells is left out; None when every column lets them in.

    Raises `UnknownState` for a word that is not known, unless another column leaves them out anyway.
    """
    states, unknown = [], None
    for column in columns:
        try:
            states.append(_state(column, cells[column.place]))
        except UnknownState as error:
            unknown = error
    strongest = min(filter(None, states), key=list(FileState).index, default=None)
    if strongest is None and unknown is not None:
        raise unknown
    return strongest


def _column(place: int, name: str, title: str, postal: bool) -> StateColumn | None:
    if _IS_NO_STATE(name) or (postal and name in _PARTS_OF_COUNTRIES):
        return None
    if name in _WORD_COLUMNS:
        return StateColumn(place, title, Kind.WORD, FileState.NOT_SUBSCRIBED)
    if name in _GIVEN_COLUMNS:
        return StateColumn(place, title, Kind.GIVEN, FileState.NOT_SUBSCRIBED)
    implied = next((state for start, state in _WITHDRAWN_STARTS if name.startswith(start)), None)
    return None if implied is None else StateColumn(place, title, Kind.WITHDRAWN, implied)


def _state(column: StateColumn, cell: str) -> FileState | None:
    value = _compacted(cell)
    if value in column.words:
        return column.words[value]
    if column.kind is Kind.WITHDRAWN:
        return None if value in _NO else _STATES.get(value, column.implies)
    if value in _STATES:
        return _STATES[value]
    if column.kind is Kind.GIVEN:
        # Brevo writes 1 for yes and 2 for no.
        return column.implies if value in _NO or value == "2" else None
    if value in _ACTIVE:
        return None
    if value in _NO and value:
        return column.implies
    raise UnknownState(_unknown(column.title, cell))


@lru_cache(maxsize=1024)
def _compacted(cell: str) -> str:
    """As `compact`: the states of a million people are a handful of words."""
    return compact(cell)


def _unknown(title: str, cell: str) -> str:
    if not cell.strip():
        return f"its column “{title.strip()}” is empty, so it is unclear whether they are subscribed"
    return (
        f"“{cell.strip()[:40]}” in the column “{title.strip()}” is not a known state: if that column "
        "is not about the subscription, delete or rename it"
    )
