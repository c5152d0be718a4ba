"""What came back of somebody's deliveries, once they are erased: that something did, and no word of it.

Tables are named here, not imported: they belong to a feature above.
"""

import zlib
from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.core.address_text import AddressInText
from newsletter.core.db import Base
from newsletter.core.mail_body import mail_texts

EVENTS, EVIDENCE = "feedback_event", "feedback_evidence"
BATCH = 100
# Kinds of events of which the message may say anything of anybody; bounces speak of one's own address.
ANYTHING = ("reply", "auto_reply", "unknown")


def erase_feedback(session: Session, subscriber_id: int, address_hash: str, address: AddressInText) -> None:
    """Delete the messages that came back from the person, or that name them, and blank their events."""
    events, evidence = Base.metadata.tables[EVENTS], Base.metadata.tables[EVIDENCE]
    is_theirs = (events.c.subscriber_id == subscriber_id) | (events.c.address_hash == address_hash)
    theirs = session.scalars(
        select(events.c.evidence_id).where(is_theirs, events.c.evidence_id.is_not(None))
    ).all()
    may_name = events.c.subscriber_id.is_(None) | events.c.kind.in_(ANYTHING)
    of_others = session.scalars(
        select(events.c.evidence_id).where(may_name, events.c.evidence_id.is_not(None))
    ).all()
    naming: list[int] = []
    for chunk in _chunks(sorted(set(of_others) - set(theirs))):
        rows = session.execute(
            select(evidence.c.id, evidence.c.compressed).where(evidence.c.id.in_(chunk))
        ).all()
        naming += [
            row.id for row in rows if any(map(address.is_in, mail_texts(zlib.decompress(row.compressed))))
        ]
    session.execute(update(events).where(is_theirs).values(diagnostic="", address_hash=""))
    for chunk in _chunks(sorted({*theirs, *naming})):
        session.execute(update(events).where(events.c.evidence_id.in_(chunk)).values(evidence_id=None))
        session.execute(delete(evidence).where(evidence.c.id.in_(chunk)))


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
