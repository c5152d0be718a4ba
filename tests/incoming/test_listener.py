"""The listener as mail servers meet it: SMTP and LMTP, refusals, limits, and its end."""

import smtplib
import socket
import time

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Retryable
from newsletter.curation.models import Entry
from newsletter.incoming import connection, server
from newsletter.incoming.receive import LATER, TAKEN
from newsletter.incoming.taker import SIZE_LIMIT, Taker
from newsletter.runtime import Runtime
from tests.incoming.conftest import MAIL, SENDER, Listening, listening

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def count(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(Entry)).one()


def talk(listener: Listening, *lines: bytes) -> list[bytes]:
    """Send everything at once, and read until the listener closes."""
    with socket.create_connection(("127.0.0.1", listener.port), timeout=30) as client:
        client.sendall(b"\r\n".join([*lines, b"QUIT", b""]))
        return b"".join(iter(lambda: client.recv(65_536), b"")).splitlines()


def test_smtp_takes_mail_and_refuses_strangers(listener: Listening, session: Session, address: str) -> None:
    with listener.client() as client:
        assert client.sendmail(SENDER, [address, "x@press.example"], MAIL % b"1") == {
            "x@press.example": (550, b"5.1.1 nobody here has this address")
        }
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail(SENDER, ["x@press.example"], MAIL % b"2")
        assert client.sendmail("", [address], MAIL % b"3") == {}  # the null sender
        assert client.vrfy(address)[0] == 252
    assert count(session) == 2


def test_lmtp_answers_for_each_recipient(runtime: Runtime) -> None:
    def take(_session: object, _links: object, recipient: str, _message: object) -> None:
        if recipient == "later@a.example":
            raise Retryable("later", "Later.")

    with listening(runtime, [Taker("all", lambda _s, _l, address: address, take)]) as listener:
        lines = talk(
            listener,
            *(b"LHLO mx.example", b"MAIL FROM:<a@b.example>", b"RCPT TO:<x@a.example>"),
            *(b"RCPT TO:<later@a.example>", b"DATA", b"Subject: Hi", b"", b"..", b"."),
        )
        assert [line.decode() for line in lines[-4:-1]] == [
            "354 End data with <CR><LF>.<CR><LF>",
            TAKEN,
            LATER,
        ]
        with listener.client() as client, pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@b.example", ["y@a.example", "later@a.example"], b"Subject: Ho\r\n\r\n")
        assert refused.value.smtp_code == 451


def test_what_is_too_large_is_refused_for_each_recipient(
    listener: Listening, session: Session, address: str
) -> None:
    with listener.client() as client, pytest.raises(smtplib.SMTPSenderRefused) as told:
        client.sendmail(SENDER, [address], b"x" * (SIZE_LIMIT + 100))  # it says the size
    assert told.value.smtp_code == 552
    large = b"\r\n".join([b"x" * 1_000] * (SIZE_LIMIT // 1_000))
    lines = talk(
        listener,
        *(b"LHLO mx.example", b"MAIL FROM:<a@b.example>", b"RCPT TO:<%s>" % address.encode()),
        *(b"RCPT TO:<%s>" % address.upper().encode(), b"DATA", large, b"."),
        *(b"MAIL FROM:<a@b.example>", b"RCPT TO:<%s>" % address.encode(), b"DATA", MAIL % b"1", b"."),
    )
    assert [line[:9] for line in lines].count(b"552 5.3.4") == 2
    assert TAKEN.encode() in lines
    assert count(session) == 2


def test_messages_share_a_bounded_room(
    listener: Listening, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ROOM", 100_000)
    with listener.client() as slow, listener.client() as client:
        slow.ehlo()
        slow.mail(SENDER)
        slow.rcpt(address)
        slow.docmd("DATA")
        slow.send(b"a.\r\n" + b"x" * 70_000 + b"a.\r\n")
        while not any(each.reserved > 70_000 for each in listener.listener.connections):
            time.sleep(0.01)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(SENDER, [address], b"x\r\n" * 20_000)
        assert refused.value.smtp_code == 452
        slow.send(b"\r\n.\r\n")
        assert slow.getreply()[0] == 250


def test_one_connection_too_many_is_told_so(listener: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 1)
    with listener.client() as first:
        first.noop()
        with pytest.raises(smtplib.SMTPConnectError) as refused, listener.client():
            pass
        assert refused.value.smtp_code == 421
    assert talk(listener, b"NOOP")[-1].startswith((b"221", b"421"))


def test_who_is_silent_is_left(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.2)
    with listening(runtime) as listener:
        with socket.create_connection(("127.0.0.1", listener.port), timeout=30) as client:
            client.sendall(b"EHLO mx.exam")
            assert b"".join(iter(lambda: client.recv(1_000), b"")).startswith(b"220 ")
        assert not listener.listener.connections


def test_a_message_that_is_cut_off_is_not_taken(listener: Listening, session: Session, address: str) -> None:
    with socket.create_connection(("127.0.0.1", listener.port), timeout=30) as client:
        head = (b"EHLO a", b"MAIL FROM:<a@b.example>", b"RCPT TO:<%s>" % address.encode(), b"DATA")
        client.sendall(b"\r\n".join([*head, (MAIL % b"1")[:-9]]))
        while not any(each.reserved or each.is_busy for each in listener.listener.connections):
            time.sleep(0.01)
    while listener.listener.connections:
        time.sleep(0.01)
    assert count(session) == 0


def test_a_loop_and_nonsense_end(listener: Listening, session: Session, address: str) -> None:
    looped = b"Received: from a by b\r\n" * 51 + MAIL % b"1"
    with listener.client() as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail(SENDER, [address], looped)
    assert refused.value.smtp_code == 554
    replies = talk(listener, b"\xff\xfe\x00", b"MAIL FROM", b"DATA", b"LHLO", b"RCPT TO:<a@b>", b"x" * 9_000)
    assert {line[:1] for line in replies[1:-1]} <= {b"5"}
    nested = b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n"
    deep = b"".join(nested % (number, number) for number in range(3_000))
    with listener.client() as client:
        client.sendmail(SENDER, [address], deep)  # read as far as seconds allow: no link is there
    assert count(session) == 0


def test_a_message_under_way_is_taken_before_the_end(
    runtime: Runtime, session: Session, address: str
) -> None:
    with listening(runtime) as listener, listener.client() as idle, listener.client() as busy:
        idle.noop()
        busy.ehlo()
        busy.mail(SENDER)
        busy.rcpt(address)
        busy.docmd("DATA")
        listener.listener.stopping = True
        busy.send(MAIL % b"1" + b".\r\n")
        assert busy.getreply()[0] == 250
        assert busy.getreply()[0] == 421
    assert count(session) == 2
