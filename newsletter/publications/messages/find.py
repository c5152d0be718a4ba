"""Find a publication's own messages, and which of them a reader gets."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.core.language_tag import covers, language_tag
from newsletter.publications.messages.models import MessageKind, MessageText
from newsletter.publications.models import Publication


def list_messages(session: Session, publication: Publication) -> Sequence[MessageText]:
    """All that a publication says in its own words, by kind and language."""
    query = select(MessageText).where(MessageText.publication_id == publication.id)
    kinds = list(MessageKind)
    return sorted(session.scalars(query), key=lambda each: (kinds.index(each.kind), each.language))


def find_message(
    session: Session, publication: Publication, kind: MessageKind, language: str, *, lock: bool = False
) -> MessageText:
    """The publication's words for `kind` in exactly this language, as they are now; `Missing` without any.

    `lock`: nobody else changes them before this transaction ends.
    """
    query = select(MessageText).where(
        MessageText.publication_id == publication.id,
        MessageText.kind == kind,
        MessageText.language == (language_tag(language) or "-"),
    )
    query = query.with_for_update() if lock else query
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        name = kind.value.replace("_", " ")
        raise Missing("no_message", f"{publication.name} has no {name} message in “{language[:35]}”.")
    return found


def choose_message(
    session: Session, publication: Publication, kind: MessageKind, locale: str
) -> MessageText | None:
    """What a reader of `locale` gets: the words whose language names it most exactly.

    A welcome, which has no built-in text, else comes in the publication's language, as issues do. Of the
    other kinds None means the built-in text, which there is in the reader's language.
    """
    written = {each.language: each for each in list_messages(session, publication) if each.kind is kind}
    named = [language for language in written if covers(language, locale)]
    if not named and kind is MessageKind.WELCOME:
        named = [language for language in written if covers(language, publication.language)]
    return written[max(named, key=len)] if named else None
