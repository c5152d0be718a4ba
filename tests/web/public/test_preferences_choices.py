"""The preferences page: topics, tags and attributes that readers choose themselves."""

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.tags.assign import assign_tag, tags_of
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.mute import muted_topics
from tests.databases import both_databases


@pytest.fixture
def url(links: Links, session: Session, subscription: Subscription) -> str:
    """The page of a reader; the publication offers something of each kind, and keeps something for itself."""
    publication = subscription.publication
    for name in ("Sport", "Opera"):
        create_topic(session, publication, name, actor="test")
    create_tag(session, publication, "Teacher", by_readers=True, actor="test")
    secret = create_tag(session, publication, "Difficult", actor="test")
    assign_tag(session, secret, [subscription.subscriber_id])
    create_attribute(session, publication, "city", by_readers=True, label="City", actor="test")
    create_attribute(session, publication, "born", type_=AttributeType.DATE, by_readers=True, actor="test")
    create_attribute(session, publication, "score", type_=AttributeType.NUMBER, actor="test")
    subscription.subscriber.attributes = {"score": 7}
    session.commit()
    return links.preferences(subscription.subscriber_id).removeprefix(links.public_url)


def seen(client: FlaskClient, url: str) -> str:
    (field,) = html.fromstring(client.get(url).text).cssselect('form[action$="choices"] [name=seen]')
    return str(field.get("value"))


def send(client: FlaskClient, url: str, subscription: Subscription, **facts: object) -> int:
    facts = {"subscription": subscription.id, "seen": seen(client, url), "topics": "y"} | facts
    facts = {name.replace("attribute_", "attribute."): value for name, value in facts.items()}
    return client.post(f"{url}/choices", data=facts).status_code


@both_databases
def test_a_reader_chooses_what_is_on_offer_and_nothing_else(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    page = client.get(url).text
    assert "Sport" in page
    assert "Teacher" in page
    assert "Difficult" not in page
    chosen = {"topic": "opera", "tag": ["teacher", "difficult"], "attribute_city": "Rome"}
    assert send(client, url, subscription, **chosen, attribute_score="99", attribute_born="") == 303
    session.expire_all()
    assert muted_topics(session, subscription.id) == {"sport"}
    theirs = tags_of(session, subscription.subscriber_id, subscription.publication_id)
    assert [tag.key for tag in theirs] == ["teacher", "difficult"]
    assert subscription.subscriber.attributes == {"score": 7, "city": "Rome"}
    again = {"topic": ["opera", "sport"], "attribute_city": ""}
    assert send(client, url, subscription, **again) == 303
    session.expire_all()
    assert muted_topics(session, subscription.id) == set()
    assert subscription.subscriber.attributes == {"score": 7}


def test_a_value_that_is_none_is_told_and_what_was_typed_stays(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    data = {"subscription": subscription.id, "seen": seen(client, url), "attribute.born": "soon<b>"}
    answer = client.post(f"{url}/choices", data=data)
    assert answer.status_code == 400
    assert "Please enter a date" in answer.text
    assert 'value="soon&lt;b&gt;"' in answer.text
    session.expire_all()
    assert subscription.subscriber.attributes == {"score": 7}


def test_of_two_pages_that_are_open_the_second_is_told(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    old = seen(client, url)
    assert send(client, url, subscription, topic="opera") == 303
    data = {"subscription": subscription.id, "seen": old, "topics": "y", "topic": "sport"}
    answer = client.post(f"{url}/choices", data=data)
    assert answer.status_code == 409
    assert "changed in the meantime" in answer.text
    session.expire_all()
    assert muted_topics(session, subscription.id) == {"sport"}


def test_the_second_page_is_told_of_another_name_too(
    client: FlaskClient, session: Session, url: str, subscription: Subscription
) -> None:
    (field,) = html.fromstring(client.get(url).text).cssselect(f'form[action="{url}"] [name=seen]')
    facts = {"seen": field.get("value"), "language": "publication"}
    assert client.post(url, data={**facts, "name": "Ana"}).status_code == 303
    assert client.post(url, data={**facts, "name": "Anna"}).status_code == 409
    session.expire_all()
    assert subscription.subscriber.name == "Ana"


def test_of_another_person_nothing_is_changed(
    client: FlaskClient, url: str, subscription: Subscription, weekly: Publication
) -> None:
    data = {"subscription": subscription.id + 1, "seen": seen(client, url), "topics": "y"}
    assert client.post(f"{url}/choices", data=data).status_code == 404
