"""Remove a suppression, for a reason that is written down: mail may go to the address again."""

from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict
from newsletter.feedback.consequences import BY_FEEDBACK
from newsletter.feedback.lift import lift
from newsletter.subscribers.models import Suppression, SuppressionReason
from newsletter.subscribers.suppressions import SuppressionRow


class RemovalReason(StrEnum):
    """Why somebody removes a suppression."""

    ASKED = "asked"  # its owner asks for mail
    MISTAKE = "mistake"  # it should never have been suppressed
    WORKS_AGAIN = "works_again"  # the mailbox takes mail again


# What only the owner of an address can take back: by a link that we mail, or by signing up again.
_OWNERS = {
    SuppressionReason.COMPLAINT: "Its owner reported our mail as spam: only they can take that back.",
    SuppressionReason.ERASED: "Its owner was erased: only they can undo that, by signing up again.",
}


def remove_suppression(session: Session, row: SuppressionRow, reason: RemovalReason, *, actor: str) -> None:
    """Remove it; the subscriptions of its owner keep their states. The caller commits.

    Raises `Conflict` for a complaint and for an erased person.
    """
    if row.reason in _OWNERS:
        raise Conflict("not_removable", _OWNERS[row.reason])
    audit.record(
        session,
        "address.removed",
        "suppression",
        row.id,
        actor=actor,
        reason=reason.value,
        was=row.reason.value,
    )
    if row.subscriber_id is not None and row.reason in BY_FEEDBACK:
        lift(session, row.subscriber_id, None, actor=actor)  # what came back counts no longer, either
        return
    session.execute(delete(Suppression).where(Suppression.id == row.id))
    if row.subscriber_id is not None:
        audit.record(session, "subscriber.lifted", "subscriber", row.subscriber_id, actor=actor)
