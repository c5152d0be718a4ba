"""Whoever was told that they have left gets nothing that is reserved later, whatever the database knew."""

import threading
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.smtp.sink import Sink
from newsletter.subscribers.models import ConsentSource, Subscriber, Subscription
from newsletter.subscribers.unsubscribe_spool import SpooledUnsubscribe, UnsubscribeSpool
from newsletter.transports.transport_config import TransportConfig
from tests.sending.conftest import READERS

Count = Callable[[], MailingTotals]


def leave(process: SendingProcess, runtime: Runtime, n: int) -> str:
    """The reader with this number unsubscribes while the database is away; their address."""
    with runtime.session() as session:
        subscription = select(Subscription.id, Subscriber.email).join(Subscription.subscriber)
        email = f"reader{n}@readers.example"
        subscription_id, _ = session.execute(subscription.where(Subscriber.email == email)).one()
    process.unsubscribes.keep(SpooledUnsubscribe(ConsentSource.ONE_CLICK, subscription_id))
    return email


def recipients(sink: Sink) -> set[str]:
    return {record.recipient for record in sink.records}


def test_what_waits_is_carried_out_before_anything_is_reserved(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    gone = {leave(process, runtime, n) for n in (1, READERS)}
    process.drain(mailing_id, seconds=30)
    assert process.unsubscribes.waiting() == []
    assert not recipients(sink) & gone
    assert (count().state, count().sent, sum(count().excluded.values())) == ("finished", READERS - 2, 2)


def test_one_that_comes_while_others_are_carried_out_is_waited_for(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    later = iter([2])

    class Busy(UnsubscribeSpool):
        def remove_unfinished(self) -> None:
            super().remove_unfinished()
            for n in later:
                leave(process, runtime, n)

    process.unsubscribes = Busy(runtime.settings.unsubscribe_dir)
    gone = {leave(process, runtime, 1), "reader2@readers.example"}
    process.drain(mailing_id, seconds=30)
    assert (count().sent, count().in_flight, sink.counts.messages) == (0, 0, 0)
    process.drain(mailing_id, seconds=30)
    assert not recipients(sink) & gone
    assert (count().state, count().sent) == ("finished", READERS - 2)


def test_one_that_comes_while_windows_are_reserved_lets_none_be(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with runtime.session() as session:
        first = session.scalars(select(Subscription.id).order_by(Subscription.id)).first() or 0
    read_transports, was_read = process.transports, threading.Event()

    def transports(session: Session) -> list[TransportConfig]:
        if not was_read.is_set():  # in the first transaction, before anything is reserved
            was_read.set()
            process.unsubscribes.keep(SpooledUnsubscribe(ConsentSource.ONE_CLICK, first))
        return read_transports(session)

    process.transports = transports
    process.drain(mailing_id, seconds=30)
    assert (count().sent, count().in_flight, sink.counts.messages) == (0, 0, 0)
    process.drain(mailing_id, seconds=30)
    assert "reader1@readers.example" not in recipients(sink)
    assert (count().state, count().sent) == ("finished", READERS - 1)
