"""A filter follows every link of every delivered copy: nobody's subscription changes, and nobody clicked."""

import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from newsletter.cli.serve.server import Server
from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.mailings.models import Delivery
from newsletter.publications.models import TrackingMode
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.smtp.sink import Options, Record, Sink
from newsletter.subscribers.models import ConsentRecord, Subscription, Suppression
from newsletter.tracking.intake import take_hits
from newsletter.tracking.models import EventKind, Label, TrackingCount, TrackingEvent
from newsletter.tracking.spool import HitSpool
from newsletter.tracking.stream import HitStream
from newsletter.web.tracking import tracking_of
from tests.delivered import urls_of
from tests.extent import usual
from tests.factories import make_issue, make_publication, make_readers
from tests.sending.process import sending_processes

READERS = usual(100, soak=1_000)
URLS = ("https://tide.example/mill", "https://ports.example/a?b=1&c=2")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LEFT_ALONE = (Subscription, ConsentRecord, Suppression)
AT_ONCE = 4  # connections of the filter


def deliver(session: Session, runtime: Runtime) -> list[Record]:
    """A mailing to readers of whom every second agreed to be told apart, sent an hour ago; what they got."""
    publication = make_publication(session)
    publication.tracking = TrackingMode.INDIVIDUAL
    for reader in make_readers(session, publication, READERS)[::2]:
        reader.tracking_consent_at = clock.now() - timedelta(days=1)
    issue = make_issue(session, publication, urls=URLS)
    mailing_id = schedule(session, issue, None, runtime.links, actor="test").id
    session.commit()
    assert freeze(runtime.sessions, mailing_id, runtime.links)
    with Sink(Options(keep_content=True)) as sink, sending_processes(runtime) as make_process:
        make_process(sink.url, 100).drain(mailing_id, seconds=60)
    # Filters look while a message arrives; that they are told by more than by their haste is shown here.
    session.execute(update(Delivery).values(dated=clock.now() - timedelta(hours=1)))
    session.commit()
    return sink.records


@contextmanager
def web_server(app: Flask) -> Iterator[int]:
    """The web server, in a thread; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(app, listener, threads=AT_ONCE)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.stop()
            thread.join()


def ask(connection: HTTPConnection, method: str, path: str) -> int:
    """The status of the answer to a browser, as filters call themselves; redirects are not followed."""
    connection.request(method, path, headers={"User-Agent": FIREFOX})
    with connection.getresponse() as answer:
        answer.read()
        return answer.status


def scan(port: int, links: Links, records: Sequence[Record]) -> Counter[int]:
    """HEAD, then GET of each of our links in each copy, one copy after the other; the answers by status.

    What stands in all copies alike is asked for once by each connection.
    """
    answers: list[Counter[int]] = []

    def scan_some(some: Sequence[Record]) -> None:
        statuses, known = Counter[int](), set[str]()
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        for record in some:
            urls = [url for url in urls_of(record.content or b"") if url not in known]
            known.update(urls)
            paths = [url.removeprefix(links.public_url) for url in urls]
            random.Random(record.recipient).shuffle(paths)
            assert all(path.startswith("/") for path in paths), paths
            statuses.update(ask(connection, method, path) for method in ("HEAD", "GET") for path in paths)
        connection.close()
        answers.append(statuses)

    threads = [threading.Thread(target=scan_some, args=(records[n::AT_ONCE],)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == AT_ONCE
    return sum(answers, Counter())


def left_alone(session: Session) -> list[list[Any]]:
    """What no filter may change."""
    rows = [session.execute(select(table.__table__)).all() for table in LEFT_ALONE]
    session.rollback()
    return [list(map(tuple, each)) for each in rows]


def fold(app: Flask, runtime: Runtime) -> None:
    """Fold what the web server saw."""
    tracking_of(app).flush()
    settings = runtime.settings
    stream, spool = HitStream(settings.effective_redis_url), HitSpool(settings.data_dir)
    take_hits(runtime.sessions, stream, spool, timedelta(0))


def clicks_of_people(session: Session) -> tuple[int, int]:
    """Events, and what the counts say of them."""
    session.rollback()
    is_click = TrackingEvent.kind == EventKind.CLICK, TrackingEvent.label == Label.PERSON
    counted = TrackingCount.kind == EventKind.CLICK, TrackingCount.label == Label.PERSON
    events = session.scalars(select(func.count()).select_from(TrackingEvent).where(*is_click)).one()
    counts = select(func.sum(TrackingCount.events)).where(*counted, TrackingCount.link_id == 0)
    counted_clicks = session.scalars(counts).one() or 0
    session.rollback()
    return events, counted_clicks


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_filter_that_follows_every_link_changes_nothing_and_is_nobody(
    session: Session, runtime: Runtime, links: Links, app: Flask
) -> None:
    records = deliver(session, runtime)
    assert len(records) == READERS
    before = left_alone(session)
    with web_server(app) as port:
        statuses = scan(port, links, records)
        assert set(statuses) == {200, 302}
        assert statuses[302] == READERS * 2 * (len(URLS) + 1)  # the one that nobody sees, too
        fold(app, runtime)
        assert left_alone(session) == before
        assert session.scalar(select(func.count(TrackingEvent.id))) == READERS * 2 * (len(URLS) + 2)
        assert clicks_of_people(session) == (0, 0)

        followed = next(url for url in urls_of(records[0].content or b"") if "/l/" in url)
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            assert ask(connection, "GET", followed.removeprefix(links.public_url)) == 302
            connection.close()
            fold(app, runtime)
    assert clicks_of_people(session) == (1, 1)
    assert left_alone(session) == before
