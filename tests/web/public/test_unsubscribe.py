"""Leaving: one button, or RFC 8058 from the mail program; done before the answer."""

import re

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.publications.models import Publication
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    EndReason,
    State,
    Subscription,
)
from tests.databases import both_databases
from tests.factories import NO_FILES
from tests.web.public.conftest import subscribed
from tests.web.public.state import everything

UNDO = re.compile(r'name="undo" value="([^"]+)"')


def path(links: Links, subscription: Subscription, mailing_id: int = 7) -> str:
    return links.unsubscribe(subscription.id, mailing_id).removeprefix(links.public_url)


def reload(session: Session, subscription: Subscription) -> Subscription:
    session.rollback()
    session.refresh(subscription)
    return subscription


def test_opening_the_link_changes_nothing(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription
) -> None:
    before = everything(session)
    response = client.get(path(links, subscription))
    client.head(path(links, subscription))
    client.options(path(links, subscription))
    assert response.status_code == 200
    assert "Unsubscribe from The Morning?" in response.text
    assert "ana@example.org" not in response.text  # the link may have been forwarded
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert everything(session) == before


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_acts_at_once_without_cookies_or_redirect(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription, content_type: str
) -> None:
    response = client.post(
        path(links, subscription), data={"List-Unsubscribe": "One-Click"}, content_type=content_type
    )
    assert response.status_code == 200
    assert "Location" not in response.headers
    assert "Set-Cookie" not in response.headers
    gone = reload(session, subscription)
    assert (gone.state, gone.ended_reason) == (State.ENDED, EndReason.UNSUBSCRIBED)
    record = session.scalars(select(ConsentRecord)).one()
    assert (record.kind, record.source) == (ConsentKind.WITHDRAWN, "one-click")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "subscription.ended")).one()
    assert entry.detail["mailing_id"] == 7


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"--x\r\nbroken", b"a=1"])
def test_any_body_is_a_press_of_the_button(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription, body: bytes
) -> None:
    response = client.post(
        path(links, subscription), data=body, content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code == 200
    assert reload(session, subscription).state is State.ENDED


def test_the_button_says_done_and_again_says_the_same(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription
) -> None:
    first, second = client.post(path(links, subscription)), client.post(path(links, subscription))
    assert "You have unsubscribed from The Morning" in first.text
    assert "Undo" in first.text
    assert second.status_code == 200
    assert "You have unsubscribed from The Morning" in second.text
    assert len(session.scalars(select(ConsentRecord)).all()) == 1


@both_databases
def test_undo_takes_it_back(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription
) -> None:
    url = path(links, subscription)
    token = UNDO.search(client.post(url).text)
    assert token is not None
    for _ in range(2):
        assert client.post(f"{url}/undo", data={"undo": token[1]}).status_code == 200
    assert reload(session, subscription).state is State.ACTIVE
    assert subscription.ended_reason is None
    kinds = session.scalars(select(ConsentRecord.kind).order_by(ConsentRecord.id)).all()
    assert kinds == [ConsentKind.WITHDRAWN, ConsentKind.RENEWED]


def test_undo_belongs_to_one_withdrawal_of_one_subscription_for_an_hour(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription, publication: Publication
) -> None:
    other = subscribed(session, publication, "bo@example.org")
    url, other_url = path(links, subscription), path(links, other)
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as traveller:
        first = UNDO.search(client.post(url).text)
        assert first is not None
        client.post(other_url)
        assert client.post(f"{other_url}/undo", data={"undo": first[1]}).status_code == 409
        assert client.post(f"{url}/undo", data={"undo": "nonsense"}).status_code == 404
        assert client.post(f"{url}/undo").status_code == 404
        stamp = links.signer.sign(Purpose.FORM, subscription.id)
        assert client.post(f"{url}/undo", data={"undo": stamp}).status_code == 409
        traveller.shift(3601)
        assert client.post(f"{url}/undo", data={"undo": first[1]}).status_code == 400
        assert reload(session, subscription).state is State.ENDED
        traveller.shift(-3600)
        client.post(f"{url}/undo", data={"undo": first[1]})
        client.post(url)
        assert client.post(f"{url}/undo", data={"undo": first[1]}).status_code == 409
    assert reload(session, subscription).state is State.ENDED


def test_a_reason_is_kept_only_from_who_left(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription
) -> None:
    url = path(links, subscription)
    client.post(f"{url}/reason", data={"comment": "too early"})
    assert reload(session, subscription).comment == ""
    client.post(url)
    answer = client.post(f"{url}/reason", data={"comment": "Too many\r\nemails \x00" + "x" * 5000})
    assert answer.status_code == 200
    kept = reload(session, subscription).comment
    assert kept.startswith("Too many\nemails x")
    assert len(kept) == 2000


def test_the_link_of_a_test_message_does_nothing(client: FlaskClient, session: Session, links: Links) -> None:
    before = everything(session)
    url = links.unsubscribe(0).removeprefix(links.public_url)
    for response in (client.get(url), client.post(url, data={"List-Unsubscribe": "One-Click"})):
        assert response.status_code == 200
        assert "This is a test" in response.text
    assert everything(session) == before


def test_an_erased_person_may_still_press_it(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription
) -> None:
    erase(session, subscription.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    url = path(links, subscription)
    for response in (client.get(url), client.post(url, data={"List-Unsubscribe": "One-Click"})):
        assert response.status_code == 200
    assert reload(session, subscription).ended_reason is EndReason.ERASED


def test_an_unknown_subscription_gets_a_page(client: FlaskClient, links: Links) -> None:
    url = links.unsubscribe(999_999).removeprefix(links.public_url)
    for response in (client.get(url), client.post(url)):
        assert response.status_code == 404
        assert "no longer exists" in response.text


@pytest.mark.parametrize("state", [State.PENDING, State.PAUSED])
def test_every_living_subscription_can_be_left(
    client: FlaskClient, session: Session, links: Links, publication: Publication, state: State
) -> None:
    subscription = subscribed(session, publication, "ana@example.org", state)
    client.post(path(links, subscription))
    assert reload(session, subscription).state is State.ENDED
