"""A mailing's totals: every candidate is in exactly one place, at every moment.

    candidates = pending + in_flight + sent + rejected(reason) + retry + unanswered + excluded(reason)

Each term is counted by itself (places not reserved yet, open windows, merged outcomes), never as the rest of
the others, so an error would show as an inequality.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.mailings.models import Control, Mailing, MailingCount, MailingState, Outcome, SendWindow


class DisplayedState(StrEnum):
    """The state as people are told it: pausing and cancelling take effect in two stages."""

    SCHEDULED = "scheduled"
    FREEZING = "freezing"
    SENDING = "sending"
    STOPPING = "stopping"  # nothing more starts; what is in flight is answered first
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class MailingTotals:
    """The numbers of one mailing at one moment. `state` is what people read, `reason` why it is paused.

    `waiting_for` is why nothing leaves although it goes, and `not_before` until when nobody asks again;
    `per_second` is its throttle, None: no limit.
    """

    mailing: int
    state: DisplayedState
    reason: str
    candidates: int
    pending: int
    in_flight: int
    sent: int
    rejected: int
    retry: int
    unanswered: int
    excluded: dict[str, int]
    rejected_reasons: dict[str, int] = field(default_factory=dict)
    scheduled_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    waiting_for: str = ""
    not_before: datetime | None = None
    per_second: float | None = None

    @property
    def add_up(self) -> bool:
        """Whether the equation holds."""
        return self.candidates == (
            self.pending
            + self.in_flight
            + self.sent
            + self.rejected
            + self.retry
            + self.unanswered
            + sum(self.excluded.values())
        )

    @property
    def written_to(self) -> int:
        """Everybody but the excluded: the people whose outcome is known or awaited."""
        return self.candidates - sum(self.excluded.values())

    @property
    def settled(self) -> int:
        """Of those who are written to, the people whose outcome is known."""
        return self.sent + self.rejected + self.unanswered

    @property
    def waits(self) -> bool:
        """Whether nothing leaves now although the mailing goes; `waiting_for` says why."""
        until = self.not_before
        going = self.state is DisplayedState.SENDING
        return going and bool(self.waiting_for) and (until is None or until > clock.now())

    @property
    def over(self) -> bool:
        return self.state in {DisplayedState.FINISHED, DisplayedState.CANCELLED}

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        for key in ("scheduled_at", "started_at", "finished_at", "not_before"):
            fields[key] = fields[key].isoformat() if fields[key] else None
        return fields


def read_totals(session: Session, mailing_id: int) -> MailingTotals:
    """The totals of one mailing, read in a single statement so that they belong to one moment."""
    in_flight = (
        select(func.coalesce(func.sum(SendWindow.size), 0))
        .where(SendWindow.mailing_id == mailing_id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Mailing, in_flight, MailingCount.outcome, MailingCount.reason, MailingCount.n)
        .outerjoin(MailingCount, MailingCount.mailing_id == Mailing.id)
        .where(Mailing.id == mailing_id)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        raise Missing("unknown_mailing", f"There is no mailing {mailing_id}.")
    mailing, in_flight_now = rows[0][0], rows[0][1]
    by_outcome: dict[Outcome, Counter[str]] = {outcome: Counter() for outcome in Outcome}
    for _, _, outcome, reason, n in rows:
        if n:
            by_outcome[outcome][reason] += n
    unreserved = max(0, mailing.members - (mailing.next_seq - 1))
    return MailingTotals(
        mailing=mailing.id,
        state=displayed_state(mailing, in_flight_now),
        reason=mailing.held_reason,
        candidates=mailing.candidates,
        pending=unreserved + by_outcome[Outcome.PENDING].total(),
        in_flight=in_flight_now,
        sent=by_outcome[Outcome.SENT].total(),
        rejected=by_outcome[Outcome.REJECTED].total(),
        retry=by_outcome[Outcome.RETRY].total(),
        unanswered=by_outcome[Outcome.UNANSWERED].total(),
        excluded=dict(sorted(by_outcome[Outcome.EXCLUDED].items())),
        rejected_reasons=dict(sorted(by_outcome[Outcome.REJECTED].items())),
        scheduled_at=mailing.scheduled_at,
        started_at=mailing.started_at,
        finished_at=mailing.finished_at,
        waiting_for=mailing.waiting_for,
        not_before=mailing.not_before,
        per_second=mailing.per_second,
    )


def displayed_state(mailing: Mailing, in_flight: int) -> DisplayedState:
    """The state in the words for people."""
    if mailing.state in {MailingState.FINISHED, MailingState.CANCELLED} or mailing.control is Control.GO:
        return DisplayedState(mailing.state.value)
    if in_flight or mailing.control is Control.CANCEL:
        return DisplayedState.STOPPING
    return DisplayedState.PAUSED
