"""What people agree to, word for word, and the record that they did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.core import clock, i18n
from newsletter.subscribers.models import ConsentKind, ConsentRecord, ConsentSource
from newsletter.subscribers.origin import NOWHERE, Origin

# Increase it with every change to the text below, so that a record says which text was read.
VERSION = "2"


@dataclass(frozen=True)
class Consent:
    """The words that somebody reads before agreeing, and the language they are in."""

    text: str
    version: str
    locale: str


NO_WORDS = Consent(text="", version="", locale="")


def words(publication_name: str, locale: str) -> Consent:
    """The consent to a publication in the language of `locale`, or in English: shown so and kept so."""
    text = i18n.translations(locale).gettext(
        "I want to receive %(publication)s by email. I can unsubscribe at any time with one click."
    )
    return Consent(text % {"publication": publication_name}, VERSION, locale)


def keep_record(
    session: Session,
    subscription_id: int,
    kind: ConsentKind,
    *,
    source: ConsentSource,
    words: Consent = NO_WORDS,
    ip: str = "",
    actor: str = "",
    at: datetime | None = None,
    origin: Origin = NOWHERE,
) -> ConsentRecord:
    """Write down that somebody agreed, or stopped agreeing. `source` says where, `origin` what led there.

    `actor` is who writes it down, empty when the person does it themself; `at` is when, else now.
    """
    columns = record_columns(subscription_id, kind, source=source, words=words, ip=ip, actor=actor, at=at)
    record = ConsentRecord(**columns, origin=origin.to_json() or None)
    session.add(record)
    return record


def record_columns(
    subscription_id: int,
    kind: ConsentKind,
    *,
    source: ConsentSource,
    words: Consent = NO_WORDS,
    ip: str = "",
    actor: str = "",
    at: datetime | None = None,
) -> dict[str, Any]:
    """The columns of such a record, for a statement that is executed as it is."""
    return {
        "subscription_id": subscription_id,
        "kind": kind,
        "source": source,
        "text": words.text,
        "text_version": words.version,
        "locale": words.locale,
        "ip": ip[:45],
        "actor": actor,
        "at": at or clock.now(),
    }
