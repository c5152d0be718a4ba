"""Readers change their address on the preferences page, by a link to the new one."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.links import Links
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.address_change import moment_of
from newsletter.subscribers.models import AddressChange, Subscriber, Subscription, SuppressionReason
from newsletter.subscribers.suppress import suppress
from newsletter.web import database
from tests.databases import both_databases
from tests.deciding import decide_all
from tests.web.public.conftest import subscribed
from tests.web.public.state import everything

NEW = "ana@new.example"


@pytest.fixture
def url(links: Links, subscription: Subscription) -> str:
    return links.preferences(subscription.subscriber_id).removeprefix(links.public_url)


def link(session: Session, links: Links) -> str:
    """The path that the message to the new address leads to."""
    session.rollback()
    change = session.scalars(select(AddressChange).order_by(AddressChange.id.desc()).limit(1)).one()
    path = links.change_address(change.id, moment_of(change)).removeprefix(links.public_url)
    session.rollback()
    return path


@both_databases
def test_one_asks_looks_and_presses(client: FlaskClient, session: Session, links: Links, url: str) -> None:
    asked = client.post(f"{url}/address", data={"email": f" {NEW} "}, follow_redirects=True)
    assert "a message is on its way" in asked.text
    assert f"Not confirmed yet: <bdi>{NEW}</bdi>." in asked.text
    decide_all(session)
    message = session.scalars(select(SystemMessage)).one()
    assert (message.kind, message.recipient) == ("address_change", NEW)
    path = link(session, links)
    before = everything(session)
    for method in ("GET", "HEAD"):  # as scanners do
        shown = client.open(path, method=method)
        assert shown.status_code == 200
        assert shown.headers["Referrer-Policy"] == "no-referrer"
    page = client.get(path).text
    assert f"From now on, send my subscriptions to {NEW}." in page
    assert "ana@example.org" not in page  # it may be a stranger's mailbox
    assert everything(session) == before
    for _ in range(2):
        done = client.post(path)
        assert (done.status_code, "Your address was changed" in done.text) == (200, True)
    assert session.scalars(select(Subscriber.email)).one() == NEW
    session.rollback()
    assert "Your address was changed" in client.get(path).text
    page = client.get(url).text  # links in earlier emails go on working
    assert NEW in page
    assert "Not confirmed yet" not in page


@pytest.mark.parametrize("lang", ["de", "it", "fr", "ar"])
def test_it_is_said_and_kept_in_the_readers_language(
    client: FlaskClient, session: Session, links: Links, url: str, lang: str
) -> None:
    client.post(url, data={"name": "Ana", "language": lang})
    client.post(f"{url}/address", data={"email": NEW})
    decide_all(session)
    assert session.scalars(select(SystemMessage.locale)).all() == [lang]
    path = link(session, links)
    assert f'lang="{lang}"' in client.get(path).text
    client.post(path)
    assert set(session.scalars(select(SystemMessage.locale))) == {lang}


def test_nobody_learns_whose_an_address_is(
    client: FlaskClient, session: Session, publication: Publication, url: str
) -> None:
    subscribed(session, publication, "bo@example.org")
    suppress(session, parse_address("eve@example.org").hash, SuppressionReason.COMPLAINT, actor="test")
    session.commit()
    pages = set()
    for email in ("bo@example.org", "eve@example.org", "new@example.org"):
        answer = client.post(f"{url}/address", data={"email": email})
        assert answer.status_code == 303
        pages.add(client.get(answer.headers["Location"]).text.replace(email, "…"))
    assert len(pages) == 1


def test_the_page_does_the_same_whoever_it_is(
    app: Flask, client: FlaskClient, session: Session, publication: Publication, url: str
) -> None:
    """No statement depends on the address, so neither does the time that the page takes."""
    subscribed(session, publication, "bo@example.org")
    suppress(session, parse_address("eve@example.org").hash, SuppressionReason.COMPLAINT, actor="test")
    session.commit()
    done: list[str] = []
    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", lambda *what: done.append(what[2]))
    statements = []
    for who in ("first", "bo", "eve", "new"):
        done.clear()
        fields = {"email": f"{who}@example.org"}
        assert FlaskClient.open(client, f"{url}/address", method="POST", data=fields).status_code == 303
        statements.append([statement for statement in done if not statement.startswith("BEGIN")])
    assert statements[1] == statements[2] == statements[3]
    assert not any(word in str(statements) for word in ("suppression", "system_message"))


@pytest.mark.parametrize(
    ("email", "status", "said"),
    [
        ("", 400, "Please enter your email address."),
        ("ana at home", 400, "Please enter a full email address"),
        ("a@b@c", 400, "Please enter a full email address"),
        ("ana@x.example\r\nBcc: bo@example.org", 400, "Please enter a full email address"),
        (f"{'a' * 250}@example.org", 400, "Please enter a full email address"),
        ("ANA@example.org", 409, "This is your address already."),
    ],
)
def test_what_is_no_new_address_is_told_and_kept(
    client: FlaskClient, session: Session, url: str, email: str, status: int, said: str
) -> None:
    before = everything(session)
    answer = client.post(f"{url}/address", data={"email": email})
    assert answer.status_code == status
    assert said in answer.text
    assert email.split("\r", maxsplit=1)[0] in answer.text
    assert everything(session) == before


def test_an_address_of_somebody_else_is_refused_to_whoever_has_its_mailbox(
    client: FlaskClient, session: Session, links: Links, publication: Publication, url: str
) -> None:
    subscribed(session, publication, NEW)
    client.post(f"{url}/address", data={"email": NEW})
    decide_all(session)
    path = link(session, links)
    before = everything(session)
    for method in ("GET", "POST"):
        answer = client.open(path, method=method)
        assert answer.status_code == 409
        assert "This address is already subscribed" in answer.text
    assert everything(session) == before


def test_a_link_works_for_a_day(client: FlaskClient, session: Session, links: Links, url: str) -> None:
    client.post(f"{url}/address", data={"email": NEW})
    path = link(session, links)
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        for method in ("GET", "POST"):
            answer = client.open(path, method=method)
            assert answer.status_code == 410
            assert "This link has expired" in answer.text
        assert "Not confirmed yet" not in client.get(url).text
    assert session.scalars(select(Subscriber.email)).one() == "ana@example.org"


def test_an_outdated_link_says_so(client: FlaskClient, session: Session, links: Links, url: str) -> None:
    client.post(f"{url}/address", data={"email": NEW})
    first = link(session, links)
    client.post(f"{url}/address", data={"email": "ana@third.example"})
    for method in ("GET", "POST"):
        answer = client.open(first, method=method)
        assert answer.status_code == 404
        assert "This link is no longer valid" in answer.text
    second = link(session, links)
    client.post(second)
    client.post(f"{url}/address", data={"email": "ana@fourth.example"})
    client.post(link(session, links))
    assert client.get(second).status_code == 404  # it speaks of an address that is no longer theirs


@pytest.mark.parametrize("setting", ["ADDRESS_CHANGES_PER_PERSON", "SIGN_UPS_PER_VISITOR"])
def test_a_link_that_strangers_have_does_not_write_to_everybody(
    app: Flask, client: FlaskClient, session: Session, url: str, setting: str
) -> None:
    app.config[setting] = "2 per day"
    statuses = [
        client.post(f"{url}/address", data={"email": f"victim{number}@example.org"}).status_code
        for number in range(3)
    ]
    assert statuses == [303, 303, 429]
    assert session.scalars(select(AddressChange.email)).all() == ["victim1@example.org"]


def test_the_link_of_a_test_message_changes_nothing(
    client: FlaskClient, session: Session, links: Links
) -> None:
    before = everything(session)
    url = links.preferences(0).removeprefix(links.public_url)
    assert client.post(f"{url}/address", data={"email": NEW}).status_code == 404
    assert everything(session) == before
