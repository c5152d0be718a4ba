"""Begin an issue: with nothing in it, or from the skeleton of an earlier one."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Refused
from newsletter.document import Document
from newsletter.document.reading import read
from newsletter.document.slug import LONGEST
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.issues.skeleton import skeleton
from newsletter.mailings.models import Mailing, MailingState
from newsletter.publications.models import Publication

MOST_SAME_TITLES = 1_000
MOST_EXAMPLES = 50


def create_issue(
    session: Session, publication: Publication, title: str, *, like: Issue | None = None, actor: str
) -> Issue:
    """A new draft called `title`, with the skeleton of the issue `like` if one is given.

    Its slug is made from the title, with a number where another issue has it. Raises `Refused` naming the
    field for a title that cannot be used.
    """
    kept = skeleton(load_document(find_revision(session, like))) if like else {}
    begun = _with_title(title.strip()).model_copy(update=kept)
    document = begun.model_copy(update={"slug": free_slug(session, publication, begun.slug)})
    saved = save_document(session, publication, document, author=actor)
    audit.record(session, "issue.created", "issue", saved.issue.id, actor=actor, title=document.title)
    return saved.issue


def examples(session: Session, publication: Publication) -> list[Issue]:
    """What a new issue may be begun from, at most 50: sent issues, newest first, then drafts."""
    newest = (
        select(Issue)
        .where(Issue.publication_id == publication.id, Issue.is_regular)
        .order_by(Issue.number.is_(None), Issue.number.desc(), Issue.id.desc())
        .limit(MOST_EXAMPLES)
    )
    return list(session.scalars(newest))


def next_number(session: Session, publication: Publication) -> int:
    """The number that a new issue will get, if those that are scheduled leave first."""
    issues = select(func.max(Issue.number)).where(Issue.publication_id == publication.id)
    waiting = (
        select(func.count())
        .select_from(Mailing)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(
            Mailing.publication_id == publication.id,
            Mailing.state == MailingState.SCHEDULED,
            Issue.is_regular,
        )
    )
    return (session.scalar(issues) or 0) + (session.scalar(waiting) or 0) + 1


def numbered_slug(wanted: str, number: int) -> str:
    """`wanted` for the first issue that has it, `wanted-2` for the second, cut to what is kept."""
    ending = f"-{number}" if number > 1 else ""
    return wanted[: LONGEST - len(ending)].rstrip("-") + ending


def _with_title(title: str) -> Document:
    if not title:
        raise Refused("bad_title", "Give the issue a title.", {"title": "Give the issue a title."})
    return read({"title": title})


def free_slug(session: Session, publication: Publication, wanted: str) -> str:
    """`wanted`, with a number where another issue of the publication has it."""
    for number in range(1, MOST_SAME_TITLES):
        slug = numbered_slug(wanted, number)
        taken = select(Issue.id).where(Issue.publication_id == publication.id, Issue.slug == slug)
        if session.scalar(taken) is None:
            return slug
    raise Conflict("slug_taken", "Too many issues have this title. Choose another one.")
