"""A test message: the bytes of the mailing, marked, with links that do nothing."""

import email
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from typing import cast

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.issues import models
from newsletter.issues.compile import compile_issue
from newsletter.issues.delete import delete_draft
from newsletter.issues.example import subscriber_values
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.runtime import Runtime
from newsletter.sending.sweep import sweep
from newsletter.sending.test_message import parse_test_addresses, post_test_message
from newsletter.sending.transactional import GONE
from newsletter.smtp.sink import Options, Sink
from tests.factories import make_issue, make_publication, make_subscription
from tests.sending.mailroom import send_outbox

OWN = {"date", "message-id", "to", "subject", "list-unsubscribe"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(Options(keep_content=True)) as started:
        yield started


def parsed(content: bytes | None) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(content or b"", policy=policy.default))


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def posted(session: Session, links: Links, *addresses: str) -> Issue:
    publication = make_publication(session)
    make_subscription(session, publication, "ana@readers.example", name="Ana Petrović")
    issue = make_issue(session, publication)
    post_test_message(
        session, issue, parse_test_addresses(" ".join(addresses)), links, actor="ed@press.example"
    )
    session.commit()
    return issue


def test_the_bytes_are_those_of_the_mailing_but_for_the_mark(
    runtime: Runtime, session: Session, links: Links, sink: Sink
) -> None:
    issue = posted(session, links, "ana@readers.example", "desk@weekly.example")
    send_outbox(runtime, sink)
    first, second = (parsed(record.content) for record in sink.records)
    assert [record.recipient for record in sink.records] == ["ana@readers.example", "desk@weekly.example"]
    assert first["Subject"] == "[TEST] What happened this week: one"
    assert "Dear Ana, good morning." in html_of(first)
    assert "Dear reader, good morning." in html_of(second)
    assert first["Message-ID"] != second["Message-ID"]
    reader = make_subscription(
        session, issue.publication, "bo@readers.example", name="Ana Petrović"
    ).subscriber
    compiled = compile_issue(session, find_revision(session, issue), issue.publication, links)
    real = parsed(compiled.fill(subscriber_values(session, issue.publication, reader, links)))
    assert {name.lower() for name in first} == {name.lower() for name in real}
    assert [(name, first[name]) for name in first if name.lower() not in OWN] == [
        (name, real[name]) for name in real if name.lower() not in OWN
    ]
    tested = html_of(first).replace(links_in(first), links_in(real))
    assert without_tokens(tested) == without_tokens(html_of(real))


def links_in(message: EmailMessage) -> str:
    return str(message["List-Unsubscribe"]).strip("<>")


def without_tokens(html: str) -> str:
    import re

    return re.sub(r"/[up]/[\w-]+", "/x", html)


def test_its_links_name_nobody(runtime: Runtime, session: Session, links: Links, sink: Sink) -> None:
    posted(session, links, "ana@readers.example")
    send_outbox(runtime, sink)
    token = links_in(parsed(sink.records[0].content)).rpartition("/")[2]
    assert links.signer.read(Purpose.UNSUBSCRIBE, token).ids == (0, 0)


def test_what_is_sent_is_what_was_there_when_it_was_asked_for(
    runtime: Runtime, session: Session, links: Links, sink: Sink
) -> None:
    issue = posted(session, links, "desk@weekly.example")
    revision = find_revision(session, issue)
    revision.document = revision.document.replace("good morning", "good night")
    session.commit()
    send_outbox(runtime, sink)
    assert "good morning" in html_of(parsed(sink.records[0].content))


def test_the_sweep_finds_a_lost_doorbell_and_a_second_bell_sends_nothing(
    runtime: Runtime, session: Session, links: Links, sink: Sink
) -> None:
    posted(session, links, "desk@weekly.example")
    sweep(runtime.sessions, 1)
    send_outbox(runtime, sink)
    send_outbox(runtime, sink)
    assert len(sink.records) == 1
    session.expire_all()
    assert session.scalars(select(SystemMessage.state)).one() is MessageState.SENT


def test_of_a_deleted_issue_nothing_is_sent(
    runtime: Runtime, session: Session, links: Links, sink: Sink
) -> None:
    issue = posted(session, links, "desk@weekly.example")
    delete_draft(session, issue.id, actor="test")
    session.commit()
    send_outbox(runtime, sink)
    assert sink.records == []
    session.expire_all()
    message = session.scalars(select(SystemMessage)).one()
    assert (message.state, message.error) == (MessageState.FAILED, GONE)


def test_an_issue_that_cannot_be_rendered_is_refused_at_once(session: Session, links: Links) -> None:
    publication = make_publication(session, sender_email="")
    issue = make_issue(session, publication)
    with pytest.raises(Refused):
        post_test_message(session, issue, parse_test_addresses("a@b.example"), links, actor="test")
    assert session.scalars(select(models.TestMessage)).all() == []
