"""The pages of segments: rules are built from rows, counted, explained and saved, without a script."""

from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.segments.find import find_segment, list_segments
from newsletter.segments.read import read
from newsletter.segments.save import create_segment
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.tags.assign import assign_tag
from newsletter.subscribers.tags.create import create_tag
from tests.databases import both_databases
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import LIST, XSS
from tests.web.signed_in import SignedIn

NEW = f"{LIST}/new-segment"
ALL = f"{LIST}/segments"


@pytest.fixture
def labelled(session: Session, publication: Publication, people: People) -> People:
    create_attribute(session, publication, "city", label="City", actor="test")
    press = create_tag(session, publication, "Press", actor="test")
    assign_tag(session, press, [people["ana"].subscriber_id, people["cy"].subscriber_id])
    people["ana"].subscriber.attributes = {"city": "Rome"}
    session.commit()
    return people


def fields(page: str) -> dict[str, str]:
    """What the form of rules sends when nothing is typed into it."""
    form = html.fromstring(page).cssselect("form[hx-post]")[0]
    return {name: str(value) for name, value in form.form_values()}


def post(client: SignedIn, url: str, facts: dict[str, str], status: int = 200) -> str:
    answer = client.post(url, data=facts)
    assert answer.status_code == status, answer.text
    return answer.text


@both_databases
def test_rules_are_built_row_by_row_and_saved(
    editor_client: SignedIn, session: Session, publication: Publication, labelled: People
) -> None:
    page = editor_client.get(NEW).text
    page = post(editor_client, NEW, fields(page) | {"do": "add:r", "r.new": "attribute:city"})
    page = post(editor_client, NEW, fields(page) | {"do": "group:r"})
    page = post(editor_client, NEW, fields(page) | {"do": "add:r.1", "r.1.new": "tag"})
    page = post(editor_client, NEW, fields(page) | {"do": "add:r.1", "r.1.new": "clicked"})
    page = post(editor_client, NEW, fields(page) | {"do": "remove:r.1.1"})
    said = fields(page) | {"name": "Romans", "r.0.value": "Rome", "r.1.0.value": "press"}
    count = editor_client.post(f"{LIST}/count-segment", data=said).text
    assert "ana@readers.example" in count
    assert "cy@readers.example" not in count
    assert editor_client.post(NEW, data=said | {"do": "save"}).status_code == 303
    session.expire_all()
    assert find_segment(session, publication, "romans").rules == {
        "all": [{"attribute": "city", "is": "Rome"}, {"any": [{"tag": "press"}]}]
    }
    assert "Romans" in editor_client.get(ALL).text
    why = editor_client.get(f"{ALL}/romans?address=cy@readers.example").text
    assert "cy@readers.example is not in it" in why
    assert "City is Rome" in why


def test_what_is_wrong_is_said_at_its_row_and_what_was_typed_stays(
    editor_client: SignedIn, session: Session, publication: Publication, labelled: People
) -> None:
    row = {"r.join": "all", "r.0.about": "signed_up", "r.0.how": "before", "r.0.value": f"soon {XSS}"}
    page = post(editor_client, NEW, row | {"name": "Old", "do": "save"}, 400)
    assert "soon" in page
    assert XSS not in page
    assert "Not saved" in page
    assert list_segments(session, publication) == []
    assert "name" in post(
        editor_client, NEW, row | {"r.0.value": "2026-01-01", "name": " ", "do": "save"}, 400
    )


def test_of_two_editors_the_second_is_told(
    editor_client: SignedIn, session: Session, publication: Publication, labelled: People
) -> None:
    create_segment(session, publication, "Press", read({"tag": "press"}), actor="test")
    session.commit()
    one = f"{ALL}/press"
    first = fields(editor_client.get(one).text) | {"do": "save"}
    assert editor_client.post(one, data=first | {"r.join": "none"}).status_code == 303
    assert editor_client.post(one, data=first | {"name": "The press"}).status_code == 409
    session.expire_all()
    assert find_segment(session, publication, "press").name == "Press"


def test_a_segment_that_is_used_is_not_deleted(
    editor_client: SignedIn, session: Session, publication: Publication, labelled: People
) -> None:
    create_segment(session, publication, "Press", read({"tag": "press"}), actor="test")
    create_segment(session, publication, "Others", read({"not": {"segment": "press"}}), actor="test")
    session.commit()
    page = editor_client.post(f"{ALL}/press/delete", follow_redirects=True).text
    assert "is used by the segment “Others”" in page
    for slug in ("others", "press", "press"):
        assert editor_client.post(f"{ALL}/{slug}/delete").status_code == 303
    session.expire_all()
    assert list_segments(session, publication) == []


@pytest.mark.parametrize(
    "hostile",
    [
        "r.0.about=&do=save",
        "r.0.about=attribute:gone&r.0.how=is&r.0.value=1&do=save",
        "do=remove:r.99.99&r.join=all",
        "do=add:r.0.0.0&r.new=tag&r.join=x",
        "do=nothing&r.0.join=any&r.0.0.join=any",
        "do=save&name=x",
    ],
)
def test_forms_that_no_page_sends(editor_client: FlaskClient, labelled: People, hostile: str) -> None:
    answer = editor_client.post(NEW, data=dict(parse_qsl(hostile, keep_blank_values=True)))
    assert answer.status_code in {200, 400}
