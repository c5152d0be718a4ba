"""A welcome message in a publication's own words, for pages that show it."""

from sqlalchemy.orm import Session

from newsletter.publications.messages.models import MessageKind
from newsletter.publications.messages.save import MessageWords, save_message
from newsletter.publications.models import Publication

WELCOME: dict[str, object] = {"message_kind": "welcome", "message_language": "en"}
TEXT = """Good to have you.

These are **worth reading** first:

- [The mill](https://tide.example/mill)
- [The quay](https://tide.example/quay)"""


def keep_welcome(session: Session, publication: Publication, subject: str, actor: str) -> None:
    """Its welcome message in English."""
    save_message(session, publication, MessageKind.WELCOME, "en", MessageWords(subject, TEXT), actor=actor)
