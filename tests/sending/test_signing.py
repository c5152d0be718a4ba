"""What leaves is signed, and verified by dkimpy, which nobody of us wrote: here, and behind real servers."""

import json
from collections.abc import Callable, Iterator

import dkim as dkimpy
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import outbox
from newsletter.core.addresses import parse_address
from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Control, Mailing
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.freeze import freeze
from newsletter.sending.proof import parse_proof_addresses, post_proof
from newsletter.sending.reserve import reserve
from newsletter.sending.schedule import schedule
from newsletter.smtp.dkim import Algorithm
from newsletter.smtp.sink import Options, Sink
from newsletter.transports.dkim_keys import activate, find_key, make_key, remove
from tests.factories import make_publication, make_subscription
from tests.processes import wait_until
from tests.sending.mailroom import send_outbox
from tests.servers.exim import Exim
from tests.servers.opensmtpd import OpenSmtpd
from tests.servers.postfix_relay import Postfix
from tests.servers.relay import RealServer

# What relays like to change: dots that begin a line, white space, long lines, lines as in a mailbox.
ODD = (
    'Dear {{ first_name | default: "reader" }},  good\tmorning.  \n\n.\n\n..two\n\nFrom here on\n\n'
    + "w" * 2_000
    + "\n\nŽižkov, 水曜日, 🎉"
)
NAMES = [
    "Ana",
    "Žofie  Nováková",
    "ليلى حداد",
    "Ana 🎉 mit einem Namen, der kein Ende hat",
    ".",
]

Verify = Callable[[bytes], list[bool]]


@pytest.fixture
def behind() -> Iterator[Sink]:
    """Where everything arrives at last."""
    with Sink(Options(keep_content=True)) as started:
        yield started


@pytest.fixture
def verify(session: Session, runtime: Runtime) -> Verify:
    """Makes both kinds of key for the senders' domain, active; says what dkimpy finds of each signature."""
    records: dict[str, bytes] = {}
    secrets = runtime.settings.secrets
    for algorithm in Algorithm:
        made = make_key(session, "weekly.example", algorithm.name.lower(), algorithm, secrets, actor="test")
        activate(session, made.key, secrets, None, actor="test")
        records[f"{made.name}."] = made.text.encode()
    session.commit()

    def found(content: bytes) -> list[bool]:
        message = dkimpy.DKIM(content)
        signatures = sum(name.lower() == b"dkim-signature" for name, _ in message.headers)
        return [
            message.verify(idx=place, dnsfunc=lambda name, **_: records[name.decode()])
            for place in range(signatures)
        ]

    return found


def odd_issue(session: Session) -> Issue:
    publication = make_publication(session)
    for number, name in enumerate(NAMES):
        make_subscription(session, publication, f"u{number}@example.org", name)
    section = {"id": "hello", "type": "text", "text": ODD}
    document = {"title": "Odd", "subject": 'A  week, {{ first_name | default: "ř" }}', "slug": "odd"}
    whole = {**document, "preheader": "All that relays like to change.", "sections": [section]}
    return save_document(session, publication, loads(json.dumps(whole)), author="test").issue


def frozen_mailing(runtime: Runtime) -> int:
    with runtime.session() as session:
        mailing = schedule(session, odd_issue(session), None, runtime.links, actor="test")
        session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)
        return mailing.id


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("server", [Postfix, Exim, OpenSmtpd], ids=lambda server: server.PACKAGE)
def test_signatures_hold_behind_a_real_server(
    server: type[RealServer],
    behind: Sink,
    runtime: Runtime,
    verify: Verify,
    make_process: Callable[..., SendingProcess],
) -> None:
    mailing_id = frozen_mailing(runtime)
    made = server(behind.port)
    try:
        made.start()
        make_process(smtp_url=made.url).drain(mailing_id, seconds=30)
        wait_until(lambda: len(behind.records) == len(NAMES), made.said, patience=60)
    finally:
        made.stop()
    assert {record.recipient for record in behind.records} == {f"u{n}@example.org" for n in range(len(NAMES))}
    for record in behind.records:
        assert record.content is not None
        assert record.content.startswith(b"Received: "), "it was not on the way"
        assert verify(record.content) == [True, True], record.content


def test_test_messages_are_signed(runtime: Runtime, session: Session, behind: Sink, verify: Verify) -> None:
    issue = odd_issue(session)
    post_proof(session, issue, parse_proof_addresses("u1@example.org"), runtime.links, actor="test")
    session.commit()
    assert send_outbox(runtime, behind) == [MessageState.SENT]
    assert [verify(record.content or b"") for record in behind.records] == [[True, True]]


def confirmation(session: Session) -> None:
    outbox.post(
        session,
        kind="confirmation",
        recipient=parse_address("ana@example.org"),
        publication_id=make_publication(session).id,
        locale="de",
        facts={"subscription_id": 12},
    )
    session.commit()


def test_system_messages_are_signed(runtime: Runtime, session: Session, behind: Sink, verify: Verify) -> None:
    confirmation(session)
    assert send_outbox(runtime, behind) == [MessageState.SENT]
    assert [verify(record.content or b"") for record in behind.records] == [[True, True]]


@pytest.mark.usefixtures("verify")
def test_a_system_message_waits_for_a_key_that_cannot_be_read(
    runtime: Runtime, session: Session, behind: Sink
) -> None:
    confirmation(session)
    assert send_outbox(runtime, behind, ["another secret"]) == [MessageState.WAITING]
    assert behind.records == []
    with runtime.session() as later:
        message = later.scalars(select(SystemMessage)).one()
        assert message.error.startswith("The DKIM key of weekly.example cannot be read")


@pytest.mark.usefixtures("verify")
def test_a_mailing_is_held_for_a_key_that_cannot_be_read(
    runtime: Runtime, session: Session, behind: Sink, make_process: Callable[..., SendingProcess]
) -> None:
    mailing_id = frozen_mailing(runtime)
    process = make_process(smtp_url=behind.url)
    process.secrets = ["another secret"]
    assert not process.drain(mailing_id, seconds=30)
    with runtime.session() as later:
        mailing = later.get_one(Mailing, mailing_id)
        assert mailing.control is Control.PAUSE
        assert "The DKIM key of weekly.example cannot be read" in mailing.held_reason
    assert behind.records == []

    for key_id in (1, 2):
        remove(session, find_key(session, key_id), actor="test")
    control.resume(session, mailing_id, actor="test")
    session.commit()
    process.drain(mailing_id, seconds=30)
    assert len(behind.records) == len(NAMES)
    assert not any(b"DKIM-Signature" in (record.content or b"") for record in behind.records)


@pytest.mark.usefixtures("verify")
def test_a_mailing_that_is_being_cancelled_stays_so_whatever_cannot_be_read(
    runtime: Runtime, session: Session, behind: Sink, make_process: Callable[..., SendingProcess]
) -> None:
    mailing_id = frozen_mailing(runtime)
    process = make_process(smtp_url=behind.url)
    mailing = lock(session, mailing_id)
    transport = process.transports(session)[0]
    in_flight = reserve(session, mailing, transport, 2, tally_dir=process.tally_dir, host=process.host)
    control.cancel(session, mailing_id, actor="test")
    session.commit()
    assert in_flight is not None
    process.secrets = ["another secret"]
    process.drain(mailing_id, seconds=30)
    in_flight.tally.discard()
    session.expire_all()
    assert session.get_one(Mailing, mailing_id).control is Control.CANCEL
