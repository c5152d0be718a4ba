"""Rules that cannot be kept are refused, each with its place and a sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Refused
from newsletter.publications.models import Publication
from newsletter.segments.names import Names
from newsletter.segments.read import read, read_json, schema
from newsletter.segments.save import change_segment, create_segment
from newsletter.segments.sentences import sentence_of
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.tags.create import create_tag
from tests.factories import make_publication

PRESS: dict[str, Any] = {"tag": "press"}
MANY = '{"any": [' + ", ".join(['{"tag": "press"}'] * 201) + "]}"


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    create_tag(session, made, "press", actor="test")
    create_attribute(session, made, "city", actor="test")
    create_attribute(session, made, "age", type_=AttributeType.NUMBER, actor="test")
    create_attribute(
        session, made, "size", type_=AttributeType.CHOICE, choices=["small", "large"], actor="test"
    )
    return made


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ('{"all": []}', "all", "at least one rule"),
        ('{"tag": 3}', "tag", "Write text here"),
        ('{"all": [{"tag": "No Key"}]}', "all[0].tag", "not in the right format"),
        ('{"all": [{"tag": "press", "topic": "sport"}]}', "all[0].topic", "no field of this name"),
        ('{"nothing": 1}', "", "This is not a rule"),
        ('{"tag": "a\\u0000"}', "tag", "characters that cannot be used"),
        ('{"tag": "\\ud800"}', "tag", "characters that cannot be used"),
        ('{"attribute": "city"}', "", "in one way"),
        ('{"attribute": "city", "is": "Rome", "contains": "o"}', "", "in one way"),
        ('{"attribute": "city", "is": null}', "", "in one way"),
        ('{"attribute": "city", "before": "2026-02-30"}', "before", "Enter a date"),
        ('{"signed_up": {}}', "signed_up", "“before” or “after”"),
        ('{"signed_up": {"after": {"days_ago": -1}}}', "signed_up.after.days_ago", "too small"),
        ('{"clicked": "sometimes"}', "clicked", "ever, never or latest"),
        ('{"clicked": 7, "mailings": 3}', "", "“latest” only"),
        ('{"got": "latest", "mailings": 2, "at_least": 3}', "", "more than “mailings”"),
        ('{"tag": "press"', "line 1, column 16", "delimiter"),
        ('{"tag": "press", "tag": "opera"}', "line 1, column 18", "twice"),
        ("[]", "", "A rule is an object"),
        ('{"not": ' * 10_000 + '{"tag": "press"}' + "}" * 10_000, "", "nested too deeply"),
        ('{"not": ' * 11 + '{"tag": "press"}' + "}" * 11, ".".join(["not"] * 10), "nested too deeply"),
        (MANY, "any", "at most 200"),
        ('{"all": [' + ", ".join(['{"any": [{"tag": "press"}]}'] * 101) + "]}", "all[", "at most 200"),
        ('{"tag": "press"}' + " " * 100_000, "", "at most 100,000 characters"),
        ('{"attribute": "age", "is": 1' + "0" * 5_000 + "}", "", "too large"),
    ],
    ids=range(25),
)
def test_what_is_no_rule_is_refused(text: str, place: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        read_json(text)
    assert caught.value.code == "rules_invalid"
    assert place in next(iter(caught.value.fields))
    assert sentence in caught.value.fields[next(iter(caught.value.fields))]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"tag": "opera"}, "There is no tag “opera”."),
        ({"all": [PRESS, {"topic": "opera"}]}, "all[1]: There is no topic “opera”."),
        ({"attribute": "town", "is": "Rome"}, "There is no attribute “town”."),
        ({"attribute": "city", "greater": 3}, "“city” is a text: compare it by is, is_not, contains"),
        ({"attribute": "age", "is": "3"}, "“age” is a number: enter a number, without quotation marks."),
        ({"attribute": "age", "is": True}, "“age” is a number"),
        ({"attribute": "size", "is": "huge"}, "size: choose one of small, large."),
        ({"attribute": "size", "is": "Small"}, "write it as “small”."),
        ({"clicked": 99}, "The publication has no mailing 99."),
        ({"segment": "press"}, "There is no segment “press”."),
    ],
    ids=range(10),
)
def test_rules_name_what_is_there(
    session: Session, publication: Publication, rules: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused) as caught:
        create_segment(session, publication, "Press", read(rules), actor="test")
    assert sentence in caught.value.message


def test_of_two_who_edit_at_once_the_second_is_told(session: Session, publication: Publication) -> None:
    create_segment(session, publication, "Press", read(PRESS), actor="test")
    change_segment(session, publication, "press", rules=read({"not": PRESS}), edits=0, actor="ana")
    with pytest.raises(Conflict, match="Someone else changed"):
        change_segment(session, publication, "press", name="Journalists", edits=0, actor="bo")
    assert change_segment(session, publication, "press", name="Journalists", edits=1, actor="bo").edits == 2


def test_no_segment_is_made_of_itself(session: Session, publication: Publication) -> None:
    for name, rules in (("a", PRESS), ("b", {"segment": "a"}), ("c", {"not": {"segment": "b"}})):
        create_segment(session, publication, name, read(rules), actor="test")
    with pytest.raises(Refused, match=r"any\[0\]: The segment would include itself: a → c → b → a."):
        change_segment(session, publication, "a", rules=read({"any": [{"segment": "c"}]}), actor="test")


def test_the_schema_says_what_a_rule_can_be() -> None:
    published = schema()
    assert published["$schema"].endswith("2020-12/schema")
    assert {"AllOf", "AttributeRule", "ClickedRule", "Period"} <= published["$defs"].keys()


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"attribute": "renewal", "before": {"in_days": 3}}, "renewal is before 3 days from now"),
        ({"attribute": "renewal", "after": {"days_ago": 1}}, "renewal is after 1 day ago"),
        ({"signed_up": {"after": {"days_ago": 30}}}, "Signed up after 30 days ago"),
        ({"signed_up": {"before": {"days_ago": 0}}}, "Signed up before today"),
        ({"confirmed": {"after": "2026-12-01"}}, "Confirmed after 1 December 2026"),
    ],
)
def test_days_in_words(rule: dict[str, Any], sentence: str) -> None:
    names = Names(1, "en", "Europe/Rome", "sqlite", now=datetime(2026, 12, 1, tzinfo=UTC))
    assert sentence_of(read(rule), names) == sentence
