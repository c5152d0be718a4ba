"""Look at the installation as a doctor would: who is silent, what waits too long, what stands still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.health.heartbeats import Heartbeats, read_heartbeats
from newsletter.issues.models import Issue
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.outbox.models import MessageState, SystemMessage

# Somebody who asked to subscribe looks into their mailbox now, not in an hour.
LATE_AFTER = timedelta(minutes=2)
RUNNING = (MailingState.SCHEDULED, MailingState.FREEZING, MailingState.SENDING)


@dataclass(frozen=True)
class Outbox:
    """System messages that have not left: how many, how old the oldest is, and what was said.

    `untaken_since`: when the first of them became due without a worker taking it; None when none is due.
    `trouble`: the last thing that went wrong with one of them; empty when nothing did.
    """

    waiting: int
    oldest: datetime | None
    untaken_since: datetime | None
    trouble: str

    @property
    def late(self) -> bool:
        """Whether one of them should have been taken long ago."""
        return self.untaken_since is not None and clock.now() - self.untaken_since >= LATE_AFTER


@dataclass(frozen=True)
class Held:
    """A mailing that paused itself: nobody asked for it, and it says why."""

    mailing_id: int
    title: str
    reason: str


@dataclass(frozen=True)
class Health:
    """Everything that the desk says about the machinery. `signs` is None when Redis does not answer."""

    signs: Heartbeats | None
    outbox: Outbox
    held: list[Held]


def check_health(session: Session, redis_url: str) -> Health:
    """The state of things now. Takes at most 200 ms longer when Redis does not answer."""
    return Health(read_heartbeats(redis_url), outbox_state(session), held_mailings(session))


def outbox_state(session: Session) -> Outbox:
    """What waits in the outbox, read through its index on state and time."""
    unsent = SystemMessage.state.in_([MessageState.WAITING, MessageState.SENDING])
    waiting, oldest, due = session.execute(
        select(func.count(), func.min(SystemMessage.created_at), func.min(SystemMessage.next_at)).where(
            unsent
        )
    ).one()
    trouble = session.scalar(
        select(SystemMessage.error)
        .where(SystemMessage.state == MessageState.WAITING, SystemMessage.error != "")
        .order_by(SystemMessage.next_at.desc())
        .limit(1)
    )
    untaken = due if due is not None and due <= clock.now() else None
    return Outbox(waiting, oldest, untaken, trouble or "")


def held_mailings(session: Session) -> list[Held]:
    """Mailings that wait for somebody to mend what they say, oldest first."""
    rows = session.execute(
        select(Mailing.id, Issue.title, Mailing.held_reason)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(Mailing.state.in_(RUNNING), Mailing.control == Control.PAUSE, Mailing.held_reason != "")
        .order_by(Mailing.id)
    )
    return [Held(*row) for row in rows]
