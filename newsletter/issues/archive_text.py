"""What the archive shows of an issue, as text that can be searched."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.archive_search.record import forget_archive_text, record_archive_text
from newsletter.document import Document, walk
from newsletter.document.merge import with_defaults
from newsletter.document.richtext import to_plain
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.rendering.variant import sections_of, stranger_variant


@dataclass(frozen=True)
class ShownText:
    """The language (BCP 47), the title, and every other text of an issue's page in reading order."""

    language: str
    title: str
    texts: list[str]


def update_archive_text(session: Session, issue: Issue) -> None:
    """Let the issue be found by what the archive shows of it now; by nothing if it shows nothing.

    To be called in the transaction that changes `published_revision`.
    """
    if issue.published_revision is None:
        forget_archive_text(session, issue.id)
        return
    document = load_document(find_revision(session, issue, issue.published_revision))
    shown = shown_text(document, issue.publication.language)
    record_archive_text(
        session,
        issue.id,
        revision=issue.published_revision,
        language=shown.language,
        title=shown.title,
        texts=shown.texts,
    )


def shown_text(document: Document, publication_language: str) -> ShownText:
    """The texts that everybody sees: not those for some readers only, nor what only the email says."""
    language = document.language or publication_language
    seen = sections_of(document, stranger_variant(document, publication_language))
    part = document.model_copy(update={"sections": seen})
    placed: dict[str, list[str]] = {}
    for place in walk.plain_words(part):
        placed.setdefault(place.path, []).append(with_defaults(place.value))
    for place in walk.rich_texts(part):
        placed.setdefault(place.path, []).append(to_plain(place.value, links=False))
    summary = with_defaults(document.summary or document.preheader)
    # In reading order, which `walk.texts` has.
    paths = [place.path for place in walk.texts(part) if place.path.startswith("sections[")]
    texts = [text for path in paths for text in placed.get(path, ())]
    return ShownText(language, with_defaults(document.title).strip()[:300], [summary, *texts])
