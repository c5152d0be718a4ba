"""Whether the approval that a publication demands is there; the rule is told in `approval.required`.

A module of its own, because commands about mailings ask, and need no documents.
"""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from newsletter.approval.models import Approval
from newsletter.issues.models import Revision
from newsletter.publications.models import Publication


def lacks_approval(session: Session, revision: Revision, publication: Publication) -> bool:
    """Whether the publication demands an approval that the present state of `revision` does not have."""
    if not publication.approval_required:
        return False
    by_another = exists().where(
        Approval.revision_id == revision.id,
        Approval.edits == revision.edits,
        Approval.approved_by != revision.author,
    )
    return not session.scalar(select(by_another))
