"""Add an edition to an issue, or remove it. Who translates is in `translate`."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.language_name import language_name
from newsletter.core.language_tag import language_tag
from newsletter.core.text import one_line
from newsletter.document import Document, dumps
from newsletter.document.edition import MOST_EDITIONS, Edition
from newsletter.document.reading import LARGEST
from newsletter.document.translate import find_edition, texts_in
from newsletter.issues.content import load_content
from newsletter.issues.edit import Locked, lock_issue, store_revision
from newsletter.issues.library import with_library_texts
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.current import current_mailing

EARLIER_ISSUES = 20  # of which the translations of recurring texts are taken over


def checked_language(text: str) -> str:
    """The BCP 47 tag in `text`, in its one spelling; `Refused` for what is none."""
    tag = language_tag(text) if len(text) < 36 else ""
    if not tag:
        sentence = f"“{one_line(text)[:40]}” is not a language. Enter a tag such as de or pt-BR."
        raise Refused("no_language", sentence, {"language": sentence})
    return tag


def add_edition(session: Session, issue_id: int, language: str, *, actor: str) -> Revision:
    """Give the issue an edition in `language`; texts that earlier issues have translated are taken over.

    The newest revision, which has it. Raises `Missing` for no such issue, `Locked` once it has a mailing,
    `Refused` for no language and too many of them, `Conflict` for one that the issue has.
    """
    language = checked_language(language)
    issue, revision = open_draft(session, issue_id)
    document = load_document(revision)
    own = document.language or issue.publication.language
    taken = {own.lower(), *(edition.language.lower() for edition in document.editions)}
    if language.lower() in taken:
        raise Conflict("has_language", f"The issue is in {language_name(language)} already.")
    if len(document.editions) >= MOST_EDITIONS:
        raise Refused("many_editions", f"An issue has at most {MOST_EDITIONS} editions.")
    edition = _with_earlier(session, issue, whole_document(session, issue, revision), language)
    changed = document.model_copy(update={"editions": (*document.editions, edition)})
    audit.record(session, "issue.edition_added", "issue", issue.id, actor=actor, language=language)
    return store_document(session, issue, revision, changed, actor)


def remove_edition(session: Session, issue_id: int, language: str, *, actor: str) -> Revision:
    """Take the edition in `language` from the issue; earlier revisions keep it. Raises as `add_edition`."""
    issue, revision = open_draft(session, issue_id)
    document = load_document(revision)
    edition = require_edition(document, language)
    kept = tuple(each for each in document.editions if each is not edition)
    audit.record(session, "issue.edition_removed", "issue", issue.id, actor=actor, language=edition.language)
    return store_document(session, issue, revision, document.model_copy(update={"editions": kept}), actor)


def require_edition(document: Document, language: str) -> Edition:
    """The edition in `language`; `Missing` when there is none."""
    tag = language_tag(language)
    edition = find_edition(document, tag) or find_edition(document, language)
    if edition is None:
        raise Missing("no_edition", f"The issue has no edition in “{one_line(language)[:40]}”.")
    return edition


def open_draft(session: Session, issue_id: int) -> tuple[Issue, Revision]:
    """The issue, locked, and its newest revision; `Locked` once it has a mailing."""
    issue = lock_issue(session, issue_id)
    revision = find_revision(session, issue)
    mailing = current_mailing(session, issue.id)
    if mailing is not None:
        raise Locked(mailing)
    return issue, revision


def whole_document(session: Session, issue: Issue, revision: Revision) -> Document:
    """The document with the words that its pictures have in the media library: they are translated, too."""
    content = load_content(session, revision, issue.publication)
    return with_library_texts(content.document, content.media)


def store_document(
    session: Session, issue: Issue, revision: Revision, document: Document, actor: str
) -> Revision:
    """Save the editions of `document`; `Refused` when it gets too large with them."""
    text = dumps(document)
    if len(text.encode()) > LARGEST:
        raise Refused("too_large", "The issue is too large with these translations.")
    if text == revision.document:
        return revision
    return store_revision(session, issue, revision, text, actor)


def _with_earlier(session: Session, issue: Issue, document: Document, language: str) -> Edition:
    """An edition with the translations that the newest issues have for texts that stand here again."""
    newest = session.scalars(
        select(Revision)
        .join(Issue, (Issue.id == Revision.issue_id) & (Issue.latest_revision == Revision.number))
        .where(Issue.publication_id == issue.publication_id, Issue.id != issue.id)
        .order_by(Issue.id.desc())
        .limit(EARLIER_ISSUES)
    )
    earlier = (find_edition(load_document(revision), language) for revision in newest)
    known = {(each.at, each.source): each for edition in earlier if edition for each in edition.texts[::-1]}
    of_all = Edition.model_construct(language=language, texts=tuple(known.values()))
    found = (entry.translation for entry in texts_in(document, of_all) if entry.is_current)
    return Edition(language=language, texts=tuple(dict.fromkeys(each for each in found if each)))
