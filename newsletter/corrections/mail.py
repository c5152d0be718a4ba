"""Begin a correction mail: a small issue whose readers are those who got the issue that it corrects."""

from gettext import NullTranslations

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict
from newsletter.core.i18n import translations
from newsletter.core.links import Links
from newsletter.corrections.correct_page import list_corrections
from newsletter.corrections.sent_links import was_sent
from newsletter.document import Document
from newsletter.document.merge import with_defaults
from newsletter.document.reading import read
from newsletter.document.richtext import escape
from newsletter.issues.create import free_slug
from newsletter.issues.edit import lock_issue
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision
from newsletter.issues.save import save_document
from newsletter.mailings.models import Mailing

LONGEST_LINE = 300
TO_WRITE = "TK"  # what preflight lets no issue out with


def begin_correction_mail(session: Session, issue_id: int, links: Links, *, actor: str) -> Issue:
    """A draft that corrects a sent issue, to edit and send like any other: the one there is, or a new one.

    Its mailing goes to whoever got the issue, and to nobody else (`sending.exclusion`). It says the notes of
    the corrections of the web page; without one, an editor has to write what was wrong. Raises `Conflict` for
    an issue that was not sent, and for one that is a correction mail itself.
    """
    issue = lock_issue(session, issue_id)
    if issue.corrects_issue_id is not None:
        raise Conflict(
            "is_correction", "This is a correction mail. Correct the issue that it is about again."
        )
    if not was_sent(session, issue):
        raise Conflict("not_sent", "This issue was not sent yet, so nobody has to be told. Edit it instead.")
    draft = _find_draft(session, issue)
    if draft is not None:
        return draft
    document = _document(session, issue, links)
    slug = free_slug(session, issue.publication, document.slug)
    saved = save_document(
        session, issue.publication, document.model_copy(update={"slug": slug}), author=actor
    )
    saved.issue.corrects_issue_id = issue.id
    audit.record(
        *(session, "issue.created", "issue", saved.issue.id),
        actor=actor,
        title=document.title,
        corrects=issue.id,
    )
    session.flush()
    return saved.issue


def _find_draft(session: Session, issue: Issue) -> Issue | None:
    """The correction mail of `issue` that was not scheduled yet."""
    mailed = select(Mailing.id).where(Mailing.issue_id == Issue.id).exists()
    return session.scalars(
        select(Issue).where(Issue.corrects_issue_id == issue.id, ~mailed).order_by(Issue.id.desc())
    ).first()


def _document(session: Session, issue: Issue, links: Links) -> Document:
    sent = load_document(_sent_revision(session, issue))
    language = sent.language or issue.publication.language
    words = translations(language)
    subject = _prefixed(words, sent.subject or sent.title)
    notes = [escape(correction.note) for correction in list_corrections(session, issue)]
    page = links.issue(issue.publication.slug, issue.slug)
    label = words.gettext("Read the corrected issue")
    link = f"[{label}]({page})"
    return read(
        {
            "title": _prefixed(words, sent.title),
            "subject": subject,
            "preheader": words.gettext("Our last email contained a mistake. Here is the correction."),
            "slug": f"correction-{issue.slug}"[:60].rstrip("-"),
            "language": sent.language,
            "sections": [
                {
                    "type": "text",
                    "id": "correction",
                    "text": "\n\n".join([*(notes or [TO_WRITE]), *([link] if notes else [])]),
                }
            ],
        }
    )


def _sent_revision(session: Session, issue: Issue) -> Revision:
    mailing = session.scalars(
        select(Mailing).where(Mailing.issue_id == issue.id).order_by(Mailing.id.desc())
    ).first()
    return session.get_one(Revision, mailing.revision_id) if mailing else find_revision(session, issue)


def _prefixed(words: NullTranslations, line: str) -> str:
    """`Correction: …`; a line that is too long with it loses its merge fields and its end."""
    prefix = words.gettext("Correction: %(line)s")
    whole = prefix % {"line": line}
    if len(whole) <= LONGEST_LINE:
        return whole
    return (prefix % {"line": with_defaults(line)})[: LONGEST_LINE - 1].rstrip() + "…"
