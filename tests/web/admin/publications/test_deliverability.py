"""The page that says what the DNS knows about a publication's sender."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.preflight.sender_checks.check import EVERY, SenderContext, check_sender
from newsletter.preflight.sender_checks.identity import OurMail
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.proof import post_proof, proof_values
from newsletter.sending.self_test import YOUNG
from tests.databases import both_databases
from tests.factories import make_issue
from tests.web.admin.publications.conftest import tree, words
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/deliverability"
HOSTILE = "<script>alert(1)</script>"
RECORDS = {
    ("news.press.org", "TXT"): ["v=spf1 ip4:192.0.2.1 -all", HOSTILE],
    ("press.org", "SOA"): ["ns.press.org"],
}


def lookup(name: str, kind: str = "TXT", /) -> list[str]:
    return RECORDS.get((name, kind), [])


def lights(client: SignedIn) -> list[str]:
    found = tree(client.get(PAGE)).cssselect(".sender-lights dt .state")
    return [light.text_content().strip() for light in found]


@both_databases
def test_what_a_worker_found_is_shown_with_what_to_publish(
    admin_client: SignedIn, session: Session, runtime: Runtime, publication: Publication
) -> None:
    publication.sender_email = "desk@news.press.org"
    session.commit()
    assert lights(admin_client) == ["Cannot tell"] * 3
    assert "has not been checked yet" in words(admin_client.get(PAGE))
    assert check_sender(SenderContext(runtime.sessions, lookup, OurMail(["x" * 32])))
    assert lights(admin_client) == ["Needs attention", "Cannot tell", "Cannot tell"]
    texts = [box.text for box in tree(admin_client.get(PAGE)).cssselect("textarea[readonly]")]
    assert texts == [
        "_dmarc.news.press.org",
        "_dmarc.news",
        "v=DMARC1; p=none; rua=mailto:dmarc@news.press.org",
    ]
    assert HOSTILE not in admin_client.get(PAGE).text


GOOD = RECORDS | {
    ("news.press.org", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
    ("_dmarc.press.org", "TXT"): ["v=DMARC1; p=none; rua=mailto:d@press.org"],
}
RESULTS = "mx.b.org; spf=pass; dkim=pass header.d=press.org; dmarc=pass"


@pytest.fixture
def message_id(session: Session, runtime: Runtime, publication: Publication) -> str:
    """That of a test message that was sent; the DNS has good records, and nobody signs here."""
    publication.sender_email = "desk@news.press.org"
    issue = make_issue(session, publication)
    session.commit()
    post_proof(session, issue, [parse_address("ana@press.org")], runtime.links, actor="ana")
    message = session.scalars(select(SystemMessage)).one()
    message.state, message.sent_at = MessageState.SENT, clock.now()
    session.commit()
    ask(runtime, session, GOOD)
    return proof_values(session, message, publication, runtime.links)["message_id"]


def ask(runtime: Runtime, session: Session, records: dict[tuple[str, str], list[str]]) -> None:
    """Have a worker ask a DNS that has `records`."""
    session.execute(update(SenderCheck).values(due_at=clock.now()))
    session.commit()
    lookup = lambda name, kind="TXT", /: records.get((name, kind), [])  # noqa: E731
    assert check_sender(SenderContext(runtime.sessions, lookup, OurMail(["x" * 32])))


def paste(client: SignedIn, results: str, message_id: str) -> TestResponse:
    text = f"Authentication-Results: {results}\r\nMessage-ID: <{message_id}>\r\n"
    return client.post(f"{PAGE}/self-test", data={"headers": text})


def test_a_self_test_confirms_until_the_records_change(
    admin_client: SignedIn, session: Session, runtime: Runtime, message_id: str
) -> None:
    assert lights(admin_client) == ["Looks right, not tested", "Cannot tell", "Cannot tell"]
    assert paste(admin_client, RESULTS, message_id).status_code == 303
    assert lights(admin_client) == ["Confirmed"] * 3
    assert "mx.b.org says" in words(admin_client.get(PAGE))
    ask(runtime, session, GOOD)
    assert lights(admin_client) == ["Confirmed"] * 3
    ask(runtime, session, GOOD | {("news.press.org", "TXT"): ["v=spf1 ip4:192.0.2.2 -all"]})
    assert lights(admin_client) == ["Looks right, not tested", "Cannot tell", "Cannot tell"]


def test_a_signature_of_the_relay_alone_confirms_nothing(admin_client: SignedIn, message_id: str) -> None:
    paste(admin_client, "mx.b.org; spf=pass; dkim=pass header.d=relay.net; dmarc=fail", message_id)
    assert lights(admin_client) == ["Confirmed", "Needs attention", "Needs attention"]


def test_a_forged_self_test_is_refused(admin_client: SignedIn, session: Session, message_id: str) -> None:
    for forged in (f"x{message_id}", message_id.replace("0.", "1.", 1), ""):
        answer = paste(admin_client, RESULTS, forged)
        assert (answer.status_code, "not of a test message" in words(answer)) == (400, True)
    below = f"Message-ID: <{message_id}>\r\nAuthentication-Results: {RESULTS}\r\n"
    answer = admin_client.post(f"{PAGE}/self-test", data={"headers": below})
    assert (answer.status_code, "Message-ID:" in answer.text) == (400, True)
    session.execute(update(SystemMessage).values(created_at=clock.now() - YOUNG))
    session.commit()
    assert paste(admin_client, RESULTS, message_id).status_code == 400
    assert "Confirmed" not in lights(admin_client)


def test_it_is_asked_again_on_request(
    admin_client: SignedIn, session: Session, publication: Publication
) -> None:
    publication.sender_email = "desk@press.org"
    session.add(
        SenderCheck(domain="press.org", due_at=clock.now() + EVERY, problems=[], report={}, self_test={})
    )
    session.commit()
    for _press in range(2):
        assert admin_client.post(f"{PAGE}/check").status_code == 303
    session.expire_all()
    assert session.get_one(SenderCheck, "press.org").due_at <= clock.now()


def test_a_domain_of_examples_has_nothing_to_check(admin_client: SignedIn, publication: Publication) -> None:
    page = words(admin_client.get(PAGE))
    assert "there is nothing to check" in page
    assert "Check again" not in page
