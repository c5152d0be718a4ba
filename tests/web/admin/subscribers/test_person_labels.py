"""A person's topics, tags and attributes, changed by an editor."""

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.tags.assign import assign_tag, tags_of
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.mute import muted_topics
from tests.databases import both_databases
from tests.factories import NO_FILES
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import XSS, afresh, page_of, read
from tests.web.signed_in import SignedIn


@pytest.fixture
def labels(session: Session, publication: Publication, people: People) -> str:
    """Two topics, two tags, two attributes; the address of Ana's form."""
    for name in ("Sport", "Politics"):
        create_topic(session, publication, name, actor="test")
    press = create_tag(session, publication, "Press", actor="test")
    create_tag(session, publication, "Donor", by_readers=True, actor="test")
    create_attribute(session, publication, "city", label="Home city", actor="test")
    create_attribute(session, publication, "age", type_=AttributeType.NUMBER, actor="test")
    ana = people["ana"]
    assign_tag(session, press, [ana.subscriber_id])
    ana.subscriber.attributes = {"city": "Rome", "elsewhere": "kept"}
    session.commit()
    return f"{page_of(ana)}/subscriptions/{ana.id}/labels"


def typed(page: str) -> dict[str, list[str]]:
    form = html.fromstring(page).cssselect("main form")[0]
    sent: dict[str, list[str]] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(str(value))
    return sent


@both_databases
def test_are_shown_changed_and_written_down(
    editor_client: SignedIn, session: Session, people: People, labels: str
) -> None:
    page = read(editor_client, page_of(people["ana"]))
    for words in ("Press", "Home city", "Rome", labels):
        assert words in page
    form = typed(read(editor_client, labels))
    assert (form["topic"], form["tag"], form["attribute.city"]) == (
        ["sport", "politics"],
        ["press"],
        ["Rome"],
    )
    form |= {"topic": ["politics"], "tag": ["donor", "nonsense"]}
    form |= {"attribute.city": [""], "attribute.age": ["41"]}
    assert editor_client.post(labels, data=form).status_code == 303
    afresh(session)
    ana = people["ana"]
    assert muted_topics(session, ana.id) == {"sport"}
    assert [tag.key for tag in tags_of(session, ana.subscriber_id, ana.publication_id)] == ["donor"]
    assert session.get_one(Subscriber, ana.subscriber_id).attributes == {"age": 41, "elsewhere": "kept"}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "subscription.labelled")).one()
    assert (entry.actor, entry.subject_id, entry.detail) == ("eddi@press.example", ana.id, {})
    page = read(editor_client, page_of(ana))
    for words in ("Donor", "41", "Changed topics, tags or attributes", "Does not want"):
        assert words in page


def test_that_cannot_be_are_shown_again_as_they_were_typed(
    editor_client: SignedIn, session: Session, people: People, labels: str
) -> None:
    form = typed(read(editor_client, labels)) | {"attribute.age": [f"old {XSS}"], "attribute.city": ["Oslo"]}
    answer = editor_client.post(labels, data=form)
    assert answer.status_code == 400
    for words in ("enter a number", "old &lt;script", "Oslo"):
        assert words in answer.text
    assert XSS not in answer.text
    afresh(session)
    assert session.get_one(Subscriber, people["ana"].subscriber_id).attributes["city"] == "Rome"


def test_that_somebody_changed_meanwhile_are_not_overwritten(
    editor_client: SignedIn, session: Session, people: People, labels: str
) -> None:
    form = typed(read(editor_client, labels)) | {"tag": ["donor"]}
    ana = session.get_one(Subscriber, people["ana"].subscriber_id)
    ana.attributes = {"city": "Bari"}
    session.commit()
    answer = editor_client.post(labels, data=form)
    assert (answer.status_code, "in the meantime" in answer.text) == (409, True)
    afresh(session)
    assert session.get_one(Subscriber, ana.id).attributes == {"city": "Bari"}
    again = typed(answer.text)
    assert again["tag"] == ["donor"]
    assert editor_client.post(labels, data=again).status_code == 303


def test_of_others_and_of_erased_people_are_not_found(
    editor_client: SignedIn, session: Session, people: People, labels: str
) -> None:
    mixed = labels.replace(str(page_of(people["ana"])), page_of(people["bo"]))
    assert editor_client.get(mixed).status_code == 404
    assert editor_client.post(mixed).status_code == 404
    erase(session, people["ana"].subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    assert editor_client.get(labels).status_code == 404
    assert "Press" not in read(editor_client, page_of(people["ana"]))
