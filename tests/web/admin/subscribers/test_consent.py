"""The receipt of somebody's consents, as a page."""

from sqlalchemy.orm import Session

from newsletter.subscribers.consent import Consent, keep_record
from newsletter.subscribers.models import ConsentKind, ConsentSource
from newsletter.subscribers.origin import Origin
from tests.databases import both_databases
from tests.factories import make_issue
from tests.subscribers.moving import move
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import XSS, read
from tests.web.signed_in import SignedIn


@both_databases
def test_the_receipt_has_the_words_and_where_from(
    editor_client: SignedIn, session: Session, people: People
) -> None:
    ana, url = people["ana"], f"/admin/subscribers/{people['ana'].subscriber_id}"
    words = Consent(f"I want it {XSS}", "2", "en")
    issue = make_issue(session, ana.publication)
    issue.title = f"Tides {XSS}"
    keep_record(
        session,
        ana.id,
        ConsentKind.REQUESTED,
        source=ConsentSource.FORM,
        words=words,
        ip="192.0.2.7",
        origin=Origin(f"https://blog.example/{XSS}", {"source": "blog"}, issue.id),
    )
    session.commit()
    assert f'href="{url}/consent"' in read(editor_client, url)
    person, page = read(editor_client, url), read(editor_client, f"{url}/consent")
    for origin in ("from the page https://blog.example/", "campaign source: blog", "from the issue “Tides"):
        assert origin in person
        assert origin in page
    for shown in (
        "ana@readers.example",
        "The Morning",
        "I want it",
        "192.0.2.7",
        "sign-up form",
        "Version 2",
    ):
        assert shown in page
    assert XSS not in page + person


def test_the_receipt_and_the_page_have_the_change_of_address(
    editor_client: SignedIn, session: Session, people: People
) -> None:
    person = people["ana"].subscriber_id
    move(session, person, "ana@new.example")
    page = read(editor_client, f"/admin/subscribers/{person}/consent")
    assert "<bdi>ana@readers.example</bdi> to <bdi>ana@new.example</bdi>" in page
    assert "Address changed" in page
    assert "From now on, send my subscriptions to ana@new.example." in page
    assert "Changed their address" in read(editor_client, f"/admin/subscribers/{person}")


def test_nothing_of_nobody(editor_client: SignedIn) -> None:
    assert editor_client.get("/admin/subscribers/987654/consent").status_code == 404
