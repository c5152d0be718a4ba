"""A system message is in the outbox when, and only when, the transaction that asked for it is."""

import pytest
from redis import Redis
from sqlalchemy.orm import Session

from newsletter import outbox
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.core.queue import Queue
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.outbox.waiting import waiting
from tests.factories import make_publication
from tests.queued import empty_queues, queued

ANA = parse_address("Ana@Example.org")


@pytest.fixture
def valkey(redis_url: str) -> Redis:
    return empty_queues(redis_url)


def jobs_in_queue(valkey: Redis) -> list[dict[str, int]]:
    return queued(valkey, Queue.TRANSACTIONAL)


def post(session: Session, **changes: object) -> SystemMessage:
    given = {
        "kind": "confirmation",
        "recipient": ANA,
        "publication_id": make_publication(session).id,
        "locale": "de",
        "facts": {"subscription_id": 12},
    } | changes
    return outbox.post(session, **given)  # type: ignore[arg-type]


def test_the_bell_rings_after_the_commit(session: Session, valkey: Redis) -> None:
    message = post(session)
    assert jobs_in_queue(valkey) == []
    session.commit()
    assert jobs_in_queue(valkey) == [{"message_id": message.id}]
    assert message.state is MessageState.WAITING
    assert message.recipient == ANA.email
    assert message.address_hash == ANA.hash
    assert waiting(session, 10) == [message.id]


def test_a_rollback_takes_message_and_bell_along(session: Session, valkey: Redis) -> None:
    post(session)
    session.rollback()
    session.commit()
    assert jobs_in_queue(valkey) == []
    assert waiting(session, 10) == []


def test_unknown_kinds_and_missing_facts_are_refused(session: Session) -> None:
    with pytest.raises(Refused, match="no system_message_kind called “spam”"):
        post(session, kind="spam")
    session.rollback()
    with pytest.raises(TypeError, match="subscription_id"):
        post(session, facts={"subscription_id": "12"})
