"""Who unsubscribed by the link or the button of a mailing: the audit knows which mailing it was."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from newsletter.audit.models import AuditEntry
from newsletter.subscribers.models import ConsentSource

ENDED, RENEWED = "subscription.ended", "subscription.renewed"


def count_unsubscribes(session: Session, mailing_ids: Collection[int], since: datetime) -> dict[int, int]:
    """How many unsubscribes each of these mailings brought, by its id. `since`: when the first of them began.

    What was undone is not counted.
    """
    mailing_id = AuditEntry.detail["mailing_id"].as_integer()
    rows = session.execute(
        select(mailing_id, func.count())
        .where(
            AuditEntry.action == ENDED,
            AuditEntry.at >= since,
            AuditEntry.id.not_in(_undone(since)),
        )
        .group_by(mailing_id)
    )
    return {row[0]: row[1] for row in rows if row[0] in mailing_ids}


def _undone(since: datetime) -> Select[tuple[int]]:
    """The entries that somebody took back: for each Undo the last one before it of that subscription."""
    renewed = aliased(AuditEntry)
    last = (
        select(func.max(AuditEntry.id))
        .where(
            AuditEntry.subject_kind == "subscription",
            AuditEntry.subject_id == renewed.subject_id,
            AuditEntry.action == ENDED,
            AuditEntry.id < renewed.id,
        )
        .scalar_subquery()
    )
    return select(func.coalesce(last, 0)).where(
        renewed.action == RENEWED,
        renewed.at >= since,
        renewed.detail["source"].as_string() == ConsentSource.UNDO,
    )
