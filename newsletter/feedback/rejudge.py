"""Judge what came back again by today's rules, and put right what followed from it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.feedback.circuit_breaker import SMTP
from newsletter.feedback.consequences import reconsider
from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.judge import Refusal, judge
from newsletter.feedback.models import DIAGNOSTIC_LENGTH, Consequence, FeedbackRecord
from newsletter.feedback.parsers import parse
from newsletter.feedback.parsers.reply_text import read_remote_reply
from newsletter.feedback.refusals import event_of
from newsletter.feedback.take import MAIL, SUPPRESSING, read_evidence
from newsletter.feedback.webhooks import WEBHOOKS, WebhookRefused, read_kept_post

BATCH = 200
JUDGED = SUPPRESSING | {EventKind.UNKNOWN, EventKind.DELAYED, EventKind.AUTO_REPLY}


@dataclass
class Rejudged:
    """How many events were judged, how many are judged otherwise now, and what followed for people."""

    events: int = 0
    changed: int = 0
    suppressed: int = 0
    lifted: int = 0


def rejudge(sessions: sessionmaker[Session], since: datetime | None = None, *, actor: str) -> Rejudged:
    """Judge all events received since a moment, or ever. Commits after each batch."""
    total = Rejudged()
    after = 0
    while True:
        with sessions() as session:
            batch = _events().where(FeedbackRecord.id > after).order_by(FeedbackRecord.id).limit(BATCH)
            if since is not None:
                batch = batch.where(FeedbackRecord.received_at >= since)
            records = session.scalars(batch).all()
            _judge(session, records, total, actor)
            session.commit()
            if len(records) < BATCH:
                return total
            after = records[-1].id


def rejudge_person(session: Session, subscriber_id: int, *, actor: str) -> Rejudged:
    """The same for one person; the caller commits."""
    total = Rejudged()
    _judge(
        session,
        session.scalars(_events().where(FeedbackRecord.subscriber_id == subscriber_id)).all(),
        total,
        actor,
    )
    return total


def _events() -> Select[FeedbackRecord]:
    return select(FeedbackRecord).where(
        FeedbackRecord.kind.in_(JUDGED), FeedbackRecord.consequence != Consequence.FORWARDED
    )


def _judge(session: Session, records: Sequence[FeedbackRecord], total: Rejudged, actor: str) -> None:
    for record in records:
        total.events += 1
        event = _event_now(record)
        if event is not None and (event.kind, event.reason) != (record.kind, record.reason):
            record.kind, record.reason = event.kind, event.reason
            record.parser = event.parser
            record.diagnostic = event.diagnostic[:DIAGNOSTIC_LENGTH] or record.diagnostic
            total.changed += 1
    people = {record.subscriber_id for record in records if record.subscriber_id is not None}
    for subscriber_id in sorted(people):
        outcome = reconsider(session, subscriber_id, actor=actor)
        total.suppressed += outcome is True
        total.lifted += outcome is False


def _event_now(record: FeedbackRecord) -> FeedbackEvent | None:
    """What the event is by today's rules; None where nothing of it is left to judge by."""
    if record.source == SMTP:
        return event_of(record.diagnostic.rpartition(" ")[2], record.smtp_code, record.code)
    if record.source == MAIL:
        if record.evidence is None:
            return None
        events = parse(read_evidence(record.evidence))
        return events[record.position] if record.position < len(events) else None
    return _of_provider(record)


def _of_provider(record: FeedbackRecord) -> FeedbackEvent | None:
    """By the post, as long as it is kept whole; then by what the refusing server said."""
    if record.evidence is not None and record.source in WEBHOOKS.keys():  # noqa: SIM118 - a registry, no mapping
        with suppress(WebhookRefused):
            events = read_kept_post(record.source, read_evidence(record.evidence))
            return events[record.position] if record.position < len(events) else None
    return _by_reply(record)


def _by_reply(record: FeedbackRecord) -> FeedbackEvent | None:
    """By the reply alone: nothing says any more what the provider calls final, so what was soft stays so."""
    if record.kind not in {EventKind.HARD, EventKind.SOFT} or not record.diagnostic:
        return None
    reply = read_remote_reply(record.diagnostic)
    kind, reason = judge(Refusal(record.code or reply.code, record.smtp_code or reply.smtp_code, reply.text))
    if reason in {None, EventReason.OTHER}:
        return None
    kind = record.kind if record.kind is EventKind.SOFT else kind
    return FeedbackEvent(kind, record.parser, reason, diagnostic=record.diagnostic)
