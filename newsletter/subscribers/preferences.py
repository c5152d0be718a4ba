"""Preferences of a subscriber: name and language."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core import i18n
from newsletter.core.errors import Refused
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.names import clean_name
from newsletter.subscribers.queries import lock_subscriber


def change_preferences(session: Session, subscriber_id: int, *, name: str, language: str) -> Subscriber:
    """Set name and language; "" as language means: as the publication has it.

    Raises `Missing` for an unknown or erased person, `Refused` for a language that we do not speak.
    """
    if language and language not in i18n.available():
        raise Refused("bad_language", "Please choose one of the languages.", {"language": "unknown"})
    subscriber = lock_subscriber(session, subscriber_id)
    subscriber.name = clean_name(name)
    subscriber.language = language
    audit.record(session, "subscriber.changed", "subscriber", subscriber.id, actor=SUBSCRIBER)
    return subscriber
