"""A system message is in the outbox when, and only when, the transaction that asked for it is."""

import base64
import json

import pytest
from redis import Redis
from sqlalchemy.orm import Session

from newsletter import outbox
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.core.queue import Queue, broker
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.outbox.waiting import waiting
from tests.factories import make_publication

ANA = parse_address("Ana@Example.org")


@pytest.fixture
def valkey(redis_url: str) -> Redis:
    broker.connect(redis_url)
    client = Redis.from_url(redis_url)
    client.flushall()
    return client


def rung_for(valkey: Redis) -> list[dict[str, int]]:
    messages: list[bytes] = valkey.lrange(Queue.TRANSACTIONAL.value, 0, -1)  # type: ignore[assignment]
    return [json.loads(base64.b64decode(json.loads(m)["body"]))[1] for m in reversed(messages)]


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
    assert rung_for(valkey) == []
    session.commit()
    assert rung_for(valkey) == [{"message_id": message.id}]
    assert message.state is MessageState.WAITING
    assert message.recipient == ANA.email
    assert message.address_hash == ANA.hash
    assert waiting(session, 10) == [message.id]


def test_a_rollback_takes_message_and_bell_along(session: Session, valkey: Redis) -> None:
    post(session)
    session.rollback()
    session.commit()
    assert rung_for(valkey) == []
    assert waiting(session, 10) == []


def test_unknown_kinds_and_missing_facts_are_refused(session: Session) -> None:
    with pytest.raises(Refused, match="no system_message_kind called “spam”"):
        post(session, kind="spam")
    session.rollback()
    with pytest.raises(TypeError, match="subscription_id"):
        post(session, facts={"subscription_id": "12"})
