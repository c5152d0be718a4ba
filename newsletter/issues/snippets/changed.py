"""Which snippets of a draft are gone, or say something else than the draft does."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.document.blocks.snippet import SnippetSection
from newsletter.issues.models import Issue
from newsletter.issues.save import is_draft
from newsletter.issues.snippets.take_over import has_words_of, load_snippets, used_keys


@dataclass(frozen=True)
class ChangedSnippets:
    """Keys of snippets that an issue uses."""

    missing: frozenset[str] = frozenset()
    outdated: frozenset[str] = frozenset()


def changed_snippets(session: Session, issue_id: int, document: Document) -> ChangedSnippets:
    """What is wrong with the snippets in `document`; nothing for an issue that is scheduled or was sent.

    Outdated words are rare: when a snippet was saved in the moment in which a draft began to use it.
    """
    used = used_keys(document)
    if not used:
        return ChangedSnippets()
    issue = session.get_one(Issue, issue_id)
    if not is_draft(session, issue):
        return ChangedSnippets()
    snippets = load_snippets(session, issue.publication_id, document)
    outdated = {
        section.key
        for section in document.sections
        if isinstance(section, SnippetSection)
        and section.key in snippets
        and not has_words_of(section, snippets[section.key])
    }
    return ChangedSnippets(frozenset(used - snippets.keys()), frozenset(outdated))
