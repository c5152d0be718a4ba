"""Tags of issues: what each is about, for readers of the archive. They may be changed after the send."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Refused
from newsletter.core.text import clean_name
from newsletter.issues.edit import lock_issue
from newsletter.issues.models import TAG_LENGTH, Issue, IssueTag
from newsletter.publications.models import Publication

MOST_TAGS = 12


def set_tags(session: Session, issue_id: int, text: str, *, actor: str) -> list[str]:
    """Let the issue have the tags in `text`, separated by commas; the tags that it has then.

    A tag that another issue of the publication has is spelled as there: “EU” and “eu” are one. Raises
    `Missing` for an unknown issue, `Refused` for a tag that is too long and for too many.
    """
    issue = lock_issue(session, issue_id)
    wanted = _checked(text)
    spelled = _spellings(session, issue, wanted)
    tags = [spelled.get(folded, tag) for folded, tag in wanted.items()]
    before = {row.tag: row for row in issue.tags}
    if before.keys() != set(tags):
        issue.tags = [before.get(tag) or IssueTag(tag=tag) for tag in sorted(tags)]
        audit.record(session, "issue.tagged", "issue", issue.id, actor=actor, tags=", ".join(sorted(tags)))
        session.flush()
    return sorted(tags)


def archive_tags(session: Session, publication: Publication) -> list[tuple[str, int]]:
    """The tags of the publication's published issues by name, each with how many issues have it."""
    rows = session.execute(
        select(IssueTag.tag, func.count())
        .join(Issue, Issue.id == IssueTag.issue_id)
        .where(Issue.publication_id == publication.id, Issue.published_revision.is_not(None))
        .group_by(IssueTag.tag)
    )
    return sorted(((row[0], row[1]) for row in rows), key=lambda row: (row[0].casefold(), row[0]))


def _checked(text: str) -> dict[str, str]:
    """The tags in `text`, by what makes them the same."""
    tags = (clean_name(tag, len(tag)) for tag in text.split(","))
    wanted: dict[str, str] = {}
    for tag in filter(None, tags):
        if len(tag) > TAG_LENGTH:
            sentence = f"A tag has at most {TAG_LENGTH} characters: “{tag[:TAG_LENGTH]}…” is too long."
            raise Refused("long_tag", sentence, {"tags": sentence})
        wanted.setdefault(tag.casefold(), tag)
    if len(wanted) > MOST_TAGS:
        sentence = f"An issue has at most {MOST_TAGS} tags."
        raise Refused("many_tags", sentence, {"tags": sentence})
    return wanted


def _spellings(session: Session, issue: Issue, wanted: Iterable[str]) -> dict[str, str]:
    """How other issues of the publication spell the tags in `wanted`, by what makes them the same."""
    others = session.scalars(
        select(IssueTag.tag)
        .join(Issue, Issue.id == IssueTag.issue_id)
        .where(Issue.publication_id == issue.publication_id, Issue.id != issue.id)
        .distinct()
        .order_by(IssueTag.tag)
    )
    return {tag.casefold(): tag for tag in others if tag.casefold() in set(wanted)}
