"""Name a revision, so that it is found again: "as agreed on Tuesday". A named revision is never amended."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.text import checked_name
from newsletter.issues.edit import lock_issue
from newsletter.issues.load import find_revision
from newsletter.issues.models import NAME_LENGTH, Revision


def name_revision(session: Session, issue_id: int, number: int, name: str, *, actor: str) -> Revision:
    """Call revision `number` `name`; an empty one takes the name away. Locked revisions may be named, too.

    Raises `Missing` for an issue or a revision that does not exist, `Refused` for a name that cannot be used.
    """
    wanted = checked_name(name, NAME_LENGTH)
    issue = lock_issue(session, issue_id)
    revision = find_revision(session, issue, number)
    if revision.name != wanted:
        revision.name = wanted
        audit.record(
            session,
            "issue.revision_named",
            "issue",
            issue.id,
            actor=actor,
            revision=revision.number,
            name=wanted,
        )
        session.flush()
    return revision
