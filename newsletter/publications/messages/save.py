"""Save a message in a publication's own words, or go back to the built-in text."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.bidi import find_misleading
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.language_tag import language_tag
from newsletter.core.text import is_line, several_lines
from newsletter.document import DocumentInvalid
from newsletter.document.reading import read
from newsletter.publications.messages.find import find_message
from newsletter.publications.messages.models import (
    EDITOR_LENGTH,
    LANGUAGE_LENGTH,
    SUBJECT_LENGTH,
    MessageKind,
    MessageText,
)
from newsletter.publications.models import Publication

LONGEST_TEXT = 5_000  # characters
NO_FIELDS = "Merge fields such as {{first_name}} are for issues only. Leave them out here."


@dataclass(frozen=True)
class MessageWords:
    """The subject, which is also the heading, and the text in Markdown."""

    subject: str
    text: str


class Stale(Conflict):
    """The message was saved since the form was shown; `saved` is as it is now."""

    def __init__(self, message: MessageText) -> None:
        super().__init__("stale", "Someone else changed this message in the meantime.")
        self.saved = message


def save_message(
    session: Session,
    publication: Publication,
    kind: MessageKind,
    language: str,
    words: MessageWords,
    *,
    actor: str,
    edits: int | None = None,
) -> MessageText:
    """Let `kind` say `words` to readers of `language`, flushed.

    `edits`: how often it had been saved when the form was shown, 0 for a new one; None to save in any case.
    Raises `Refused` with fields for what cannot stand, `Stale` when somebody else saved something else since,
    `Missing` when it was removed since.
    """
    language, words = _checked_language(language), checked(words)
    try:
        message = find_message(session, publication, kind, language, lock=True)
    except Missing:
        if edits:
            raise
        new = MessageText(
            publication_id=publication.id,
            kind=kind,
            language=language,
            subject=words.subject,
            text=words.text,
            edited_by=actor[:EDITOR_LENGTH],
        )
        return _add(session, publication, new, actor)
    if (message.subject, message.text) == (words.subject, words.text):
        return message
    if edits is not None and edits != message.edits:
        raise Stale(message)
    message.subject, message.text = words.subject, words.text
    message.edits += 1
    message.edited_by, message.edited_at = actor[:EDITOR_LENGTH], clock.now()
    _record(session, "message.changed", message, actor)
    session.flush()
    return message


def remove_message(
    session: Session, publication: Publication, kind: MessageKind, language: str, *, actor: str
) -> None:
    """Go back to the built-in text; a welcome is not sent any more. `Missing` when there is nothing."""
    message = find_message(session, publication, kind, language, lock=True)
    _record(session, "message.removed", message, actor)
    session.delete(message)
    session.flush()


def checked(words: MessageWords) -> MessageWords:
    """`words` as they are kept; `Refused` with the fields that are wrong."""
    subject, text = words.subject.strip(), several_lines(words.text).strip()
    problems = {"subject": _subject_problem(subject), "text": _text_problem(text)}
    fields = {name: problem for name, problem in problems.items() if problem}
    if fields:
        raise Refused("bad_message", next(iter(fields.values())), fields)
    return MessageWords(subject, text)


def _subject_problem(subject: str) -> str:
    if not subject:
        return "Enter the subject."
    if len(subject) > SUBJECT_LENGTH:
        return f"A subject has at most {SUBJECT_LENGTH} characters."
    if not is_line(subject):
        return "The subject must be one line without control characters."
    if "{{" in subject:
        return NO_FIELDS
    return find_misleading(subject) or ""


def _text_problem(text: str) -> str:
    """What is wrong with a text, in a sentence: that of documents about addresses, nesting and so on."""
    if not text:
        return "Enter the text."
    if len(text) > LONGEST_TEXT:
        return f"The text has at most {LONGEST_TEXT:,} characters."
    if "{{" in text:
        return NO_FIELDS
    try:
        read({"title": "Message", "sections": [{"type": "text", "text": text}]})
    except DocumentInvalid as error:
        return next(iter(error.fields.values()), error.message)
    return ""


def _checked_language(language: str) -> str:
    tag = language_tag(language)
    if not tag or len(tag) > LANGUAGE_LENGTH:
        sentence = "Enter a language as a tag, such as en, de or pt-BR."
        raise Refused("bad_message", sentence, {"language": sentence})
    return tag


def _add(session: Session, publication: Publication, new: MessageText, actor: str) -> MessageText:
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        raise Stale(find_message(session, publication, new.kind, new.language)) from None
    _record(session, "message.written", new, actor)
    return new


def _record(session: Session, event: str, message: MessageText, actor: str) -> None:
    audit.record(
        session,
        event,
        "publication",
        message.publication_id,
        actor=actor,
        kind=message.kind.value,
        language=message.language,
    )
