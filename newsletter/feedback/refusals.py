"""Refusals of the SMTP dialogue become events like those of any bounce."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.feedback.attribute import Owner, find_delivery
from newsletter.feedback.circuit_breaker import SMTP
from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.judge import Refusal, judge
from newsletter.feedback.models import Consequence
from newsletter.feedback.take import Intake, record
from newsletter.mailings.models import Delivery, Mailing, Outcome, RefusedDelivery
from newsletter.sending.circuit_breaker import count_answered
from newsletter.sending.refusals import is_due
from newsletter.smtp.verdict import Reason

BATCH = 100
# Of so many refusals, and such a part of everybody, most are about the sender, whatever they say.
DOUBTED_FROM = 10
DOUBTED_SHARE = 0.5

_H, _S, _R = EventKind.HARD, EventKind.SOFT, EventReason
# What the dialogue said, in the words of `smtp.verdict`, whose table has read the reply's text already.
_BY_WORD: dict[str, tuple[EventKind, EventReason]] = {
    Reason.NO_SUCH_USER: (_H, _R.USER_UNKNOWN),
    Reason.NO_SUCH_DOMAIN: (_H, _R.HOST_UNKNOWN),
    Reason.BAD_ADDRESS: (_H, _R.USER_UNKNOWN),
    Reason.MOVED: (_H, _R.MOVED),
    Reason.DISABLED: (_H, _R.SUSPENDED),
    Reason.MAILBOX_FULL: (_S, _R.MAILBOX_FULL),
    Reason.UNROUTABLE: (_S, _R.NETWORK),
    Reason.TOO_BIG: (_S, _R.TOO_LARGE),
    Reason.CONTENT: (_S, _R.CONTENT),
    Reason.POLICY: (_S, _R.POLICY),
}


def take_refusals(sessions: sessionmaker[Session]) -> int:
    """Record the refusals that are due, with what follows from them; how many. Commits after each batch."""
    taken = 0
    while True:
        with sessions() as session:
            due = session.scalars(
                select(RefusedDelivery)
                .where(is_due(clock.now()))
                .order_by(RefusedDelivery.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            _take_batch(session, due)
            session.commit()
        taken += len(due)
        if len(due) < BATCH:
            return taken


def event_of(word: str, code: int | None, enhanced: str) -> FeedbackEvent:
    """The event of a refusal: `word` is its reason in the ledger, `code` and `enhanced` are of the reply."""
    kind, reason = _BY_WORD.get(word, (None, None))
    if kind is None:  # its retries ran out, or the reply explains nothing: what its code says, if anything
        kind, reason = judge(Refusal(enhanced, code))
    diagnostic = " ".join(str(part) for part in (code, enhanced, word) if part)
    return FeedbackEvent(kind, SMTP, reason, code=enhanced, smtp_code=code, diagnostic=diagnostic)


def _take_batch(session: Session, due: Sequence[RefusedDelivery]) -> None:
    doubted = {mailing_id: _is_doubted(session, mailing_id) for mailing_id in {row.mailing_id for row in due}}
    for row in due:
        owner = find_delivery(session, row.mailing_id, row.seq)
        if owner is not None and owner.delivery is not None and owner.delivery.outcome is Outcome.REJECTED:
            _record(session, owner, owner.delivery, doubted=doubted[row.mailing_id])
    session.execute(delete(RefusedDelivery).where(RefusedDelivery.id.in_([row.id for row in due])))


def _record(session: Session, owner: Owner, delivery: Delivery, *, doubted: bool) -> None:
    event = event_of(delivery.reason, delivery.code, delivery.enhanced)
    moment = delivery.at.isoformat() if delivery.at else ""
    intake = Intake(SMTP, f"{delivery.mailing_id} {delivery.seq} {moment}")
    record(session, [(event, owner)], intake, Consequence.IGNORED if doubted else Consequence.NONE)


def _is_doubted(session: Session, mailing_id: int) -> bool:
    """Whether so much of the mailing was refused that it says nothing of the people; unless somebody who saw
    the refusals resumed it."""
    mailing = session.get(Mailing, mailing_id)
    if mailing is None or mailing.refusals_seen:
        return False
    rejected, answered = count_answered(session, mailing_id)
    return rejected >= max(DOUBTED_FROM, DOUBTED_SHARE * answered)
