"""A test message: the bytes of the mailing, marked, with links that do nothing."""

import email
import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Missing, Refused
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.issues import models
from newsletter.issues.compile import compile_issue
from newsletter.issues.delete import delete_draft
from newsletter.issues.example import subscriber_values
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.runtime import Runtime
from newsletter.sending.proof import SAME_WITHIN, parse_proof_addresses, post_proof
from newsletter.sending.transactional import GONE
from newsletter.smtp.sink import Options, Sink
from tests.editions import WORDS, the_document
from tests.factories import make_issue, make_publication, make_subscription
from tests.sending.checking import sweep
from tests.sending.mailroom import send_outbox

OWN = {"date", "message-id", "to", "subject", "list-unsubscribe"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(Options(keep_content=True)) as started:
        yield started


def parsed(content: bytes | None) -> EmailMessage:
    return email.message_from_bytes(content or b"", policy=policy.default)


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def posted(session: Session, links: Links, *addresses: str) -> Issue:
    publication = make_publication(session)
    make_subscription(session, publication, "ana@readers.example", name="Ana Petrović")
    issue = make_issue(session, publication)
    post_proof(session, issue, parse_proof_addresses(" ".join(addresses)), links, actor="ed@press.example")
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
    assert "Dear <bdi>Ana</bdi>, good morning." in html_of(first)
    assert "Dear <bdi>reader</bdi>, good morning." in html_of(second)
    assert first["Message-ID"] != second["Message-ID"]
    reader = make_subscription(
        session, issue.publication, "bo@readers.example", name="Ana Petrović"
    ).subscriber
    compiled = compile_issue(session, find_revision(session, issue), issue.publication, links)
    real = parsed(compiled.fill(subscriber_values(session, issue.publication, reader, links)))
    assert {name.lower() for name in first} == {name.lower() for name in real}
    assert header_lines(first) == header_lines(real)
    tested = html_of(first).replace(links_in(first), links_in(real))
    assert without_tokens(tested) == without_tokens(html_of(real))


def header_lines(message: EmailMessage) -> list[tuple[str, str]]:
    """What is not the recipient's own; a boundary is made from the parts."""
    return [
        (name, re.sub('boundary="[^"]+"', "", message[name])) for name in message if name.lower() not in OWN
    ]


def links_in(message: EmailMessage) -> str:
    return str(message["List-Unsubscribe"]).strip("<>")


def without_tokens(html: str) -> str:
    html = re.sub(r"/(?:[up]|preview)/[\w-]+", "/x", html)
    return html.replace("/archive/weekly/one", "/x")  # it has no page yet: a preview stands in


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


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Enter an address"),
        (" , ;\n", "Enter an address"),
        ("ana@readers.example ana", "ana"),
        (" ".join(f"reader{n}@readers.example" for n in range(6)), "at most 5 addresses; you entered 6"),
    ],
)
def test_addresses_that_are_none_or_too_many_are_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        parse_proof_addresses(text)
    assert refused.value.code == "test_addresses"
    assert refused.value.fields == {"addresses": refused.value.message}


def test_an_address_that_is_written_twice_gets_one_copy() -> None:
    found = parse_proof_addresses("ana@readers.example; Ana@READERS.example,bo@readers.example")
    assert [address.email for address in found] == ["ana@readers.example", "bo@readers.example"]


def test_pressing_twice_sends_once_and_a_while_later_again(
    runtime: Runtime, session: Session, links: Links, sink: Sink
) -> None:
    issue = posted(session, links, "ana@readers.example", "bo@readers.example")

    def press(*addresses: str, actor: str = "ed@press.example") -> int:
        found = post_proof(session, issue, parse_proof_addresses(" ".join(addresses)), links, actor=actor).id
        session.commit()
        return found

    (first,) = session.scalars(select(models.ProofMessage.id))
    assert press("bo@readers.example", "ana@readers.example") == first, "in whatever order"
    send_outbox(runtime, sink)
    assert len(sink.records) == 2
    assert press("ana@readers.example") != first
    assert press("ana@readers.example", "bo@readers.example", actor="flo@press.example") != first
    with time_machine.travel(clock.now() + SAME_WITHIN):
        assert press("ana@readers.example", "bo@readers.example") != first


def test_of_an_edition_its_texts_are_sent(
    runtime: Runtime, session: Session, links: Links, sink: Sink
) -> None:
    issue = save_document(session, make_publication(session), the_document()).issue
    (address,) = parse_proof_addresses("bo@readers.example")
    with pytest.raises(Missing):
        post_proof(session, issue, [address], links, actor="ed@press.example", edition="it")
    post_proof(session, issue, [address], links, actor="ed@press.example", edition="DE")
    session.commit()
    send_outbox(runtime, sink)
    (record,) = sink.records
    assert WORDS["de"]["all"] in html_of(parsed(record.content))


def test_an_issue_that_cannot_be_rendered_is_refused_at_once(session: Session, links: Links) -> None:
    publication = make_publication(session, sender_email="")
    issue = make_issue(session, publication)
    with pytest.raises(Refused):
        post_proof(session, issue, parse_proof_addresses("a@b.example"), links, actor="test")
    assert session.scalars(select(models.ProofMessage)).all() == []
