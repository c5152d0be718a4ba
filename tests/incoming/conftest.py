"""A listener in this process, on a free port, with a real database behind it."""

import asyncio
import smtplib
import threading
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.curation.email_in.address import inbox_address
from newsletter.incoming.receive import Receiver
from newsletter.incoming.server import Listener
from newsletter.incoming.taker import Taker
from newsletter.incoming.takers import TAKERS
from newsletter.mailings.models import Delivery, Outcome
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from tests.factories import make_issue, make_publication
from tests.feedback.deliveries import World

Result = TypeVar("Result")

SENDER = "ana@press.example"
MAIL = (
    b"From: Ana <ana@press.example>\r\nSubject: Two to read\r\nMessage-ID: <%s@press.example>\r\n\r\n"
    b"https://post.example/a and https://post.example/b\r\n"
)


class Listening:
    """The listener; `port` is where."""

    def __init__(self, receiver: Receiver) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.listener = Listener(receiver, "mail.press.example")
        self.server = self.run(self.loop.create_server(self.listener.accept, "127.0.0.1", 0))
        self.port: int = self.server.sockets[0].getsockname()[1]

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)
        self.run(self.listener.finish())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(30)
        self.loop.close()

    @contextmanager
    def client(self) -> Iterator[smtplib.SMTP]:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            yield client


@contextmanager
def listening(runtime: Runtime, takers: Iterable[Taker] = TAKERS) -> Iterator[Listening]:
    started = Listening(Receiver(runtime.sessions, runtime.links, takers))
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    session.commit()
    return made


@pytest.fixture
def address(runtime: Runtime, publication: Publication) -> str:
    """The secret address of its inbox."""
    return inbox_address(runtime.links.signer, "mail.press.example", publication)


@pytest.fixture
def listener(runtime: Runtime) -> Iterator[Listening]:
    with listening(runtime) as started:
        yield started


def is_left_out_next_time(session: Session, world: World, runtime: Runtime) -> None:
    """See that the next mailing excludes the one reader there is, with the reason."""
    links = runtime.links
    mailing = schedule(session, make_issue(session, world.publication, "next"), None, links, actor="test")
    session.commit()
    freeze(runtime.sessions, mailing.id, links)
    session.expire_all()
    delivery = session.scalars(select(Delivery).where(Delivery.mailing_id == mailing.id)).one()
    assert (delivery.outcome, delivery.reason) == (Outcome.EXCLUDED, "suppressed")
