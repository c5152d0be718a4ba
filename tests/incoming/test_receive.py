"""A message is committed before it is answered; twice the same is once, and trouble means later."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.bounce_address import bounce_address, read_bounce_address
from newsletter.core.errors import DomainError, Limited, Missing, Refused
from newsletter.core.links import Links
from newsletter.curation.email_in.address import inbox_address, rotate_address, turn_off_address
from newsletter.curation.models import Entry, Via
from newsletter.incoming.connection import summary
from newsletter.incoming.inbox import INBOX
from newsletter.incoming.models import TakenMessage
from newsletter.incoming.receive import (
    KNOWN,
    LATER,
    REMEMBERED,
    TAKEN,
    TOO_MANY,
    UNKNOWN,
    UNREADABLE,
    Receiver,
)
from newsletter.incoming.taker import IncomingMessage, Taker
from newsletter.incoming.takers import TAKERS
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from tests.incoming.conftest import MAIL, SENDER


@pytest.fixture
def receiver(runtime: Runtime) -> Receiver:
    return Receiver(runtime.sessions, runtime.links)


def mail(number: int = 1, *, sender: str = SENDER, head: bytes = b"") -> IncomingMessage:
    return IncomingMessage(sender, head + MAIL % b"%d" % number)


def entries(session: Session) -> list[Entry]:
    session.expire_all()
    found = list(session.scalars(select(Entry).order_by(Entry.id)))
    session.rollback()
    return found


def test_links_of_a_mail_are_entries_of_the_inbox_once(
    receiver: Receiver, session: Session, address: str
) -> None:
    assert receiver.check_address(address.upper()) == KNOWN
    for _ in range(2):  # the answer was lost, and it is delivered again
        assert receiver.receive(address, mail()) == TAKEN
    first, second = entries(session)
    assert (first.url, second.url) == ("https://post.example/a", "https://post.example/b")
    assert (first.via, first.note, first.added_by) == (Via.EMAIL, "Two to read", "")
    assert first.sender == "Ana <ana@press.example>"


def test_what_came_again_after_an_entry_was_used_is_still_known(
    receiver: Receiver, session: Session, address: str
) -> None:
    receiver.receive(address, mail())
    session.execute(update(Entry).values(state="discarded"))
    session.commit()
    assert receiver.receive(address, mail()) == TAKEN
    assert len(entries(session)) == 2
    assert receiver.receive(address, mail(2)) == TAKEN  # another mail with the same links
    assert len(entries(session)) == 4


def test_an_old_address_and_one_that_is_off_are_unknown(
    receiver: Receiver, runtime: Runtime, session: Session, publication: Publication, address: str
) -> None:
    rotate_address(session, publication, actor="ana")
    session.commit()
    newer = inbox_address(runtime.links.signer, "mail.press.example", publication)
    assert (receiver.check_address(address), receiver.check_address(newer)) == (UNKNOWN, KNOWN)
    turn_off_address(session, publication, actor="ana")
    session.commit()
    assert inbox_address(runtime.links.signer, "x", publication) == ""
    assert receiver.check_address(newer) == UNKNOWN == receiver.receive(newer, mail())
    rotate_address(session, publication, actor="ana")
    session.commit()
    assert receiver.check_address(newer) == UNKNOWN
    assert entries(session) == []


@pytest.mark.parametrize("changed", ["inbox+@x", "inbox+aaaa@x", "news@press.example", "inbox", "", "ß+@ß"])
def test_nobody_can_make_an_address_up(receiver: Receiver, address: str, changed: str) -> None:
    assert receiver.check_address(changed) == UNKNOWN
    token = address.partition("+")[2].partition("@")[0]
    other = "a" if token[9] != "a" else "b"
    assert receiver.check_address(f"inbox+{token[:9]}{other}{token[10:]}@x") == UNKNOWN
    assert receiver.check_address(f"b+{token}@x") == UNKNOWN


@pytest.mark.parametrize(
    ("sender", "head"),
    [
        ("", b""),
        (SENDER, b"Auto-Submitted: auto-replied\r\n"),
        (SENDER, b"auto-submitted: Auto-Generated (rejected)\r\n"),
        (SENDER, b"List-Unsubscribe: <mailto:a@b.example>,\r\n <{url}/u/abc>\r\n"),
    ],
    ids=["bounce", "holiday", "report", "our own"],
)
def test_what_programs_and_we_wrote_is_taken_and_left_out(
    receiver: Receiver, session: Session, address: str, sender: str, head: bytes
) -> None:
    head = head.replace(b"{url}", receiver.links.public_url.encode())
    assert receiver.receive(address, mail(sender=sender, head=head)) == TAKEN
    assert entries(session) == []
    assert receiver.receive(address, mail(2, head=b"Auto-Submitted: no\r\n")) == TAKEN
    assert len(entries(session)) == 2


def test_too_many_in_an_hour_have_to_wait(
    receiver: Receiver, session: Session, publication: Publication, address: str
) -> None:
    assert INBOX.most_per_hour is not None
    session.add_all(
        TakenMessage(taker="inbox", recipient=str(publication.id), message_hash=str(number))
        for number in range(INBOX.most_per_hour)
    )
    session.commit()
    assert receiver.receive(address, mail()) == TOO_MANY
    session.execute(update(TakenMessage).values(taken_at=clock.now() - REMEMBERED))
    session.commit()
    assert receiver.receive(address, mail()) == TAKEN
    assert session.scalars(select(func.count()).select_from(TakenMessage)).one() == 1  # the old are forgotten


def test_a_bounce_address_is_known_by_a_taker_of_its_own(runtime: Runtime, address: str) -> None:
    """How bounces join: an address matcher that reads VERP, and what is done with a message."""
    taken: list[tuple[str, str]] = []

    def find(_session: Session, links: Links, asked: str) -> str:
        try:
            mailing_id, seq = read_bounce_address(links.signer, asked)
        except Missing:
            return ""
        return f"{mailing_id}:{seq}"

    def take(_session: Session, _links: Links, recipient: str, message: IncomingMessage) -> None:
        taken.append((recipient, message.sender))

    receiver = Receiver(runtime.sessions, runtime.links, [*TAKERS, Taker("bounces", find, take)])
    bounced = bounce_address(runtime.links.signer, "bounces.press.example", 41, 7)
    assert (receiver.check_address(bounced), receiver.check_address(address)) == (KNOWN, KNOWN)
    assert receiver.receive(bounced, mail(sender="")) == TAKEN
    assert receiver.receive(bounced, mail(sender="")) == TAKEN
    assert taken == [("41:7", "")]


@pytest.mark.parametrize(
    ("failure", "reply"),
    [
        (Refused("bad_mail", "No."), UNREADABLE),
        (Limited("busy", "Later."), LATER),
        (OperationalError("SELECT", None, Exception()), LATER),
        (RuntimeError("nobody thought of it"), LATER),
    ],
)
def test_a_taker_that_fails_leaves_nothing_behind(
    runtime: Runtime, session: Session, publication: Publication, failure: Exception, reply: str
) -> None:
    failures, publication_id = [failure], publication.id

    def take(session: Session, *_: object) -> None:
        session.add(
            Entry(publication_id=publication_id, via=Via.EMAIL, url="https://a.example", canonical_url="")
        )
        session.flush()
        if failures:
            raise failures.pop()

    receiver = Receiver(runtime.sessions, runtime.links, [Taker("all", lambda *_: "all", take)])
    assert receiver.receive("a@b.example", mail()) == reply
    assert entries(session) == []
    assert isinstance(failure, DomainError) or receiver.receive("a@b.example", mail()) == TAKEN


def test_a_database_that_is_away_means_later(runtime: Runtime, address: str) -> None:
    class Away:
        def __call__(self) -> Session:
            raise OperationalError("connect", None, Exception("no route"))

    receiver = Receiver(Away(), runtime.links)  # type: ignore[arg-type]
    assert receiver.check_address(address) == LATER == receiver.receive(address, mail())


def test_smtp_has_one_reply_for_all() -> None:
    assert summary(["250 a", "451 b", "550 c"]) == "451 b"
    assert summary(["550 c", "250 a"]) == "250 a"
    assert summary(["550 c", "554 d"]) == "550 c"
