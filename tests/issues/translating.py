"""Helpers: an issue with texts of all kinds, and its German edition."""

from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.document.reading import read
from newsletter.document.translate import Progress, texts_in
from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.editions.translate import (
    Change,
    Outcome,
    change_translations,
    count_progress,
    key_of,
    mark_of,
)
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue

STORIES = [
    {"headline": "A mill turns", "blurb": "It *turns* again.", "url": "https://a.example/1"},
    {"headline": "A line reopens", "url": "https://a.example/2"},
]
SECTIONS = [
    {"type": "text", "id": "hello", "text": 'Dear {{ first_name | default: "reader" }},\n\nwelcome.'},
    {"type": "links", "id": "digest", "title": "Digest", "items": STORIES},
    {"type": "quotes", "id": "said", "items": [{"author": "Mira", "text": "Nine years."}]},
    {"type": "text", "id": "only", "text": "Nur für Deutsche.", "visibility": {"languages": ["de"]}},
]


def the_document(**facts: object) -> Document:
    return read({"title": "Week one", "subject": "2026", "slug": "one", "sections": SECTIONS} | facts)


def document_of(session: Session, issue: Issue) -> Document:
    return load_document(find_revision(session, issue))


def keys_of(session: Session, issue: Issue, language: str = "de") -> dict[str, str]:
    document = document_of(session, issue)
    edition = next(each for each in document.editions if each.language == language)
    return {entry.text.value: key_of(entry.text) for entry in texts_in(document, edition)}


def say(session: Session, issue: Issue, text: str, translated: str, seen: str | None = "") -> Outcome:
    changes = {keys_of(session, issue)[text]: Change(translated, None if seen is None else mark_of(seen))}
    return change_translations(session, issue.id, "de", changes, actor="ben")


def progress(session: Session, issue: Issue) -> dict[Progress, int]:
    return {each: n for each, n in count_progress(document_of(session, issue), "de").items() if n}


def edit(session: Session, issue: Issue, path: str, value: object) -> None:
    operations = [{"op": "replace", "path": path, "value": value}]
    edit_issue(session, issue.id, state_of(find_revision(session, issue)), operations, author="ana")
