"""The confirmation's link: the button confirms, once, for a week."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    EndReason,
    State,
    Subscription,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress
from tests.databases import both_databases
from tests.web.public.conftest import subscribed
from tests.web.public.state import everything


@pytest.fixture
def waiting(session: Session, publication: Publication) -> Subscription:
    return subscribed(session, publication, "ana@example.org", State.PENDING)


def path(links: Links, subscription: Subscription, age: timedelta = timedelta(0)) -> str:
    token = links.signer.sign(Purpose.CONFIRM, subscription.id, issued_at=clock.now() - age)
    return f"/confirm/{token}"


def state(session: Session, subscription: Subscription) -> State:
    session.refresh(subscription)
    found = subscription.state
    session.rollback()
    return found


@both_databases
def test_opening_the_link_shows_a_button_and_changes_nothing(
    client: FlaskClient, session: Session, links: Links, waiting: Subscription
) -> None:
    before = everything(session)
    response = client.get(path(links, waiting))
    client.head(path(links, waiting))
    assert response.status_code == 200
    assert "Confirm my subscription" in response.text
    assert "ana@example.org" in response.text
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Cache-Control"] == "no-store"
    assert everything(session) == before


def test_the_button_confirms_and_a_second_press_is_the_same(
    client: FlaskClient, session: Session, links: Links, waiting: Subscription
) -> None:
    first, second = client.post(path(links, waiting)), client.post(path(links, waiting))
    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    assert "You are subscribed" in first.text
    assert state(session, waiting) is State.ACTIVE
    confirmed = session.scalars(select(ConsentRecord)).all()
    assert [record.kind for record in confirmed] == [ConsentKind.CONFIRMED]
    assert confirmed[0].text.startswith("I want to receive The Morning")
    assert confirmed[0].ip == "127.0.0.1"


def test_an_old_link_offers_a_new_one(
    client: FlaskClient, session: Session, links: Links, waiting: Subscription
) -> None:
    old = path(links, waiting, timedelta(days=7, seconds=1))
    for response in (client.get(old), client.post(old)):
        assert response.status_code == 410
        assert "Send me a new link" in response.text
    assert state(session, waiting) is State.PENDING
    answer = client.post(f"{old}/again")
    assert answer.status_code == 200
    assert "Check your inbox" in answer.text
    client.post(f"{old}/again")
    messages = session.scalars(select(SystemMessage)).all()
    assert [message.facts["subscription_id"] for message in messages] == [waiting.id]


@both_databases
def test_a_link_of_almost_a_week_still_works(
    client: FlaskClient, session: Session, links: Links, waiting: Subscription
) -> None:
    client.post(path(links, waiting, timedelta(days=6, hours=23)))
    assert state(session, waiting) is State.ACTIVE


@both_databases
def test_an_old_link_does_not_bring_back_what_was_left(
    client: FlaskClient, session: Session, links: Links, publication: Publication
) -> None:
    left = subscribed(session, publication, "ana@example.org", State.ENDED)
    left.ended_reason = EndReason.UNSUBSCRIBED
    session.commit()
    response = client.post(path(links, left))
    assert response.status_code == 409
    assert "Subscribe again" in response.text
    assert "has ended" in client.get(path(links, left)).text
    assert state(session, left) is State.ENDED


def test_a_suppressed_address_cannot_confirm(
    client: FlaskClient, session: Session, links: Links, waiting: Subscription
) -> None:
    suppress(session, waiting.subscriber.address_hash or "", SuppressionReason.MANUAL, actor="test")
    session.commit()
    assert client.post(path(links, waiting)).status_code == 409
    assert client.post(f"{path(links, waiting)}/again").status_code == 200
    assert state(session, waiting) is State.PENDING
    assert session.scalar(select(func.count()).select_from(SystemMessage)) == 0


def test_an_unknown_subscription_gets_a_page(client: FlaskClient, links: Links, session: Session) -> None:
    for method in (client.get, client.post):
        response = method(links.confirm(999_999).removeprefix(links.public_url))
        assert response.status_code == 404
        assert "no longer exists" in response.text


@both_databases
def test_who_confirmed_elsewhere_may_be_asked_again_the_same_day(
    client: FlaskClient,
    session: Session,
    links: Links,
    publication: Publication,
    fill_in: Callable[..., TestResponse],
) -> None:
    other = Publication(slug="evening", name="The Evening")
    session.add(other)
    session.commit()
    fill_in("ana@example.org")
    fill_in("ana@example.org", slug="evening")
    count = select(func.count()).select_from(SystemMessage)
    assert session.scalar(count) == 1
    first = session.scalars(select(Subscription).where(Subscription.publication_id == publication.id)).one()
    session.rollback()
    client.post(path(links, first))
    fill_in("ana@example.org", slug="evening")
    assert session.scalar(count) == 2
