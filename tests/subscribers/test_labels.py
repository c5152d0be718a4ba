"""Topics, tags and attributes: made, shared, muted, put on and removed."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.create import create_attribute, remove_attribute
from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.attributes.values import read_json_value, read_value, value_text
from newsletter.subscribers.labels import find_label, list_labels, remove_label, rename_label
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.tags.assign import assign_tag, tags_of, take_off_tag
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.models import Topic
from newsletter.subscribers.topics.mute import muted_topics, set_muted_topics
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription

ED = "ed@press.example"


@pytest.fixture
def publication(session: Session) -> Publication:
    return make_publication(session)


@both_databases
def test_readers_get_the_topics_that_they_have_not_muted(session: Session, publication: Publication) -> None:
    create_topic(session, publication, "Sport", actor=ED)
    east = create_topic(session, publication, "Middle East", description="Every day.", actor=ED)
    ana = make_subscription(session, publication, "ana@example.org")
    bo = make_subscription(session, publication, "bo@example.org")
    assert east.key == "middle-east"
    set_muted_topics(session, ana, ["sport", "middle-east"])
    set_muted_topics(session, ana, ["sport"])
    set_muted_topics(session, ana, ["sport"])
    assert (muted_topics(session, ana.id), muted_topics(session, bo.id)) == ({"sport"}, set())
    with pytest.raises(Refused, match="no topic called “opera”"):
        set_muted_topics(session, ana, ["opera"])
    rename_label(session, find_label(session, Topic, publication, "sport"), "Sports", actor=ED)
    assert [topic.name for topic in list_labels(session, Topic, publication)] == ["Sports", "Middle East"]
    remove_label(session, find_label(session, Topic, publication, "sport"), actor=ED)
    assert muted_topics(session, ana.id) == set()
    with pytest.raises(Missing):
        find_label(session, Topic, publication, "sport")


@both_databases
def test_a_tag_is_put_on_once_and_never_on_the_erased(session: Session, publication: Publication) -> None:
    press = create_tag(session, publication, "Press", actor=ED)
    people = [make_subscription(session, publication, f"{n}@example.org").subscriber for n in "abc"]
    ids = [person.id for person in people]
    people[2].erased_at = people[2].created_at
    session.flush()
    assert assign_tag(session, press, ids) == 2
    assert assign_tag(session, press, ids[:1]) == 0
    assert [tag.key for tag in tags_of(session, ids[0], publication.id)] == ["press"]
    assert take_off_tag(session, press, ids) == 2
    assert tags_of(session, ids[0], publication.id) == []


@both_databases
def test_the_values_of_a_removed_attribute_are_gone_unless_shared(
    session: Session, publication: Publication
) -> None:
    other = make_publication(session, slug="other")
    for each in (publication, other):
        create_attribute(session, each, "Home city", actor=ED)
    ana = make_subscription(session, publication, "ana@example.org").subscriber
    ana.attributes = {"home_city": "Rome", "age": 3}
    session.flush()
    for each, left in ((publication, {"home_city": "Rome", "age": 3}), (other, {"age": 3})):
        remove_attribute(session, find_label(session, Attribute, each, "home_city"), actor=ED)
        session.expire_all()
        assert session.get_one(Subscriber, ana.id).attributes == left


def test_what_cannot_stand_is_refused(session: Session, publication: Publication) -> None:
    other = make_publication(session, slug="other")
    create_attribute(session, other, "age", type_=AttributeType.NUMBER, actor=ED)
    create_tag(session, publication, "press", actor=ED)
    refused: list[tuple[type[Exception], Callable[[], object]]] = [
        (Conflict, lambda: create_tag(session, publication, "Press", actor=ED)),
        (Conflict, lambda: create_attribute(session, publication, "age", actor=ED)),  # a number elsewhere
        (Refused, lambda: create_attribute(session, publication, "7th", actor=ED)),
        (Refused, lambda: create_attribute(session, publication, "a", type_=AttributeType.CHOICE, actor=ED)),
        (Refused, lambda: create_attribute(session, publication, "a", choices=["x"], actor=ED)),
        (Refused, lambda: create_topic(session, publication, " ", actor=ED)),
        (Refused, lambda: create_topic(session, publication, "!!", actor=ED)),
        (Refused, lambda: create_topic(session, publication, "x" * 121, key="x", actor=ED)),
    ]
    for error, act in refused:
        with pytest.raises(error):
            act()
    assert create_topic(session, publication, "Спорт", key="sport", actor=ED).key == "sport"


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (AttributeType.TEXT, " Rome\n", "Rome"),
        (AttributeType.TEXT, "x" * 501, None),
        (AttributeType.NUMBER, "12.50", 12.5),
        (AttributeType.NUMBER, "-3", -3),
        (AttributeType.NUMBER, "1e999", None),
        (AttributeType.DATE, "2026-12-01T08:00:00Z", "2026-12-01"),
        (AttributeType.DATE, "01.12.2026", None),
        (AttributeType.BOOLEAN, "Yes", True),
        (AttributeType.BOOLEAN, "0", False),
        (AttributeType.BOOLEAN, "perhaps", None),
        (AttributeType.CHOICE, "red", "Red"),
        (AttributeType.CHOICE, "green", None),
    ],
)
def test_values_are_read_by_their_type(type_: AttributeType, text: str, value: object) -> None:
    attribute = Attribute(key="a", label="A", type=type_, choices=["Red", "Blue"])
    if value is None:
        with pytest.raises(Refused) as refused:
            read_value(attribute, text)
        assert list(refused.value.fields) == ["a"]
    else:
        read = read_value(attribute, text)
        assert (read, type(read)) == (value, type(value))
        assert read_value(attribute, value_text(read)) == read
        assert read_json_value(attribute, value) == read
