"""A sink that records, a process that sends into it, and a mailing ready to be drained."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Delivery, Mailing, SendWindow
from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.sending.freeze import freeze
from newsletter.sending.reserve import Window, reserve
from newsletter.sending.schedule import schedule
from newsletter.sending.settle import settle
from newsletter.smtp.sink import Sink
from tests.factories import make_issue, make_publication, make_readers
from tests.prepared import prepared
from tests.sending.process import sending_processes

READERS = 25
PAUSES = (0.02, 0.05)  # seconds; whether a relay is back after some is nothing these tests wait for


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as started:
        yield started


@pytest.fixture
def make_process(runtime: Runtime, sink: Sink) -> Iterator[Callable[..., SendingProcess]]:
    with sending_processes(runtime, PAUSES) as make_one:

        def make(window_size: int = 10, smtp_url: str = "") -> SendingProcess:
            return make_one(smtp_url or sink.url, window_size)

        yield make


@pytest.fixture
def reserve_window(
    runtime: Runtime, process: SendingProcess, mailing_id: int
) -> Iterator[Callable[[int], Window]]:
    """Reserves windows and leaves them to the test."""
    made: list[Window] = []

    def one(size: int = 10) -> Window:
        with runtime.session() as session:
            mailing = lock(session, mailing_id)
            transport = process.transports(session)[0]
            window = reserve(
                session, mailing, transport, size, tally_dir=process.tally_dir, host=process.host
            )
            session.commit()
        assert window is not None
        made.append(window)
        return window

    yield one
    for window in made:
        window.tally.discard()


@pytest.fixture
def settles(runtime: Runtime) -> Callable[[Window], None]:
    """Its holder settles a window; it may be told that the commit failed, and come again."""

    def one(window: Window) -> None:
        with runtime.session() as session:
            settle(session, lock(session, window.mailing_id), window.id, window.tally.lines())
            session.commit()

    return one


@pytest.fixture
def process(make_process: Callable[..., SendingProcess]) -> SendingProcess:
    return make_process()


@pytest.fixture
def scheduled(runtime: Runtime) -> int:
    """A mailing to `READERS` readers, due now, not frozen yet."""
    return prepared(runtime.engine, "scheduled", partial(schedule_to_readers, runtime))


def schedule_to_readers(runtime: Runtime) -> int:
    """A publication with `READERS` readers, and a mailing to them that is due now."""
    with runtime.session() as session:
        publication = make_publication(session)
        make_readers(session, publication, READERS)
        mailing = schedule(session, make_issue(session, publication), None, runtime.links, actor="test")
        session.commit()
        return mailing.id


@pytest.fixture
def mailing_id(runtime: Runtime) -> int:
    """A frozen mailing to `READERS` readers."""

    def freeze_one() -> int:
        scheduled = schedule_to_readers(runtime)
        assert freeze(runtime.sessions, scheduled, runtime.links)
        return scheduled

    return prepared(runtime.engine, "frozen", freeze_one)


@pytest.fixture
def count(runtime: Runtime, mailing_id: int) -> Callable[[], MailingTotals]:
    """The mailing's accounts, which always add up and agree with the deliveries themselves."""

    def read() -> MailingTotals:
        with runtime.session() as session:
            return checked(session, mailing_id)

    return read


def checked(session: Session, mailing_id: int) -> MailingTotals:
    """The accounts, after holding every one of their numbers against the deliveries."""
    totals = read_totals(session, mailing_id)
    assert totals.add_up, totals
    flying = {
        seq
        for window in session.scalars(select(SendWindow).where(SendWindow.mailing_id == mailing_id))
        for seq in window.seqs
    }
    rows = session.execute(
        select(Delivery.outcome, func.count())
        .where(Delivery.mailing_id == mailing_id, Delivery.seq.not_in(flying))
        .group_by(Delivery.outcome)
    ).all()
    by_outcome = {row[0].value: row[1] for row in rows}
    assert by_outcome.pop("excluded", 0) == sum(totals.excluded.values())
    told = {name: getattr(totals, name) for name in ("pending", "sent", "rejected", "retry", "unanswered")}
    assert by_outcome == {name: n for name, n in told.items() if n}
    assert totals.in_flight == len(flying)
    mailing = session.get_one(Mailing, mailing_id)
    assert totals.candidates == mailing.candidates
    return totals
