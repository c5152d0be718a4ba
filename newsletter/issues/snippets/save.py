"""Save a snippet, and with it every draft that uses it."""

import re
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.document import DocumentInvalid
from newsletter.document.reading import read
from newsletter.issues.models import Issue
from newsletter.issues.snippets.find import find_snippet, find_uses
from newsletter.issues.snippets.models import EDITOR_LENGTH, Snippet
from newsletter.issues.snippets.refresh import refresh_draft
from newsletter.issues.snippets.take_over import WORDS
from newsletter.publications.models import Publication

LARGEST_FILE = 80_000  # octets: a text has 20,000 characters at most
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class SnippetWords:
    """What a snippet says: a heading (may be empty), Markdown, and a link to read more (may be empty)."""

    title: str
    text: str
    url: str = ""
    link_label: str = ""


@dataclass(frozen=True)
class SavedSnippet:
    """The snippet, whether anything changed, and the drafts that took the new words over."""

    snippet: Snippet
    changed: bool
    drafts: list[Issue]


class Stale(Conflict):
    """The snippet was saved since the form was shown; `snippet` is as it is now."""

    def __init__(self, snippet: Snippet) -> None:
        super().__init__("stale", "Someone else changed this snippet in the meantime.")
        self.snippet = snippet


def save_snippet(
    session: Session,
    publication: Publication,
    key: str,
    words: SnippetWords,
    *,
    actor: str,
    edits: int | None = None,
) -> SavedSnippet:
    """Let the snippet `key` say `words`, flushed; there is a new one where `key` names none.

    `edits`: how often it had been saved when the form was shown, 0 for a new one; None to save in any case.
    Every draft that uses it gets a revision by `actor` with the new words. Raises `Refused` with fields for a
    key or words that cannot stand, `Stale` when somebody else saved it since and it says something else,
    `Missing` when it was deleted since.
    """
    words = checked(key, words)
    try:
        snippet = find_snippet(session, publication, key, lock=True)
    except Missing:
        if edits:
            raise
        return SavedSnippet(_create(session, publication, key, words, actor), True, [])
    if all(getattr(snippet, name) == getattr(words, name) for name in WORDS):
        return SavedSnippet(snippet, False, [])
    if edits is not None and edits != snippet.edits:
        raise Stale(snippet)
    for name in WORDS:
        setattr(snippet, name, getattr(words, name))
    snippet.edits += 1
    snippet.edited_by, snippet.edited_at = actor[:EDITOR_LENGTH], clock.now()
    session.flush()
    _record(session, "snippet.edited", snippet, actor)
    ids = sorted(issue.id for issue in find_uses(session, publication, key).drafts)
    refreshed = [refresh_draft(session, issue_id, actor=actor) for issue_id in ids]
    return SavedSnippet(snippet, True, [issue for issue in refreshed if issue is not None])


def delete_snippet(session: Session, publication: Publication, key: str, *, actor: str) -> None:
    """Delete a snippet; issues that were scheduled or sent keep its words.

    Raises `Missing` when there is none, `Conflict` naming the drafts that use it.
    """
    snippet = find_snippet(session, publication, key, lock=True)
    drafts = find_uses(session, publication, key).drafts
    if drafts:
        names = ", ".join(f"“{issue.title}”" for issue in drafts[:5]) + (" …" if len(drafts) > 5 else "")
        raise Conflict("snippet_in_use", f"This snippet is used in {names}. Remove it there first.")
    _record(session, "snippet.deleted", snippet, actor)
    session.delete(snippet)
    session.flush()


def checked(key: str, words: SnippetWords) -> SnippetWords:
    """`words` as they are kept; `Refused` with the fields that are wrong, in the sentences of documents."""
    if not _KEY.fullmatch(key):
        sentence = "Use lower-case letters, digits and dashes for the key, at most 63."
        raise Refused("bad_snippet", sentence, {"key": sentence})
    kept = SnippetWords(
        words.title.strip(),
        words.text.replace("\r\n", "\n").strip(),
        words.url.strip(),
        words.link_label.strip(),
    )
    if not kept.text:
        raise Refused("bad_snippet", "Enter the text.", {"text": "Enter the text."})
    section = {"type": "snippet", "key": key} | {name: getattr(kept, name) for name in WORDS}
    try:
        read({"title": "Snippet", "sections": [section]})
    except DocumentInvalid as error:
        fields = {path.rpartition(".")[2]: sentence for path, sentence in error.fields.items()}
        raise Refused("bad_snippet", next(iter(fields.values()), error.message), fields) from None
    return kept


def _create(session: Session, publication: Publication, key: str, words: SnippetWords, actor: str) -> Snippet:
    snippet = Snippet(
        publication_id=publication.id,
        key=key,
        edited_by=actor[:EDITOR_LENGTH],
        **{name: getattr(words, name) for name in WORDS},
    )
    try:
        with session.begin_nested():
            session.add(snippet)
    except IntegrityError:
        raise Stale(find_snippet(session, publication, key)) from None
    _record(session, "snippet.created", snippet, actor)
    return snippet


def _record(session: Session, event: str, snippet: Snippet, actor: str) -> None:
    audit.record(session, event, "publication", snippet.publication_id, actor=actor, snippet=snippet.key)
