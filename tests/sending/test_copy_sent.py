"""What exactly somebody got is made again, byte for byte, whatever happened in between."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.mailings.models import Delivery, DeliveryRetry, Outcome
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.copy_sent import CopySent, find_copy
from newsletter.sending.drain import SendingProcess
from newsletter.smtp.dkim import Algorithm
from newsletter.smtp.sink import At, Options, Rule, Script, Sink
from newsletter.subscribers.models import Subscriber
from newsletter.transports.dkim_keys import activate, make_key
from tests.sending.conftest import READERS
from tests.sending.process import sending_processes
from tests.subscribers.moving import move


@pytest.fixture
def keeping() -> Sink:
    return Sink(Options(keep_content=True))


def copy_of(runtime: Runtime, mailing_id: int, number: int) -> CopySent:
    return find(runtime, mailing_id, f"Reader{number}@READERS.example")


def find(runtime: Runtime, mailing_id: int, email: str) -> CopySent:
    given = runtime.settings
    with runtime.session() as session:
        return find_copy(
            session,
            mailing_id,
            email,
            links=runtime.links,
            secrets=given.secrets,
            bounce_domain=given.bounce_domain,
        )


def test_every_copy_is_made_again_as_it_was_signed_and_sent(
    runtime: Runtime, session: Session, mailing_id: int, keeping: Sink
) -> None:
    secrets = runtime.settings.secrets
    sender = session.scalars(select(Publication.sender_email)).one()
    for algorithm in Algorithm:
        domain = sender.partition("@")[2]
        made = make_key(session, domain, algorithm.name.lower(), algorithm, secrets, actor="test")
        activate(session, made.key, secrets, None, actor="test")
    session.execute(update(Subscriber).where(Subscriber.id % 2 == 0).values(name="Žofie Nováková 🎉"))
    session.commit()
    with keeping as sink, sending_processes(runtime) as make_one:
        make_one(sink.url, 10).drain(mailing_id, seconds=30)
        got = {record.recipient: record.content for record in sink.records}
    assert len(got) == READERS
    with time_machine.travel(clock.now() + timedelta(days=400), tick=False):
        for number in range(1, READERS + 1):
            copy = copy_of(runtime, mailing_id, number)
            assert copy.eml == got[copy.address]
            assert copy.exact
            assert (copy.outcome, copy.address) == (Outcome.SENT, f"reader{number}@readers.example")
    assert b"DKIM-Signature" in copy.eml
    assert copy.html.startswith("<!DOCTYPE html>")
    assert "unsubscribe" in copy.text.lower()


def test_the_copy_of_whoever_changed_their_address_went_to_the_old_one(
    runtime: Runtime, session: Session, mailing_id: int, keeping: Sink
) -> None:
    with keeping as sink, sending_processes(runtime) as make_one:
        make_one(sink.url, 10).drain(mailing_id, seconds=30)
        got = {record.recipient: record.content for record in sink.records}
    old = copy_of(runtime, mailing_id, 1).address
    first, second = session.scalars(select(Subscriber.id).order_by(Subscriber.id).limit(2))
    move(session, first, "moved@readers.example")
    for email in (old, "moved@readers.example"):
        copy = find(runtime, mailing_id, email)
        assert (copy.address, copy.eml) == (old, got[old])
    move(session, second, old)  # somebody else has the address now
    assert find(runtime, mailing_id, old).eml == got[old]


def test_of_several_attempts_the_last_copy_is_shown(
    runtime: Runtime, session: Session, mailing_id: int, keeping: Sink
) -> None:
    keeping.script = Script([Rule(At.RCPT, code=451, recipient="reader2@*", times=1)])
    with keeping as sink, sending_processes(runtime) as make_one:
        process = make_one(sink.url, 10)
        process.drain(mailing_id, seconds=30)
        session.execute(update(DeliveryRetry).values(due=clock.now()))
        session.commit()
        with time_machine.travel(clock.now() + timedelta(minutes=5)):
            process.drain(mailing_id, seconds=30)
        got = {record.recipient: record.content for record in sink.records}
    assert copy_of(runtime, mailing_id, 2).eml == got["reader2@readers.example"]


def test_who_got_nothing_is_said(
    runtime: Runtime, session: Session, process: SendingProcess, mailing_id: int
) -> None:
    with pytest.raises(Missing, match=r"No copy of mailing 1 was sent to .*: pending"):
        copy_of(runtime, mailing_id, 1)
    with pytest.raises(Missing, match="has no delivery to"):
        copy_of(runtime, mailing_id, 99)
    with pytest.raises(Missing):
        copy_of(runtime, 99, 1)


def test_deliveries_of_earlier_versions_are_shown_as_well_as_they_can_be(
    runtime: Runtime, session: Session, process: SendingProcess, mailing_id: int
) -> None:
    process.drain(mailing_id, seconds=30)
    session.execute(update(Delivery).values(dated=None))
    session.commit()
    copy = copy_of(runtime, mailing_id, 1)
    assert not copy.exact
    assert b"<reader1@readers.example>" in copy.eml
