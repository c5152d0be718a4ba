"""Errata: a correction of a sent issue is offered to the next one, as a section with its note and a link."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from newsletter import audit
from newsletter.core.errors import Conflict, Missing
from newsletter.core.i18n import translations
from newsletter.core.links import Links
from newsletter.corrections.models import Correction
from newsletter.document import Document
from newsletter.document.merge import with_defaults
from newsletter.document.richtext import escape
from newsletter.issues.edit import edit_issue, lock_issue, state_of
from newsletter.issues.load import find_issue, find_revision, load_document
from newsletter.issues.models import AUTHOR_LENGTH, Issue, Revision
from newsletter.mailings.current import current_mailing


def offered_errata(session: Session, issue: Issue) -> list[Correction]:
    """The corrections that the draft `issue` might tell its readers about, in the order of the corrections.

    Those of its publication that no issue tells and nobody dismissed, until another issue was published: who
    read that one without an erratum is not told by the one after it.
    """
    is_draft = issue.published_revision is None and current_mailing(session, issue.id) is None
    if not is_draft or not issue.is_regular:
        return []
    corrected, later = aliased(Issue), aliased(Issue)
    published_since = (
        select(later.id)
        .where(later.publication_id == issue.publication_id, later.published_at > Correction.at)
        .exists()
    )
    return list(
        session.scalars(
            select(Correction)
            .join(corrected, corrected.id == Correction.issue_id)
            .where(
                corrected.publication_id == issue.publication_id,
                Correction.erratum_issue_id.is_(None),
                Correction.dismissed_by == "",
                ~published_since,
            )
            .order_by(Correction.id)
        )
    )


def insert_erratum(
    session: Session, issue_id: int, correction_id: int, links: Links, *, actor: str
) -> Revision:
    """Add the erratum to the end of the draft; the revision that has it. A second time changes nothing.

    Raises `Conflict` for a correction that is not offered to this issue any more, and what editing raises.
    """
    issue = lock_issue(session, issue_id)
    correction = _lock(session, correction_id)
    newest = find_revision(session, issue)
    if correction.erratum_issue_id == issue.id:
        return newest
    if correction not in offered_errata(session, issue):
        raise Conflict("not_offered", "This correction has been dealt with in the meantime.")
    section = _section(session, correction, load_document(newest), issue, links)
    added = {"op": "add", "path": "/sections/-", "value": section}
    revision = edit_issue(session, issue.id, state_of(newest), [added], author=actor)
    correction.erratum_issue_id = issue.id
    audit.record(session, "erratum.inserted", "issue", issue.id, actor=actor, correction=correction.id)
    session.flush()
    return revision


def dismiss_erratum(session: Session, correction_id: int, *, actor: str) -> None:
    """Offer the erratum to no issue any more. A second time changes nothing."""
    correction = _lock(session, correction_id)
    if correction.dismissed_by or correction.erratum_issue_id is not None:
        return
    correction.dismissed_by = actor[:AUTHOR_LENGTH]
    audit.record(
        *(session, "erratum.dismissed", "issue", correction.issue_id), actor=actor, correction=correction.id
    )
    session.flush()


def release_errata(session: Session, issue_id: int) -> None:
    """Offer again what the draft told, which is about to be deleted."""
    session.execute(
        update(Correction).where(Correction.erratum_issue_id == issue_id).values(erratum_issue_id=None)
    )


def _lock(session: Session, correction_id: int) -> Correction:
    correction = session.get(Correction, correction_id, with_for_update=True, populate_existing=True)
    if correction is None:
        raise Missing("no_correction", f"There is no correction {correction_id}.")
    return correction


def _section(
    session: Session, correction: Correction, document: Document, issue: Issue, links: Links
) -> dict[str, str]:
    """A section of text in the language of the draft: which issue, what was wrong, and the page."""
    corrected = find_issue(session, correction.issue_id)
    words = translations(document.language or issue.publication.language)
    label = words.gettext("Read the corrected issue")
    page = links.issue(issue.publication.slug, corrected.slug)
    title = escape(with_defaults(corrected.title).strip())
    return {
        "type": "text",
        "title": words.gettext("Correction"),
        "text": f"**{title}**\n\n{escape(correction.note)}\n\n[{label}]({page})",
    }
