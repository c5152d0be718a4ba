"""`/subscribe/<publication>/json`: clear answers for programs, the form's limits, and only some sites."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.models import ConsentRecord, ConsentSource, Subscriber, Subscription
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from tests.databases import both_databases
from tests.web.public.conftest import subscribed

URL = "/subscribe/morning/json"
SITE = "https://www.example.org"


@pytest.fixture(autouse=True)
def offering(session: Session, publication: Publication) -> Publication:
    """It offers a topic, a tag and a number, and lets the scripts of one site in."""
    create_topic(session, publication, "Sport", description="All that moves.", actor="test")
    create_tag(session, publication, "Teacher", by_readers=True, actor="test")
    create_attribute(session, publication, "cats", type_=AttributeType.NUMBER, by_readers=True, actor="test")
    publication.sign_up_sites = f"{SITE}\nhttps://shop.example"
    session.commit()
    return publication


def post(client: FlaskClient, body: Any, **headers: str) -> TestResponse:
    return client.post(URL, json=body, headers=headers)


@both_databases
def test_a_sign_up_with_all_that_can_be_said(client: FlaskClient, session: Session) -> None:
    body = {
        "email": "ana@example.org",
        "name": "Ana Lim",
        "topics": ["gone"],
        "tags": ["teacher", "gone"],
        "attributes": {"cats": 3, "gone": "x"},
        "language": "de",
        "page": "https://www.example.org/join?token=s3cret",
        "utm": {"source": "blog", "nonsense": "x"},
    }
    answer = post(client, body)
    assert answer.status_code == 202
    assert answer.json is not None
    assert "E-Mail" in answer.json["message"]
    assert answer.json["did_you_mean"] is None
    subscription = session.scalars(select(Subscription)).one()
    assert subscription.subscriber.name == "Ana Lim"
    assert subscription.sign_up_choices == {
        "topics": {"sport": False},
        "tags": ["teacher"],
        "values": {"cats": 3},
        "language": "de",
    }
    record = session.scalars(select(ConsentRecord)).one()
    assert (record.source, record.locale) == (ConsentSource.SITE, "de")
    assert record.origin == {"page": "https://www.example.org/join", "utm": {"source": "blog"}}
    assert session.scalars(select(SystemMessage)).one().locale == "de"


def test_an_address_is_enough_and_the_answer_says_nothing_about_it(
    client: FlaskClient, session: Session, publication: Publication
) -> None:
    subscribed(session, publication, "known@example.org")
    answers = [post(client, {"email": f"{who}@example.org"}) for who in ("known", "new", "new")]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.data for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "bad_request", "email"),
        ({"email": 7}, "bad_request", "email"),
        ({"email": "ana"}, "bad_address", "email"),
        ({"email": "ana@example.org\nBcc: x@y.example"}, "bad_address", "email"),
        ({"email": "ana@example.org", "topics": "sport"}, "bad_request", "topics"),
        ({"email": "ana@example.org", "topic": ["sport"]}, "bad_request", "topic"),
        ({"email": "ana@example.org", "attributes": {"cats": "many"}}, "bad_value", "attributes.cats"),
        ({"email": "ana@example.org", "attributes": {"cats": [1]}}, "bad_request", "attributes.cats"),
        ({"email": "ana@example.org", "name": "x" * 2_000}, "bad_request", "name"),
        ({"email": "ana@example.org", "utm": {str(n): "x" for n in range(30)}}, "bad_request", "utm"),
        ([], "bad_request", None),
        ("ana@example.org", "bad_request", None),
    ],
)
def test_what_is_wrong_is_told_by_field(
    client: FlaskClient, session: Session, body: Any, code: str, field: str | None
) -> None:
    answer = post(client, body)
    assert (answer.status_code, answer.mimetype) == (400, "application/json")
    assert answer.json is not None
    assert answer.json["error"] == code
    assert answer.json["message"].endswith(".")
    assert set(answer.json["fields"]) == ({field} if field else set())
    assert session.scalars(select(Subscriber)).all() == []


@pytest.mark.parametrize("text", ["", "{", '{"email": "\\ud800@example.org"}', "\xff", "nul\0", "[" * 10_000])
def test_no_json_is_refused(client: FlaskClient, text: str) -> None:
    answer = client.post(URL, data=text.encode("latin-1"), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"] == "bad_request"


def test_a_form_of_another_site_cannot_post_here_unasked(client: FlaskClient, session: Session) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        answer = client.post(URL, data=b'{"email": "ana@example.org"}', content_type=kind)
        assert answer.status_code == 415
        assert answer.json is not None
        assert answer.json["error"] == "not_json"
    assert session.scalars(select(Subscriber)).all() == []


def test_any_name_and_surrogates_make_no_trouble(client: FlaskClient, session: Session) -> None:
    assert post(client, {"email": "ana@example.org", "name": "a\x00b\x1f \u202e"}).status_code == 202
    assert session.scalars(select(Subscriber)).one().name.startswith("a b")


def test_the_allowances_are_those_of_the_form(app: Flask, client: FlaskClient) -> None:
    app.config["SIGN_UPS_PER_VISITOR"] = "2 per hour"
    answers = [post(client, {"email": f"r{n}@json-{app.name}.example"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json is not None
    assert answers[2].json["error"] == "too_many_sign_ups"


def test_it_says_what_can_be_chosen_and_what_to_show(client: FlaskClient) -> None:
    facts = client.get(f"{URL}?lang=it").json
    assert facts is not None
    assert facts["topics"] == [{"key": "sport", "name": "Sport", "description": "All that moves."}]
    assert facts["tags"] == [{"key": "teacher", "name": "Teacher"}]
    assert facts["attributes"] == [{"key": "cats", "label": "cats", "type": "number", "choices": []}]
    assert (facts["publication"], facts["language"]) == ("The Morning", "it")
    assert "Desidero ricevere The Morning" in facts["consent"]
    assert facts["languages"]["de"] == "Deutsch"
    assert client.get("/subscribe/evening/json").json == {
        "error": "unknown_publication",
        "message": "There is no publication called “evening”.",
        "fields": {},
    }


@both_databases
def test_scripts_of_the_named_sites_may_read_the_answer_and_no_others(client: FlaskClient) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        for origin, allowed in ((SITE, True), ("https://evil.example", False), ("null", False)):
            answer = client.open(URL, method=method, json={"email": "x"}, headers={"Origin": origin})
            named = answer.headers.get("Access-Control-Allow-Origin")
            assert named == (origin if allowed else None), (method, origin)
            assert "Origin" in answer.vary
            assert "Access-Control-Allow-Credentials" not in answer.headers
    assert client.options("/subscribe/evening/json", headers={"Origin": SITE}).status_code == 200


def test_a_slip_in_the_address_is_hinted_at(client: FlaskClient) -> None:
    answer = post(client, {"email": "ana@gmial.com"})
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["did_you_mean"] == "ana@gmail.com"
