"""The page of topics, tags and attributes: made, renamed, removed unless something uses them."""

from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.segments.read import read as read_rules
from newsletter.segments.save import create_segment
from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic
from tests.databases import both_databases
from tests.web.admin.subscribers.requests import LIST, XSS, read
from tests.web.signed_in import SignedIn

LABELS = f"{LIST}/labels"


@both_databases
def test_each_kind_is_made_renamed_and_removed(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    made = {
        "topic": {"name": f"Sport {XSS}", "description": "Every day"},
        "tag": {"name": "Press", "by_readers": "y"},
        "attribute": {"name": "Colour", "type": "choice", "choices": "red\n\n blue \r\n"},
    }
    for kind, fields in made.items():
        for status in (303, 409):
            assert editor_client.post(f"{LABELS}/{kind}", data=fields).status_code == status
    page = read(editor_client, LABELS)
    for words in ("Every day", "Press", "Readers choose it.", "red, blue", "{{ attributes.colour }}"):
        assert words in page
    assert XSS not in page
    session.expire_all()
    [colour] = list_labels(session, Attribute, publication)
    assert (colour.type, colour.choices) == (AttributeType.CHOICE, ["red", "blue"])
    kinds: dict[str, type[Topic] | type[Tag] | type[Attribute]]
    kinds = {"topic": Topic, "tag": Tag, "attribute": Attribute}
    for kind, found in kinds.items():
        [label] = list_labels(session, found, publication)
        one = f"{LABELS}/{kind}/{label.key}"
        assert editor_client.post(f"{one}/rename", data={"name": "Another name"}).status_code == 303
        assert "Another name" in read(editor_client, LABELS)
        for _ in range(2):
            assert editor_client.post(f"{one}/remove").status_code == 303
        session.expire_all()
        assert list_labels(session, found, publication) == []


def test_what_cannot_be_is_said_and_what_was_typed_stays(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    answer = editor_client.post(f"{LABELS}/attribute", data={"name": "7 colours", "type": "choice"})
    assert answer.status_code == 400
    assert 'value="7 colours"' in answer.text
    assert "begins with a letter" in answer.text
    assert editor_client.post(f"{LABELS}/topic", data={"name": " "}).status_code == 400
    assert editor_client.post(f"{LABELS}/colour", data={"name": "x"}).status_code == 404
    editor_client.post(f"{LABELS}/tag", data={"name": "Press"})
    create_segment(session, publication, "The press", read_rules({"tag": "press"}), actor="test")
    session.commit()
    page = editor_client.post(f"{LABELS}/tag/press/remove", follow_redirects=True).text
    assert "is used by the segment “The press”" in page
