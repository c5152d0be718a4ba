"""A test message that arrives in the mailbox that we read confirms the sender; what is forged does not."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.incoming.imap import Polled, poll, read_imap_url
from newsletter.incoming.receive import Receiver
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.preflight.sender_checks.report import SenderReport
from newsletter.runtime import Runtime
from newsletter.sending.proof import post_proof, proof_values
from tests.factories import make_issue, make_publication
from tests.servers.imap import ImapServer

OURS = "Authentication-Results: mx.b.org; spf=pass; dkim=pass header.d=press.org; dmarc=pass"
FROM = "From: The Desk <desk@press.org>"


@pytest.fixture
def message_id(session: Session, runtime: Runtime) -> str:
    """That of a test message that was sent to the mailbox."""
    publication = make_publication(session, sender_email="desk@press.org")
    issue = make_issue(session, publication)
    report = SenderReport("press.org", "press.org", ()).as_json()
    session.add(SenderCheck(domain="press.org", due_at=clock.now(), checked_at=clock.now(), report=report))
    session.commit()
    post_proof(session, issue, [parse_address("box@b.org")], runtime.links, actor="ana")
    message = session.scalars(select(SystemMessage)).one()
    message.state, message.sent_at = MessageState.SENT, clock.now()
    session.commit()
    return proof_values(session, message, publication, runtime.links)["message_id"]


def result(runtime: Runtime, session: Session, *headers: str, url: str = "?authserv-id=mx.B.org") -> str:
    """What is known of the self-test after a message with `headers` was in the mailbox."""
    session.rollback()  # on SQLite, whoever only reads holds up others, too
    with ImapServer() as server:
        server.deliver("\r\n".join(["Delivered-To: box@b.org", *headers, "", "Text", ""]).encode())
        polled = poll(read_imap_url(server.url + url), Receiver(runtime.sessions, runtime.links))
        test = session.get_one(SenderCheck, "press.org", populate_existing=True).self_test
        session.rollback()
        assert polled == (Polled(taken=1) if test else Polled(refused=1))
    return f"{test['server']} {test['dmarc']} {test['signer']}" if test else ""


def test_what_the_server_of_the_mailbox_says_is_taken(
    runtime: Runtime, session: Session, message_id: str
) -> None:
    headers = (OURS, FROM, f"Message-ID: <{message_id}>")
    assert result(runtime, session, *headers, url="") == ""  # nobody says whose results to believe
    assert result(runtime, session, *headers) == "mx.b.org pass press.org"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_before_the_dns_was_checked_it_is_refused(
    runtime: Runtime, session: Session, message_id: str
) -> None:
    session.get_one(SenderCheck, "press.org").report = {}
    session.commit()
    assert result(runtime, session, OURS, FROM, f"Message-ID: <{message_id}>") == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_forged_changes_nothing(runtime: Runtime, session: Session, message_id: str) -> None:
    ours = f"Message-ID: <{message_id}>"
    other = OURS.replace("mx.b.org", "mx.evil.org")
    for headers in (
        (FROM, ours, OURS),  # below the message's own headers: it came with them
        (other, OURS, FROM, ours),  # only the topmost is the receiver's
        (OURS, FROM, f"Message-ID: <1{message_id}>"),
        (OURS, "From: desk@evil.org", ours),  # passes for whoever it is, not for us
        (OURS, FROM, "From: desk@evil.org", ours),
        (OURS, FROM, ours, ours),
        ("ARC-" + OURS, FROM, ours),
    ):
        assert result(runtime, session, *headers) == "", headers
