"""Readers choose one summary a month on their preferences page, where the publication offers it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.publications.models import Publication
from newsletter.subscribers.models import State, Subscription
from tests.databases import both_databases


@pytest.fixture
def url(links: Links, subscription: Subscription) -> str:
    return links.preferences(subscription.subscriber_id).removeprefix(links.public_url)


@pytest.fixture
def offered(session: Session, publication: Publication) -> None:
    publication.monthly_summary = True
    session.commit()


def choose(client: FlaskClient, url: str, subscription: Subscription, frequency: str) -> int:
    form = {"subscription": subscription.id, "frequency": frequency}
    return client.post(f"{url}/frequency", data=form).status_code


def is_monthly(session: Session, subscription: Subscription) -> bool:
    session.rollback()
    session.refresh(subscription)
    return subscription.monthly


@both_databases
@pytest.mark.usefixtures("offered")
def test_there_and_back(client: FlaskClient, session: Session, subscription: Subscription, url: str) -> None:
    assert "Get a monthly summary instead" in client.get(url).text
    for _twice in range(2):
        assert choose(client, url, subscription, "monthly") == 303
    assert is_monthly(session, subscription)
    page = client.get(f"{url}?done=frequency-monthly").text
    assert "You get one email a month with what was published." in page
    assert "Get every issue" in page
    assert choose(client, url, subscription, "each") == 303
    assert not is_monthly(session, subscription)


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("frequency", ["", "daily", "\0", "x" * 5_000])
def test_another_word_is_refused(
    client: FlaskClient, session: Session, subscription: Subscription, url: str, frequency: str
) -> None:
    assert choose(client, url, subscription, frequency) == 400
    assert not is_monthly(session, subscription)


def test_where_it_is_not_offered(
    client: FlaskClient, session: Session, subscription: Subscription, url: str
) -> None:
    assert "monthly" not in client.get(url).text
    assert choose(client, url, subscription, "monthly") == 409
    assert not is_monthly(session, subscription)


@pytest.mark.usefixtures("offered")
def test_who_left_has_no_choice(
    client: FlaskClient, session: Session, subscription: Subscription, url: str
) -> None:
    subscription.state = State.ENDED
    session.commit()
    assert "monthly" not in client.get(url).text
    assert choose(client, url, subscription, "monthly") == 409
