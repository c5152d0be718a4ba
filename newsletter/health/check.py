"""Check the health of the installation, for Home and `newsletter doctor`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.health.heartbeats import SILENT_AFTER_SECONDS, Heartbeats, read_heartbeats
from newsletter.issues.models import Issue
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.outbox.failed import count_failed, failed_messages
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.preflight.sender_checks.vanished import VanishedRecord, vanished_records
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool

# A confirmation is awaited by somebody who looks into their mailbox now.
LATE_AFTER = timedelta(minutes=2)
RUNNING = (MailingState.SCHEDULED, MailingState.FREEZING, MailingState.SENDING)


@dataclass(frozen=True)
class OutboxState:
    """System messages that were not sent yet: how many, when the oldest was made, the last error.

    `overdue_since`: when the first of them became due that no worker has taken; None when none is due.
    `last_error`: of those that wait to be tried again; empty for none.
    `failed`: those of the last days that will not be sent, `failed_error` and `failed_subscriber` are the
    reason and the person of the newest one.
    """

    waiting: int
    oldest: datetime | None
    overdue_since: datetime | None
    last_error: str
    failed: int = 0
    failed_error: str = ""
    failed_subscriber: int | None = None

    @property
    def late(self) -> bool:
        """Whether one of them is overdue by more than `LATE_AFTER`."""
        return self.overdue_since is not None and clock.now() - self.overdue_since >= LATE_AFTER


@dataclass(frozen=True)
class AutoPausedMailing:
    """A mailing that paused itself, and the reason."""

    mailing_id: int
    title: str
    reason: str


@dataclass(frozen=True)
class UnsubscribesState:
    """Unsubscribes of this host that wait for the database, and those that could not be carried out.

    The latter are files in `failed_folder`.
    """

    waiting: int = 0
    failed: int = 0
    failed_folder: Path = Path()


@dataclass(frozen=True)
class Health:
    """The health of the installation. `heartbeats` is None when Redis does not answer.

    `starting`: it was started less than `SILENT_AFTER_SECONDS` ago, so workers that were not heard yet may
    still be on their way.
    """

    heartbeats: Heartbeats | None
    outbox: OutboxState
    auto_paused: list[AutoPausedMailing]
    unsubscribes: UnsubscribesState = UnsubscribesState()
    vanished: tuple[VanishedRecord, ...] = ()
    starting: bool = False


def check_health(session: Session, redis_url: str, unsubscribe_dir: Path, up_seconds: float) -> Health:
    """The health now, `up_seconds` after the start. When Redis does not answer, this takes 200 ms longer."""
    return Health(
        read_heartbeats(redis_url),
        outbox_state(session),
        auto_paused_mailings(session),
        unsubscribes_state(unsubscribe_dir),
        vanished=tuple(vanished_records(session)),
        starting=up_seconds < SILENT_AFTER_SECONDS,
    )


def unsubscribes_state(folder: Path) -> UnsubscribesState:
    """What is in the spool of unsubscribes in `folder`."""
    spool = UnsubscribeSpool(folder)
    return UnsubscribesState(len(spool.waiting()), len(spool.failed()), spool.failed_folder)


def outbox_state(session: Session) -> OutboxState:
    """The state of the outbox, read through its index on state and time."""
    unsent = SystemMessage.state.in_([MessageState.WAITING, MessageState.SENDING])
    waiting, oldest, due = session.execute(
        select(func.count(), func.min(SystemMessage.created_at), func.min(SystemMessage.next_at)).where(
            unsent
        )
    ).one()
    last_error = session.scalar(
        select(SystemMessage.error)
        .where(SystemMessage.state == MessageState.WAITING, SystemMessage.error != "")
        .order_by(SystemMessage.next_at.desc())
        .limit(1)
    )
    newest = next(iter(failed_messages(session, limit=1)), None)
    overdue = due if due is not None and due <= clock.now() else None
    return OutboxState(
        waiting,
        oldest,
        overdue,
        last_error or "",
        failed=count_failed(session) if newest else 0,
        failed_error=newest.error if newest else "",
        failed_subscriber=newest.facts.get("subscriber_id") if newest else None,
    )


def auto_paused_mailings(session: Session) -> list[AutoPausedMailing]:
    """The mailings that paused themselves and wait for an operator, oldest first."""
    rows = session.execute(
        select(Mailing.id, Issue.title, Mailing.held_reason)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(Mailing.state.in_(RUNNING), Mailing.control == Control.PAUSE, Mailing.held_reason != "")
        .order_by(Mailing.id)
    )
    return [AutoPausedMailing(*row) for row in rows]
