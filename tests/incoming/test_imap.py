"""Mail from an IMAP mailbox: seen, committed, then moved; what fails in between loses and doubles nothing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.errors import OperatorMustAct, Retryable
from newsletter.curation.models import Entry
from newsletter.incoming import imap
from newsletter.incoming.imap import Polled, poll, read_imap_url
from newsletter.incoming.receive import Receiver
from newsletter.incoming.taker import Taker
from newsletter.runtime import Runtime
from tests.incoming.conftest import MAIL
from tests.servers.imap import ImapServer

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as started:
        yield started


@pytest.fixture
def receiver(runtime: Runtime) -> Receiver:
    return Receiver(runtime.sessions, runtime.links)


def mail(address: str, number: int = 1, header: str = "To") -> bytes:
    head = f"Return-Path: <ana@press.example>\r\n{header}: <{address}>\r\n"
    return head.encode() + MAIL % b"%d" % number


def count(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(Entry)).one()


@on_sqlite
@pytest.mark.parametrize("moves", [True, False])
def test_mail_is_taken_and_moved(receiver: Receiver, session: Session, address: str, moves: bool) -> None:
    with ImapServer(moves=moves) as server:
        taken = server.deliver(mail(address, header="Delivered-To"))
        server.deliver(mail("somebody@press.example"))
        server.deliver(b"nonsense without headers\r\n\r\n")
        assert poll(read_imap_url(server.url), receiver) == Polled(taken=1, refused=2)
        assert [server.count(name) for name in ("INBOX", "INBOX.Taken", "INBOX.Refused")] == [0, 1, 2]
        assert server.seen == {taken}
        assert poll(read_imap_url(server.url), receiver) == Polled()
    assert count(session) == 2


@on_sqlite
@pytest.mark.parametrize(
    "command",
    ["CAPABILITY", "LOGIN", "SELECT", "LIST", "CREATE", "SEARCH", "FETCH", "STORE", "(BODY.PEEK[])", "MOVE"],
)
def test_a_server_that_hangs_up_loses_and_doubles_nothing(
    server: ImapServer, receiver: Receiver, session: Session, address: str, command: str
) -> None:
    server.deliver(mail(address))
    server.faults.append(command)
    with pytest.raises(Retryable, match="The mailbox of IMAP_URL cannot be read"):
        poll(read_imap_url(server.url), receiver)
    assert server.count("INBOX") == 1
    assert poll(read_imap_url(server.url), receiver) == Polled(taken=1)
    assert (server.count("INBOX"), server.count("INBOX.Taken")) == (0, 1)
    assert count(session) == 2


@on_sqlite
def test_what_cannot_be_taken_now_stays(
    server: ImapServer, runtime: Runtime, session: Session, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(*_: object) -> None:
        raise Retryable("later", "Later.")

    server.deliver(mail(address))
    later = Receiver(runtime.sessions, runtime.links, [Taker("all", lambda *_: "all", take)])
    assert poll(read_imap_url(server.url), later) == Polled(later=1)
    assert server.count("INBOX") == 1
    monkeypatch.setattr(imap, "SIZE_LIMIT", 100)
    assert poll(read_imap_url(server.url), later) == Polled(refused=1)
    monkeypatch.setattr(imap, "TURN_SECONDS", -1.0)
    server.deliver(mail(address))
    assert poll(read_imap_url(server.url), later) == Polled()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "imaps://host",
        "http://a:b@host/",
        "imaps://a@host/",
        "imaps://a:b@/",
        "imaps://a:b@host:x/",
        "imap:[a",
    ],
)
def test_what_is_no_account_is_one_sentence(url: str) -> None:
    with pytest.raises(OperatorMustAct, match="write imaps://user:password@host/INBOX"):
        read_imap_url(url)


def test_the_account_of_a_url() -> None:
    account = read_imap_url("imaps://ana%40press.example:p%3Aw@mail.press.example/Lists%2FIn")
    assert (account.host, account.port, account.encrypted) == ("mail.press.example", 993, True)
    assert (account.username, account.password, account.folder) == ("ana@press.example", "p:w", "Lists/In")
    assert "p:w" not in repr(account)
