"""Take events in: the one way for refusals of the SMTP dialogue, for mail, and for posts of providers.

Each is written down once, with what it was read from, and what follows is decided in the same transaction.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.feedback.attribute import Owner, find_owners, hashes_of
from newsletter.feedback.circuit_breaker import pause_mailings
from newsletter.feedback.consequences import reconsider
from newsletter.feedback.events import EventKind, FeedbackEvent
from newsletter.feedback.models import DIAGNOSTIC_LENGTH, Consequence, FeedbackEvidence, FeedbackRecord
from newsletter.mailings.models import Mailing

MAIL = "mail"  # a source, as SMTP is; the others are the keys of providers
MOST_EVENTS = 100  # of one message or post
LONGEST_EVIDENCE = 128 * 1024  # octets that are kept of it, before they are compressed
LONGEST_AGO = timedelta(days=60)  # that a report may say of itself
SUPPRESSING = frozenset({EventKind.HARD, EventKind.SOFT, EventKind.COMPLAINT})


@dataclass(frozen=True)
class Intake:
    """Where events come from.

    source:         smtp, mail, or the key of a provider
    key:            what copies of the same message or post have in common
    raw:            its octets, the evidence
    verified:       a signature was checked, so that what it says of itself is believed
    publication_id: whose address it came to, where no event says whose it is
    """

    source: str
    key: str
    raw: bytes = b""
    verified: bool = False
    publication_id: int | None = None


def take(
    session: Session, links: Links, events: Sequence[FeedbackEvent], intake: Intake
) -> list[FeedbackRecord]:
    """Write the events down and act on them; what was written down is answered, nothing for a copy.

    The caller commits.
    """
    events = events[:MOST_EVENTS]
    owners = find_owners(session, links, events, verified=intake.verified)
    return record(session, list(zip(events, owners, strict=True)), intake)


def record(
    session: Session,
    owned: Sequence[tuple[FeedbackEvent, Owner | None]],
    intake: Intake,
    consequence: Consequence = Consequence.NONE,
) -> list[FeedbackRecord]:
    """The same for events whose owners are known; with `consequence` IGNORED nothing follows."""
    keys = [event_key(intake, position) for position in range(len(owned))]
    if session.scalar(select(FeedbackRecord.id).where(FeedbackRecord.event_key.in_(keys)).limit(1)):
        return []
    base = {
        "source": intake.source,
        "publication_id": intake.publication_id,
        "consequence": consequence,
        "evidence": _evidence(intake.raw),
    }
    rows = [
        _row(session, event, owner, base | {"event_key": key, "position": position})
        for position, (key, (event, owner)) in enumerate(zip(keys, owned, strict=True))
    ]
    try:
        with session.begin_nested():
            session.add_all(rows)
    except IntegrityError:  # a copy was committed a moment ago
        return []
    for subscriber_id in sorted({row.subscriber_id for row in rows if row.subscriber_id is not None}):
        if any(row.kind in SUPPRESSING and row.subscriber_id == subscriber_id for row in rows):
            reconsider(session, subscriber_id)
    pause_mailings(session, rows)
    return rows


def event_key(intake: Intake, position: int) -> str:
    return hashlib.sha256(f"{intake.source} {intake.key} {position}".encode()).hexdigest()


def _row(session: Session, event: FeedbackEvent, owner: Owner | None, base: dict[str, Any]) -> FeedbackRecord:
    """The record of an event; `base` is what it has in common with the others of its intake."""
    delivery = owner.delivery if owner else None
    mailing = session.get(Mailing, delivery.mailing_id) if delivery else None
    named = hashes_of(event.recipients)
    values = base | {
        "parser": event.parser,
        "kind": event.kind,
        "reason": event.reason,
        "code": event.code[:12],
        "smtp_code": event.smtp_code,
        "diagnostic": event.diagnostic.replace("\0", " ")[:DIAGNOSTIC_LENGTH],
        "address_hash": named[0] if named else "",
        "sent_at": _moment(event.at),
    }
    if owner is not None:
        values |= {
            "subscriber_id": owner.subscriber.id,
            "address_hash": owner.address_hash,
        }
    if delivery is not None and mailing is not None:
        values |= {
            "publication_id": mailing.publication_id,
            "mailing_id": mailing.id,
            "seq": delivery.seq,
            "sent_at": delivery.at or values["sent_at"],
        }
        if event.kind in SUPPRESSING and _was_lifted(session, mailing.id, delivery.seq):
            values["consequence"] = Consequence.LIFTED
    return FeedbackRecord(**values)


def _was_lifted(session: Session, mailing_id: int, seq: int) -> bool:
    """Whether a suppression by an event of this delivery was lifted: another copy of it changes nothing."""
    lifted = select(FeedbackRecord.id).where(
        FeedbackRecord.mailing_id == mailing_id,
        FeedbackRecord.seq == seq,
        FeedbackRecord.consequence == Consequence.LIFTED,
    )
    return session.scalar(lifted.limit(1)) is not None


def _moment(claimed: datetime | None) -> datetime:
    """When it happened, as it says of itself, if that can be."""
    now = clock.now()
    return claimed if claimed is not None and now - LONGEST_AGO < claimed < now else now


def _evidence(raw: bytes) -> FeedbackEvidence | None:
    return FeedbackEvidence(compressed=zlib.compress(raw[:LONGEST_EVIDENCE])) if raw else None


def read_evidence(evidence: FeedbackEvidence) -> bytes:
    """The octets that were kept."""
    return zlib.decompress(evidence.compressed)
