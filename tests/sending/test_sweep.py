"""The sweep finds in the database what nobody works on, and publishes jobs for it unless some still wait."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.queue import Queue, broker
from newsletter.deferred.defer import defer_password_reset
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Mailing
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.proof import parse_proof_addresses, post_proof
from newsletter.sending.reserve import reserve
from newsletter.sending.sweep import LONGEST_WAIT
from newsletter.smtp.sink import At, Rule, Script, Sink
from newsletter.smtp.url import parse_smtp_url
from newsletter.subscribers.models import ConsentSource, Subscription
from newsletter.subscribers.unsubscribe import unsubscribe
from newsletter.transports.transport_config import TransportConfig
from tests.factories import make_issue, make_publication
from tests.sending.checking import sweep
from tests.sending.conftest import READERS

Count = Callable[[], MailingTotals]


@pytest.fixture
def jobs_waiting(redis_url: str) -> Iterator[Callable[[], int]]:
    """How many bulk jobs wait; the queue is real and was empty before."""
    broker.connect(redis_url)

    def empty() -> None:
        assert broker.celery is not None
        with broker.celery.connection_for_write() as connection:
            for queue in Queue:
                connection.default_channel.client.delete(queue.value)

    empty()
    yield lambda: broker.waiting(Queue.BULK) or 0
    empty()


def change(runtime: Runtime, mailing_id: int, do: Callable[[Mailing, Session], object]) -> None:
    with runtime.session() as session:
        do(lock(session, mailing_id), session)
        session.commit()


def test_a_mailing_is_rung_for_once_for_each_process_and_not_again(
    runtime: Runtime, mailing_id: int, jobs_waiting: Callable[[], int]
) -> None:
    sweep(runtime.sessions, bulk_processes=3)
    assert jobs_waiting() == 3
    sweep(runtime.sessions, bulk_processes=3)
    assert jobs_waiting() == 3


def test_a_freeze_is_published_once(
    runtime: Runtime, scheduled: int, jobs_waiting: Callable[[], int]
) -> None:
    sweep(runtime.sessions, bulk_processes=3)
    assert jobs_waiting() == 1


def test_nobody_is_rung_for_what_is_paused_waits_or_is_done(
    runtime: Runtime,
    process: SendingProcess,
    mailing_id: int,
    jobs_waiting: Callable[[], int],
    sink: Sink,
) -> None:
    def wait(until: timedelta) -> Callable[[Mailing, Session], object]:
        return lambda mailing, _: setattr(mailing, "not_before", clock.now() + until)

    change(runtime, mailing_id, wait(timedelta(hours=1)))
    sweep(runtime.sessions, 1)
    assert jobs_waiting() == 0
    change(runtime, mailing_id, wait(LONGEST_WAIT * 2))
    sweep(runtime.sessions, 1)
    assert jobs_waiting() == 1, "no transport waits for so long: that was another clock"
    sink.script = Script([Rule(At.RCPT, code=451, recipient="reader3@*", times=1)])
    change(runtime, mailing_id, lambda mailing, _: setattr(mailing, "not_before", None))
    process.drain(mailing_id, seconds=30)
    _drop_jobs_waiting()
    sweep(runtime.sessions, 1)
    assert jobs_waiting() == 0, "its one retry is not due"
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        sweep(runtime.sessions, 1)
        assert jobs_waiting() == 1
        _drop_jobs_waiting()
        change(runtime, mailing_id, lambda _, session: control.pause(session, mailing_id, actor="test"))
        sweep(runtime.sessions, 1)
        assert jobs_waiting() == 0


def test_a_system_message_whose_bell_was_lost_is_rung_for_once(
    runtime: Runtime, jobs_waiting: Callable[[], int]
) -> None:
    with runtime.session() as session:
        issue = make_issue(session, make_publication(session))
        addresses = parse_proof_addresses("ana@readers.example bo@readers.example")
        post_proof(session, issue, addresses, runtime.links, actor="test")
        session.commit()
    _drop_jobs_waiting(Queue.TRANSACTIONAL)
    for _ in range(2):
        sweep(runtime.sessions, bulk_processes=3)
        assert broker.waiting(Queue.TRANSACTIONAL) == 2
    assert jobs_waiting() == 0


def test_a_request_whose_job_was_lost_is_published_once(
    runtime: Runtime, jobs_waiting: Callable[[], int]
) -> None:
    with runtime.session() as session:
        defer_password_reset(session, address=parse_address("ana@press.example"), locale="en", ip="192.0.2.7")
        session.commit()
    _drop_jobs_waiting(Queue.TRANSACTIONAL)
    sweep(runtime.sessions, bulk_processes=3)
    assert broker.waiting(Queue.TRANSACTIONAL) == 0, "a worker may be deciding it"
    with time_machine.travel(clock.now() + timedelta(seconds=6)):
        for _ in range(2):
            sweep(runtime.sessions, bulk_processes=3)
            assert broker.waiting(Queue.TRANSACTIONAL) == 1
    _drop_jobs_waiting(Queue.TRANSACTIONAL)


def _drop_jobs_waiting(queue: Queue = Queue.BULK) -> None:
    assert broker.celery is not None
    with broker.celery.connection_for_write() as connection:
        connection.default_channel.client.delete(queue.value)


def test_what_reached_its_end_unseen_is_ended(runtime: Runtime, mailing_id: int, count: Count) -> None:
    """The last who were left leave: their reservation finds nobody, and settles nothing."""
    with runtime.session() as session:
        for subscription in session.scalars(select(Subscription)):
            unsubscribe(session, subscription.id, source=ConsentSource.PAGE)
        mailing = lock(session, mailing_id)
        transport = TransportConfig("relay", "The relay", parse_smtp_url("smtp://localhost:25"))
        assert reserve(session, mailing, transport, 10, tally_dir=Path("unused"), host="here") is None
        session.commit()
    assert (count().state, count().excluded) == ("sending", {"unsubscribed": READERS})
    sweep(runtime.sessions, 1)
    assert count().state == "finished"
