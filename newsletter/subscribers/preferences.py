"""Preferences of a subscriber: name and language."""

import hashlib

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core import i18n
from newsletter.core.errors import Conflict, Refused
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.names import clean_name
from newsletter.subscribers.queries import lock_subscriber


def subscriber_fingerprint(subscriber: Subscriber) -> str:
    """Different whenever name or language are."""
    return hashlib.sha256(f"{subscriber.language}\0{subscriber.name}".encode()).hexdigest()[:16]


def change_preferences(
    session: Session, subscriber_id: int, *, name: str, language: str, seen: str = ""
) -> Subscriber:
    """Set name and language; "" as language means: as the publication has it.

    `seen` is the fingerprint of what the form was filled in from, where it says so. Raises `Missing` for an
    unknown or erased person, `Refused` for a language that we do not speak, and `Conflict`
    (`changed_meanwhile`) when name or language are others by now.
    """
    if language and language not in i18n.available():
        raise Refused("bad_language", "Please choose one of the languages.", {"language": "unknown"})
    subscriber = lock_subscriber(session, subscriber_id)
    if seen and seen != subscriber_fingerprint(subscriber):
        raise Conflict("changed_meanwhile", "Your details were changed elsewhere in the meantime.")
    subscriber.name = clean_name(name)
    subscriber.language = language
    audit.record(session, "subscriber.changed", "subscriber", subscriber.id, actor=SUBSCRIBER)
    return subscriber
