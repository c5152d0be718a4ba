"""Carry out the unsubscribes that waited in the spool for the database."""

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core.answer_timeout import answer_timeout
from newsletter.core.logs import Logger
from newsletter.subscribers.models import ConsentKind, ConsentRecord
from newsletter.subscribers.queries import subscriptions_of
from newsletter.subscribers.unsubscribe import unsubscribe
from newsletter.subscribers.unsubscribe_spool import EVERYTHING, SpooledUnsubscribe, UnsubscribeSpool

log = Logger(__name__)

ANSWER_SECONDS = 5.0  # of a database that is silent, before it is tried again
BATCH = 100  # in one transaction: each commit waits for the disk
OWN_WISHES = (ConsentKind.CONFIRMED, ConsentKind.RENEWED)


def replay(spool: UnsubscribeSpool, sessions: sessionmaker[Session]) -> bool:
    """Carry out what waits; True when nothing is left.

    Ends early when the database does not answer. What cannot be carried out for another reason is set aside,
    and the log says why. Processes may do this at once: doing it twice is once.
    """
    names = spool.waiting()
    if not names:
        return True
    for start in range(0, len(names), BATCH):
        if not _replay_batch(spool, names[start : start + BATCH], sessions):
            return False
    log.info("unsubscribes that waited for the database are carried out", unsubscribes=len(names))
    spool.remove_unfinished()
    return not spool.waiting()


def _replay_batch(spool: UnsubscribeSpool, names: list[str], sessions: sessionmaker[Session]) -> bool:
    """Carry them out in one transaction, or each by itself when something is wrong with one.

    False when the database does not answer.
    """
    try:
        _commit(spool, names, sessions)
    except Exception as error:  # whatever is wrong with one, it must not keep others from leaving
        away = isinstance(error, DBAPIError | NoConnectionFree)
        if away and not isinstance(error, DataError | IntegrityError):
            return False
        if len(names) > 1:
            return all(_replay_batch(spool, [name], sessions) for name in names)
        _set_aside(spool, names[0])
    return True


def _commit(spool: UnsubscribeSpool, names: list[str], sessions: sessionmaker[Session]) -> None:
    with answer_timeout(ANSWER_SECONDS), sessions() as session:
        for name in names:
            with suppress(FileNotFoundError):  # another process was quicker
                _carry_out(session, spool.read(name))
        session.commit()
    for name in names:
        spool.remove(name)


def _set_aside(spool: UnsubscribeSpool, name: str) -> None:
    log.exception("an unsubscribe cannot be carried out", file=str(spool.failed_folder / name))
    spool.set_aside(name)


def _carry_out(session: Session, entry: SpooledUnsubscribe) -> None:
    """Raises `Missing` for a subscription that does not exist."""
    for subscription_id in _subscriptions(session, entry):
        if _came_back_since(session, subscription_id, entry):
            continue
        unsubscribe(
            session,
            subscription_id,
            source=entry.source,
            mailing_id=entry.mailing_id,
            ip=entry.ip,
            at=entry.at,
        )


def _subscriptions(session: Session, entry: SpooledUnsubscribe) -> list[int]:
    if not entry.subscriber_id:
        return [entry.subscription_id]
    theirs = sorted(subscription.id for subscription in subscriptions_of(session, entry.subscriber_id))
    return [each for each in theirs if entry.subscription_id in (EVERYTHING, each)]


def _came_back_since(session: Session, subscription_id: int, entry: SpooledUnsubscribe) -> bool:
    """Whether the person asked for it anew after they had left, as when a host was away for days."""
    renewed = select(ConsentRecord.id).where(
        ConsentRecord.subscription_id == subscription_id,
        ConsentRecord.kind.in_(OWN_WISHES),
        ConsentRecord.at > entry.at,
    )
    return session.scalar(renewed.limit(1)) is not None
