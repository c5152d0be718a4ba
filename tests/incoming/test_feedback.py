"""What comes back by mail: bounces, complaints, requests to leave, answers of people."""

import os
import signal
import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.unsubscribe_address import UNSUBSCRIBE_PREFIX, unsubscribe_token
from newsletter.feedback.forward import MOST_PER_HOUR
from newsletter.feedback.models import Consequence, FeedbackRecord
from newsletter.incoming.imap import Polled, poll, read_imap_url
from newsletter.incoming.receive import LATER, TAKEN, UNKNOWN, Receiver
from newsletter.incoming.taker import IncomingMessage
from newsletter.outbox.models import SystemMessage
from newsletter.runtime import Runtime
from newsletter.sending import failpoints
from newsletter.subscribers.models import ConsentRecord, Subscription
from tests.feedback.deliveries import World, bounce, complaint
from tests.incoming.conftest import listening
from tests.servers.imap import ImapServer

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ANSWER = (
    b"From: Ana <ana@readers.example>\r\nTo: editor@weekly.example\r\nSubject: =?utf-8?q?Sch=C3=B6n?=\r\n"
    b"Message-ID: <answer-%d@readers.example>\r\n\r\nThank you for the piece about the mill.\r\n"
)
# Where a poller may be killed, in their order.
STEPS = (
    *("mailbox.seen", "mailbox.fetched", "feedback.judged", "feedback.committing"),
    *("mailbox.taken", "mailbox.moved"),
)


@pytest.fixture
def world(session: Session, links: Links) -> World:
    return World(session, links)


@pytest.fixture
def receiver(runtime: Runtime) -> Receiver:
    return Receiver(runtime.sessions, runtime.links)


def count(session: Session, table: type) -> int:
    session.rollback()
    counted = session.scalars(select(func.count()).select_from(table)).one()
    session.rollback()
    return counted


def test_a_bounce_to_the_return_path_suppresses_once(world: World, runtime: Runtime) -> None:
    to = world.return_path(world.mail())
    with listening(runtime) as listener, listener.client() as client:
        for _copy in range(2):
            assert client.sendmail("", [to], bounce(to)) == {}
    suppression = world.suppression
    assert suppression is not None
    assert suppression.note == "user_unknown 5.1.1: 550 5.1.1 User unknown"
    assert count(world.session, FeedbackRecord) == 1


@on_sqlite
def test_a_token_that_was_made_up_is_refused_at_the_door(world: World, receiver: Receiver) -> None:
    to = world.return_path(world.mail())
    for position in range(2, to.index("@"), 5):
        changed = to[:position] + ("a" if to[position] != "a" else "b") + to[position + 1 :]
        assert receiver.receive(changed, IncomingMessage("", bounce(to))) == UNKNOWN
    assert world.suppression is None


@on_sqlite
def test_a_complaint_is_known_by_the_link_in_what_it_returns(world: World, receiver: Receiver) -> None:
    link = world.links.unsubscribe(world.reader.id, world.mail().mailing_id)
    message = IncomingMessage("fbl@provider.example", complaint(link))
    assert receiver.receive("Complaints@weekly.example", message) == TAKEN
    assert world.suppression is not None
    assert world.suppression.reason == "complaint"


@on_sqlite
def test_mail_to_the_unsubscribe_address_ends_the_subscription(world: World, receiver: Receiver) -> None:
    token = unsubscribe_token(world.links.signer, world.reader.id, world.mail().mailing_id)
    to = f"{UNSUBSCRIBE_PREFIX}{token.upper()}@weekly.example"
    assert receiver.receive(to, IncomingMessage("", b"Subject: bounce\r\n\r\n")) == TAKEN
    assert world.session.get_one(Subscription, world.reader.id).state == "active"
    world.session.rollback()
    for number in b"12":
        request = IncomingMessage("ana@readers.example", b"Message-ID: <%d@x.example>\r\n\r\n" % number)
        assert receiver.receive(to, request) == TAKEN
    world.session.expire_all()
    assert world.session.get_one(Subscription, world.reader.id).ended_reason == "unsubscribed"
    assert world.session.scalars(select(ConsentRecord.source)).all() == ["mail"]
    world.session.rollback()
    assert receiver.receive(to.replace("@", "A@"), request) == UNKNOWN


@on_sqlite
def test_an_answer_of_a_person_is_forwarded_and_never_in_circles(world: World, receiver: Receiver) -> None:
    to = world.return_path(world.mail())
    ours = ANSWER.replace(b"ana@readers.example", b"desk@weekly.example")
    for head, forwarded in (
        (b"", True),
        (b"Auto-Submitted: auto-replied\r\n", False),
        (b"X-Auto-Response-Suppress: All\r\n", False),
        (b"List-Unsubscribe: <%s/u/x>\r\n" % world.links.public_url.encode(), False),
    ):
        before, number = (count(world.session, table) for table in (SystemMessage, FeedbackRecord))
        message = IncomingMessage("ana@readers.example", head + ANSWER % number)
        assert receiver.receive("editor@weekly.example", message) == TAKEN
        assert count(world.session, SystemMessage) - before == forwarded
    world.session.rollback()
    receiver.receive(to, IncomingMessage("desk@weekly.example", ours % 90))
    posted = world.session.scalars(select(SystemMessage)).one()
    assert posted.recipient == "desk@weekly.example"
    assert posted.facts == {
        "reply_to": "ana@readers.example",
        "subject": "Schön",
        "text": "Thank you for the piece about the mill.",
    }
    world.session.rollback()
    for number in range(100, 100 + MOST_PER_HOUR):
        receiver.receive(to, IncomingMessage("ana@readers.example", ANSWER % number))
    assert count(world.session, SystemMessage) == MOST_PER_HOUR
    kept = world.session.scalars(select(FeedbackRecord).where(FeedbackRecord.kind == "reply")).all()
    assert sum(record.consequence is Consequence.FORWARDED for record in kept) == MOST_PER_HOUR
    assert all(record.evidence_id for record in kept)


@on_sqlite
def test_what_cannot_be_read_is_kept_and_nothing_follows(world: World, receiver: Receiver) -> None:
    to = world.return_path(world.mail())
    for number, raw in enumerate((b"", b"\0\xff" * 1000, b"Content-Type: multipart/report\r\n" * 200)):
        assert receiver.receive(to, IncomingMessage("", raw + b"%d" % number)) == TAKEN
    assert {record.kind for record in world.session.scalars(select(FeedbackRecord))} == {"unknown"}
    assert world.suppression is None


@on_sqlite
@pytest.mark.parametrize("place", STEPS)
def test_a_poller_that_is_killed_loses_and_doubles_nothing(
    world: World, runtime: Runtime, receiver: Receiver, place: str
) -> None:
    to = world.return_path(world.mail())
    with ImapServer() as server:
        server.deliver(bounce(to))
        account = read_imap_url(server.url)
        runtime.close()
        child = os.fork()
        if not child:
            failpoints.arm(f"{place}=kill")
            poll(account, receiver)
            os._exit(0)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        is_moved = place == "mailbox.moved"
        assert server.count("INBOX") == (not is_moved)
        assert poll(account, receiver) == (Polled() if is_moved else Polled(taken=1))
        assert (server.count("INBOX"), server.count("INBOX.Taken")) == (0, 1)
    assert count(world.session, FeedbackRecord) == 1
    assert world.suppression is not None


def test_two_take_the_same_message_at_once(world: World, receiver: Receiver) -> None:
    to = world.return_path(world.mail())
    begin, replies = threading.Barrier(4), []

    def take() -> None:
        begin.wait()
        replies.append(receiver.receive(to, IncomingMessage("", bounce(to))))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(replies) <= {TAKEN, LATER}
    assert TAKEN in replies
    assert count(world.session, FeedbackRecord) == 1
    assert world.suppression is not None
