"""What a worker decides: sign-ups and password resets, each once, whoever they are about."""

from datetime import timedelta
from functools import partial
from typing import Any

import time_machine
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.queue import Queue
from newsletter.deferred.decide import decide
from newsletter.deferred.defer import defer_password_reset, defer_sign_up
from newsletter.deferred.due import due_requests
from newsletter.deferred.models import DeferredRequest
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.models import ConsentRecord, ConsentSource, Subscriber, Subscription
from tests.deciding import decide_all
from tests.factories import create_morning
from tests.queued import empty_queues, queued
from tests.subscribers.test_at_once import together

READ = Consent(text="I want it.", version="7", locale="de")


def ask_for(session: Session, publication: Publication, email: str = "ana@example.org") -> int:
    defer_sign_up(
        session,
        publication=publication,
        address=parse_address(email),
        name="Ana Lim",
        words=READ,
        source=ConsentSource.EMBED,
        ip="192.0.2.7",
    )
    session.commit()
    request_id = session.scalars(select(func.max(DeferredRequest.id))).one()
    session.rollback()  # nothing may wait for a test that only looked
    return request_id


def _rows(session: Session, *tables: Any) -> list[int]:
    session.rollback()
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_sign_up_is_decided_as_it_was_asked_for(session: Session, redis_url: str) -> None:
    client, publication = empty_queues(redis_url), create_morning(session)
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as traveller:
        request_id = ask_for(session, publication)
        assert queued(client, Queue.TRANSACTIONAL) == [{"request_id": request_id}]
        assert _rows(session, Subscriber, SystemMessage) == [0, 0]
        asked = clock.now()
        traveller.shift(600)  # the worker was away
        assert decide_all(session) == 1
    record = session.scalars(select(ConsentRecord)).one()
    assert (record.text, record.text_version, record.locale) == ("I want it.", "7", "de")
    assert (record.source, record.ip, record.at) == (ConsentSource.EMBED, "192.0.2.7", asked)
    assert session.scalars(select(Subscriber)).one().name == "Ana Lim"
    assert _rows(session, DeferredRequest, SystemMessage) == [0, 1]
    decide(session, request_id)  # its job came twice
    session.commit()
    assert _rows(session, SystemMessage) == [1]


def test_a_reset_is_sent_to_whoever_has_an_account(session: Session) -> None:
    create_user(session, email="Olga@press.example", role=RoleName.OWNER, password=None, actor="test")
    for email in ("olga@PRESS.example", "nobody@press.example"):
        defer_password_reset(session, parse_address(email), locale="it", ip="192.0.2.9")
    session.commit()
    decide_all(session)
    message = session.scalars(select(SystemMessage)).one()
    assert (message.kind, message.recipient, message.locale) == ("password_reset", "Olga@press.example", "it")
    asked = session.scalars(select(AuditEntry).where(AuditEntry.action == "user.reset_asked"))
    assert {(entry.detail["sent"], entry.ip) for entry in asked} == {
        (True, "192.0.2.9"),
        (False, "192.0.2.9"),
    }


def test_what_waited_for_a_day_or_has_no_publication_is_forgotten(session: Session) -> None:
    publication = create_morning(session)
    with time_machine.travel(clock.now() - timedelta(hours=25)):
        ask_for(session, publication)
    gone = Publication(slug="gone", name="Gone")
    session.add(gone)
    session.flush()
    ask_for(session, gone, "bea@example.org")
    session.delete(gone)
    session.commit()
    decide_all(session)
    assert _rows(session, DeferredRequest, Subscriber, SystemMessage) == [0, 0, 0]


def test_the_sweep_finds_what_has_no_job(session: Session) -> None:
    publication = create_morning(session)
    with time_machine.travel(clock.now() - timedelta(seconds=6)):
        late = [ask_for(session, publication, f"reader{number}@example.org") for number in range(3)]
    ask_for(session, publication, "now@example.org")
    assert due_requests(session, 2) == late[:2]
    assert due_requests(session, 9) == late


def test_two_workers_decide_once(engine: Engine, session: Session) -> None:
    publication = create_morning(session)
    for number in range(5):
        request_id = ask_for(session, publication, f"reader{number}@example.org")
        together(engine, *[partial(decide, request_id=request_id)] * 3)
    assert _rows(session, DeferredRequest, Subscription, SystemMessage, ConsentRecord) == [0, 5, 5, 5]
