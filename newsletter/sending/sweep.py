"""Sweep the database for work that nobody does, and publish its jobs: a lost job costs seconds, not mail."""

from datetime import timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.queue import Queue, broker
from newsletter.deferred.due import due_requests
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Control, DeliveryRetry, Mailing, MailingState, SendWindow
from newsletter.outbox.waiting import waiting
from newsletter.sending.finish import finish_if_done
from newsletter.sending.retry import IS_DUE, due_at

MESSAGES_AT_ONCE = 100
LONGEST_WAIT = timedelta(hours=25)


def finish_mailings(sessions: sessionmaker[Session]) -> None:
    """Finish or cancel mailings that reached their end without anybody noticing (their last holder died)."""
    for mailing_id in _ended_unnoticed(sessions):
        with sessions() as session:
            finish_if_done(session, lock(session, mailing_id))
            session.commit()


def publish_mailing_jobs(sessions: sessionmaker[Session], bulk_processes: int) -> None:
    """Publish jobs for mailings that are due to be frozen or sent, unless some still wait in the queue.

    A mailing that is sent gets as many jobs as there are bulk processes.
    """
    with reading(), sessions() as session:
        freezes, drains = _due_freezes(session), _due_drains(session)
    if broker.waiting(Queue.BULK) == 0:
        for mailing_id in freezes:
            jobs.freeze_mailing.publish(mailing_id=mailing_id)
        for _ in range(bulk_processes):
            for mailing_id in drains:
                jobs.drain_mailing.publish(mailing_id=mailing_id)


def publish_system_message_jobs(sessions: sessionmaker[Session]) -> None:
    """Publish jobs for system messages in the outbox, unless some still wait in the queue."""
    with reading(), sessions() as session:
        messages = waiting(session, MESSAGES_AT_ONCE)
    if messages and broker.waiting(Queue.TRANSACTIONAL) == 0:
        for message_id in messages:
            jobs.send_system_message.publish(message_id=message_id)


def publish_request_jobs(sessions: sessionmaker[Session]) -> None:
    """Publish jobs for requests that wait to be decided, unless some jobs still wait in the queue."""
    with reading(), sessions() as session:
        requests = due_requests(session, MESSAGES_AT_ONCE)
    if requests and broker.waiting(Queue.TRANSACTIONAL) == 0:
        for request_id in requests:
            jobs.decide_request.publish(request_id=request_id)


def _ended_unnoticed(sessions: sessionmaker[Session]) -> list[int]:
    with reading(), sessions() as session:
        in_flight = exists().where(SendWindow.mailing_id == Mailing.id, SendWindow.size > 0)
        waits = exists().where(DeliveryRetry.mailing_id == Mailing.id)
        running = [MailingState.SCHEDULED, MailingState.FREEZING, MailingState.SENDING]
        return list(
            session.scalars(
                select(Mailing.id).where(
                    Mailing.state.in_(running),
                    ~in_flight,
                    or_(
                        Mailing.control == Control.CANCEL,
                        (Mailing.state == MailingState.SENDING)
                        & (Mailing.next_seq > Mailing.members)
                        & ~waits,
                    ),
                )
            )
        )


def _due_freezes(session: Session) -> list[int]:
    return list(
        session.scalars(
            select(Mailing.id).where(
                Mailing.control == Control.GO,
                Mailing.state.in_([MailingState.SCHEDULED, MailingState.FREEZING]),
                Mailing.scheduled_at <= clock.now(),
            )
        )
    )


def _due_drains(session: Session) -> list[int]:
    now = clock.now()
    due = exists().where(DeliveryRetry.mailing_id == Mailing.id, DeliveryRetry.window_id.is_(None), IS_DUE)
    # No transport waits for longer than a day: a later moment was written before the clock was set back.
    may_ask = or_(
        Mailing.not_before.is_(None), Mailing.not_before <= now, Mailing.not_before > now + LONGEST_WAIT
    )
    return list(
        session.scalars(
            select(Mailing.id).where(
                Mailing.control == Control.GO,
                Mailing.state == MailingState.SENDING,
                may_ask,
                or_(Mailing.next_seq <= Mailing.members, due),
            ),
            due_at(now),
        )
    )
