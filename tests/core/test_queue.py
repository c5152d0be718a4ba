"""Jobs are published after the commit that made them true, and only then."""

import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter import jobs
from newsletter.core.queue import Queue, broker
from newsletter.runtime import Runtime
from tests.queued import empty_queues, queued


@pytest.fixture
def valkey(redis_url: str) -> Redis:
    return empty_queues(redis_url)


def waiting(valkey: Redis) -> list[dict[str, int]]:
    return queued(valkey, Queue.BULK)


def test_published_after_commit_and_not_before(session: Session, valkey: Redis) -> None:
    jobs.drain_mailing.enqueue(session, mailing_id=7)
    session.flush()
    assert waiting(valkey) == []
    session.commit()
    assert waiting(valkey) == [{"mailing_id": 7}]
    session.commit()
    assert len(waiting(valkey)) == 1


def test_rollback_discards(session: Session, valkey: Redis) -> None:
    jobs.drain_mailing.enqueue(session, mailing_id=7)
    session.rollback()
    session.commit()
    assert waiting(valkey) == []


def test_a_released_savepoint_publishes_nothing_yet(session: Session, valkey: Redis) -> None:
    with session.begin_nested():
        jobs.drain_mailing.enqueue(session, mailing_id=1)
    assert waiting(valkey) == []
    session.commit()
    assert waiting(valkey) == [{"mailing_id": 1}]


def test_a_failed_savepoint_discards_only_its_own(session: Session, valkey: Redis) -> None:
    jobs.drain_mailing.enqueue(session, mailing_id=1)
    nested = session.begin_nested()
    jobs.drain_mailing.enqueue(session, mailing_id=2)
    nested.rollback()
    session.commit()
    assert waiting(valkey) == [{"mailing_id": 1}]


def test_wrong_arguments_are_refused(session: Session) -> None:
    with pytest.raises(TypeError, match="takes"):
        jobs.drain_mailing.enqueue(session, mailing_id="7")


def test_a_dead_broker_breaks_nothing(runtime: Runtime) -> None:
    broker.connect("redis://127.0.0.1:1/0")
    with runtime.session() as session:
        jobs.drain_mailing.enqueue(session, mailing_id=7)
        session.execute(text("SELECT 1"))
        session.commit()
    assert jobs.drain_mailing.publish(mailing_id=7) is False
    assert broker.waiting(Queue.BULK) is None


def test_waiting_counts(session: Session, valkey: Redis) -> None:
    jobs.drain_mailing.publish(mailing_id=1)
    jobs.drain_mailing.publish(mailing_id=2)
    assert broker.waiting(Queue.BULK) == 2
