"""Two versions of a publication's rules and of its template, a waived warning, and a snippet."""

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.issues.snippets.save import SnippetWords, save_snippet
from newsletter.preflight.rule_versions import save_rules
from newsletter.preflight.waive import waive
from newsletter.publications.models import Publication, TemplateVersion
from newsletter.rendering.custom_template.starter import starter

SNIPPET = "support"  # its key


def review(session: Session, publication: Publication, issue_id: int, links: Links, actor: str) -> int:
    """Choose rules, keep templates; the id of the waiver of what is said about test messages."""
    for word in ("e-mail: email", "web site: website"):
        save_rules(session, publication, f"words:\n  {word}\n", actor=actor)
    text = starter("gazette")
    for number, added in enumerate(("", "{# Ours #}\n"), start=1):
        # Not in use: what the other pages show is the theme.
        version = TemplateVersion(
            publication_id=publication.id, number=number, theme="gazette", text=added + text, author=actor
        )
        session.add(version)
    [waiver] = waive(session, issue_id, "tested", "", reason="Seen on paper.", links=links, actor=actor)
    return waiver.id


def keep_snippet(session: Session, publication: Publication, title: str, actor: str) -> None:
    """A snippet of that title, which no issue uses."""
    words = SnippetWords(title, f"{title}. Give what a **coffee** costs.", "https://a.example/give")
    save_snippet(session, publication, SNIPPET, words, actor=actor)


def use_snippet(session: Session, publication: Publication, issue: Issue, title: str, actor: str) -> None:
    """A snippet of that title, at the end of a draft."""
    keep_snippet(session, publication, title, actor)
    section = {"type": "snippet", "id": "support-us", "key": SNIPPET}
    added = {"op": "add", "path": "/sections/-", "value": section}
    edit_issue(session, issue.id, state_of(find_revision(session, issue)), [added], author=actor)


def edit_draft(session: Session, issue_id: int) -> None:
    """Give the issue a history: a section moved, one removed, a text changed. What is wrong in it stays."""
    issue = session.get_one(Issue, issue_id)
    document = load_document(find_revision(session, issue))
    first, _removed, *sections, last = document.sections
    changed = {"subject": f"{document.subject}, and more", "sections": (first, last, *sections)}
    save_document(session, issue.publication, document.model_copy(update=changed), author="ana@press.example")
