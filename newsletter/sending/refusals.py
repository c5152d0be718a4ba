"""Refusals of the SMTP dialogue, handed on to whoever decides what follows for the person.

A refusal is noted in the transaction that writes it into the ledger. It is due once the mailing is over, or
after so long that a relay which refuses everybody has been found out (`identical_refusals`): then those who
were refused for nothing of their own are pending again.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.db import reading, table_of
from newsletter.core.queue import broker
from newsletter.mailings.models import Mailing, MailingState, Outcome, RefusedDelivery
from newsletter.sending.tally import Line

DUE_AFTER = timedelta(minutes=15)


def note_refusals(session: Session, mailing_id: int, lines: dict[int, Line], now: datetime) -> None:
    """Note whom of `lines`, which are being written into the ledger, a server refused for good."""
    rejected = [seq for seq, line in lines.items() if line.outcome is Outcome.REJECTED]
    if rejected:
        rows = [{"mailing_id": mailing_id, "seq": seq, "at": now} for seq in rejected]
        session.connection().execute(insert(table_of(RefusedDelivery)), rows)


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a refusal may be looked at; for a statement over `RefusedDelivery`."""
    over = select(Mailing.id).where(Mailing.state.in_([MailingState.FINISHED, MailingState.CANCELLED]))
    return or_(RefusedDelivery.at <= now - DUE_AFTER, RefusedDelivery.mailing_id.in_(over))


def publish_refusal_job(sessions: sessionmaker[Session]) -> None:
    """Publish the job for refusals that are due, unless one waits."""
    with reading(), sessions() as session:
        due = session.scalar(select(RefusedDelivery.id).where(is_due(clock.now())).limit(1))
    if due is not None and broker.waiting(jobs.take_refusals.queue) == 0:
        jobs.take_refusals.publish()
