"""The preferences page: change, pause, leave, come back, take the data along, be forgotten."""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.links import Links
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.outbox.post import post
from newsletter.publications.models import Publication, TrackingMode
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)
from tests.databases import both_databases
from tests.web.public.conftest import subscribed
from tests.web.public.state import everything


@pytest.fixture
def url(links: Links, subscription: Subscription) -> str:
    return links.preferences(subscription.subscriber_id).removeprefix(links.public_url)


def reload(session: Session, subscription: Subscription) -> Subscription:
    session.rollback()
    session.refresh(subscription)
    return subscription


def named(subscription: Subscription) -> dict[str, int]:
    return {"subscription": subscription.id}


def test_the_page_shows_everything_and_changes_nothing(
    client: FlaskClient, session: Session, url: str
) -> None:
    before = everything(session)
    for address in (url, f"{url}?done=saved", f"{url}?done=<b>", f"{url}/erase", f"{url}/data.json"):
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert client.head(address).status_code == 200
    page = client.get(url).text
    assert "ana@example.org" in page
    assert "The Morning" in page
    assert "<b>" not in client.get(f"{url}?done=<b>").text
    assert everything(session) == before


@both_databases
def test_name_and_language_are_saved(client: FlaskClient, session: Session, url: str) -> None:
    response = client.post(url, data={"name": " Zoë\x00 <Lim> ", "language": "en"})
    assert response.status_code == 303
    assert response.headers["Location"].endswith("done=saved")
    person = session.scalars(select(Subscriber)).one()
    assert (person.name, person.language) == ("Zoë <Lim>", "en")
    session.rollback()
    page = client.get(response.headers["Location"]).text
    assert "Your details are saved." in page
    assert "Zoë &lt;Lim&gt;" in page
    client.post(url, data={"name": "", "language": "publication"})
    session.refresh(person)
    assert (person.name, person.language) == ("", "")


@both_databases
@pytest.mark.parametrize("fields", [{}, {"name": "Zoë", "language": "xx"}, {"name": "Zoë"}])
def test_a_language_that_is_not_there_is_told_and_the_name_kept(
    client: FlaskClient, session: Session, url: str, fields: dict[str, str]
) -> None:
    response = client.post(url, data=fields)
    assert response.status_code == 400
    assert fields.get("name", "") in response.text
    assert session.scalars(select(Subscriber.name)).one() == "Ana Lim"


def test_leave_and_come_back(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    assert client.post(f"{url}/leave", data=named(subscription)).status_code == 303
    assert reload(session, subscription).ended_reason is EndReason.UNSUBSCRIBED
    for _ in range(2):
        assert client.post(f"{url}/rejoin", data=named(subscription)).status_code == 303
        assert reload(session, subscription).state is State.ACTIVE


@both_databases
def test_only_who_left_can_come_back(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    subscription.state, subscription.ended_reason = State.ENDED, EndReason.COMPLAINED
    session.commit()
    assert client.post(f"{url}/rejoin", data=named(subscription)).status_code == 409
    assert reload(session, subscription).state is State.ENDED


@both_databases
def test_pause_and_resume(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    with time_machine.travel("2026-11-30T08:00:00Z", tick=False):
        client.post(f"{url}/pause", data={**named(subscription), "months": "3"})
        assert reload(session, subscription).state is State.PAUSED
        assert subscription.paused_until == datetime(2027, 2, 28, 8, tzinfo=UTC)
        session.rollback()
        client.post(f"{url}/pause", data={**named(subscription), "months": "1"})
        assert reload(session, subscription).paused_until == datetime(2026, 12, 30, 8, tzinfo=UTC)
        session.rollback()
        assert "Resumes on 30 December 2026" in client.get(url).text
    client.post(f"{url}/resume", data=named(subscription))
    assert reload(session, subscription).state is State.ACTIVE
    assert subscription.paused_until is None


@pytest.mark.parametrize("months", ["0", "4", "-1", "x", "", "99999999999999999999"])
def test_other_pauses_are_refused(
    client: FlaskClient, session: Session, url: str, subscription: Subscription, months: str
) -> None:
    assert client.post(f"{url}/pause", data={**named(subscription), "months": months}).status_code == 400
    assert reload(session, subscription).state is State.ACTIVE


@pytest.mark.parametrize("verb", ["leave", "rejoin", "pause", "resume"])
def test_other_peoples_subscriptions_are_not_found(
    client: FlaskClient, session: Session, url: str, publication: Publication, verb: str
) -> None:
    other = subscribed(session, publication, "bo@example.org")
    before = everything(session)
    for value in (other.id, "", "x", "999999999999999999999999"):
        response = client.post(f"{url}/{verb}", data={"subscription": value, "months": "1"})
        assert response.status_code == 404
    assert everything(session) == before


@both_databases
def test_leave_everything(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    other = Publication(slug="evening", name="The Evening")
    session.add(Subscription(subscriber=subscription.subscriber, publication=other, state=State.PENDING))
    session.commit()
    assert "Unsubscribe from everything" in client.get(url).text
    client.post(f"{url}/leave-all")
    client.post(f"{url}/leave-all")
    assert set(session.scalars(select(Subscription.state))) == {State.ENDED}


def test_the_download_has_everything(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    post(
        session,
        kind="confirmation",
        recipient=parse_address("ana@example.org"),
        publication_id=subscription.publication_id,
        locale="en",
        facts={"subscription_id": subscription.id},
    )
    session.commit()
    response = client.get(f"{url}/data.json")
    assert response.headers["Content-Disposition"] == "attachment; filename=my-data.json"
    data = json.loads(response.text)
    assert data["subscriber"]["email"] == "ana@example.org"
    assert data["subscriptions"][0]["publication"] == "The Morning"
    assert data["messages"][0]["kind"] == "confirmation"


@both_databases
def test_erasing_asks_once_more_and_leaves_only_a_fingerprint(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    address = parse_address("ana@example.org")
    post(
        session,
        kind="confirmation",
        recipient=address,
        publication_id=subscription.publication_id,
        locale="en",
        facts={"subscription_id": subscription.id},
    )
    session.commit()
    assert "This cannot be undone." in client.get(f"{url}/erase").text
    assert session.scalars(select(Subscriber.email)).one() == "ana@example.org"
    session.rollback()
    response = client.post(f"{url}/erase")
    assert response.status_code == 200
    assert "Your data has been deleted" in response.text
    person = session.scalars(select(Subscriber).execution_options(populate_existing=True)).one()
    assert (person.email, person.email_key, person.address_hash, person.name) == (None, None, None, "")
    assert reload(session, subscription).ended_reason is EndReason.ERASED
    suppression = session.scalars(select(Suppression)).one()
    assert (suppression.address_hash, suppression.reason) == (address.hash, SuppressionReason.ERASED)
    message = session.scalars(select(SystemMessage).execution_options(populate_existing=True)).one()
    assert (message.recipient, message.address_hash, message.state) == ("", "", MessageState.FAILED)
    session.rollback()
    for verb in ("", "/erase", "/data.json"):
        gone = client.get(url + verb)
        assert gone.status_code == 404
        assert "it was deleted" in gone.text
    for verb in ("", "/erase", "/leave", "/leave-all", "/pause"):
        assert client.post(url + verb, data=named(subscription) | {"months": 1}).status_code in {404}


def test_the_link_of_a_test_message_does_nothing(client: FlaskClient, session: Session, links: Links) -> None:
    before = everything(session)
    url = links.preferences(0).removeprefix(links.public_url)
    assert "This is a test" in client.get(url).text
    assert client.post(url, data={"name": "x", "language": "en"}).status_code == 404
    assert everything(session) == before


def test_a_reader_agrees_to_be_told_apart_and_takes_it_back(
    client: FlaskClient, session: Session, subscription: Subscription, url: str
) -> None:
    assert "What we may know" not in client.get(url).text
    publication = reload(session, subscription).publication
    publication.tracking = TrackingMode.INDIVIDUAL
    session.commit()
    assert "may keep which of its links I follow" in client.get(url).text
    for allowed, kind in (("y", ConsentKind.TRACKING_ALLOWED), ("", ConsentKind.TRACKING_REFUSED)):
        for _ in range(2):
            answer = client.post(f"{url}/tracking", data=named(subscription) | {"allowed": allowed})
            assert answer.status_code == 303
        assert (reload(session, subscription).tracking_consent_at is not None) == bool(allowed)
        records = session.scalars(select(ConsentRecord).where(ConsentRecord.kind == kind)).all()
        assert [record.text for record in records] == [
            "The Morning may keep which of its links I follow and when I open it, for 90 days."
        ]
        session.rollback()
        assert client.get(answer.headers["Location"]).status_code == 200
    assert client.post(f"{url}/tracking", data={"subscription": 99}).status_code == 404
