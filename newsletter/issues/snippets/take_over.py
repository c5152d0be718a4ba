"""Take the words of snippets over into the drafts that use them."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.document.blocks import AnySection
from newsletter.document.blocks.snippet import SnippetSection
from newsletter.issues.models import Issue
from newsletter.issues.snippets.models import IssueSnippet, Snippet

WORDS = ("title", "text", "url", "link_label")


def used_keys(document: Document) -> set[str]:
    """The keys of the snippets that a document uses."""
    return {section.key for section in document.sections if isinstance(section, SnippetSection)} - {""}


def load_snippets(session: Session, publication_id: int, document: Document) -> dict[str, Snippet]:
    """The snippets that a document uses and the publication has, by key; no query for a document without."""
    keys = used_keys(document)
    if not keys:
        return {}
    rows = session.scalars(
        select(Snippet)
        .where(Snippet.publication_id == publication_id, Snippet.key.in_(keys))
        .execution_options(populate_existing=True)
    )
    return {snippet.key: snippet for snippet in rows}


def with_snippets(session: Session, publication_id: int, document: Document) -> Document:
    """`document` with the words that its snippets have now. A section whose snippet is gone keeps its own."""
    snippets = load_snippets(session, publication_id, document)
    if not snippets:
        return document
    sections = tuple(_with_words(section, snippets) for section in document.sections)
    return document.model_copy(update={"sections": sections})


def has_words_of(section: SnippetSection, snippet: Snippet) -> bool:
    """Whether the section says what the snippet says now."""
    return all(getattr(section, name) == getattr(snippet, name) for name in WORDS)


def record_issue_snippets(session: Session, issue: Issue, document: Document) -> None:
    """Write down what the newest revision uses; whoever stores a revision calls it."""
    kept = set(session.scalars(select(IssueSnippet.key).where(IssueSnippet.issue_id == issue.id)))
    used = used_keys(document)
    session.add_all(IssueSnippet(issue_id=issue.id, key=key) for key in sorted(used - kept))
    if kept - used and issue.published_revision is None:  # what readers have does not change any more
        gone = IssueSnippet.key.in_(kept - used)
        session.execute(delete(IssueSnippet).where(IssueSnippet.issue_id == issue.id, gone))
    session.flush()


def _with_words(section: AnySection, snippets: Mapping[str, Snippet]) -> AnySection:
    snippet = snippets.get(section.key) if isinstance(section, SnippetSection) else None
    if snippet is None:
        return section
    return section.model_copy(update={name: getattr(snippet, name) for name in WORDS})
