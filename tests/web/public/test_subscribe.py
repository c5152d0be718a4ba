"""The sign-up page: for people, for other sites, and against programs."""

import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core.addresses import parse_address
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.models import (
    ConsentRecord,
    State,
    Subscriber,
    Subscription,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress
from newsletter.web import database
from tests.databases import both_databases
from tests.web.public.conftest import STAMP, subscribed

FillIn = Callable[..., TestResponse]

pytestmark = pytest.mark.usefixtures("publication")


def count(session: Session, table: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_form_shows_the_consent_and_asks_nothing_else(client: FlaskClient) -> None:
    response = client.get("/subscribe/morning")
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "I want to receive The Morning by email." in page
    assert "Set-Cookie" not in response.headers


@both_databases
def test_a_stranger_is_told_to_check_the_inbox_and_gets_one_message(
    fill_in: FillIn, session: Session
) -> None:
    response = fill_in("ana@example.org", name="Ana Lim")
    assert response.status_code == 200
    assert "Check your inbox" in response.text
    subscription = session.scalars(select(Subscription)).one()
    assert subscription.state is State.PENDING
    assert subscription.subscriber.name == "Ana Lim"
    record = session.scalars(select(ConsentRecord)).one()
    assert (
        record.text == "I want to receive The Morning by email. I can unsubscribe at any time with one click."
    )
    assert record.ip == "127.0.0.1"
    assert session.scalars(select(SystemMessage)).one().kind == "confirmation"


def test_nobody_learns_who_is_known(fill_in: FillIn, session: Session, publication: Publication) -> None:
    subscribed(session, publication, "known@example.org")
    subscribed(session, publication, "waiting@example.org", State.PENDING)
    suppress(session, parse_address("no@example.org").hash, SuppressionReason.COMPLAINT, actor="test")
    session.commit()
    answers = [fill_in(f"{who}@example.org") for who in ("new", "known", "waiting", "no", "known", "new")]
    answers.append(fill_in("bot@example.org", website="https://spam.example"))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1


def test_the_page_does_the_same_whoever_it_is(
    app: Flask, client: FlaskClient, session: Session, publication: Publication
) -> None:
    """No statement depends on the address, so neither does the time that the page takes."""
    subscribed(session, publication, "known@example.org")
    suppress(session, parse_address("no@example.org").hash, SuppressionReason.COMPLAINT, actor="test")
    session.commit()
    stamp = STAMP.search(client.get("/subscribe/morning").text)
    assert stamp is not None
    done: list[str] = []
    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", lambda *what: done.append(what[2]))
    statements = []
    for who in ("known", "no", "new"):
        done.clear()
        fields = {"email": f"{who}@example.org", "stamp": stamp[1]}
        assert FlaskClient.open(client, "/subscribe/morning", method="POST", data=fields).status_code == 200
        statements.append([statement for statement in done if not statement.startswith("BEGIN")])
    assert statements[0] == statements[1] == statements[2]
    assert not any(word in str(statements) for word in ("subscriber", "suppression", "system_message"))


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@", "a b@example.org", "ana@example.org\nBcc: x@y.example", "x" * 300]
)
def test_a_malformed_address_is_told_at_its_field_and_nothing_is_lost(
    fill_in: FillIn, session: Session, email: str
) -> None:
    response = fill_in(email, name="Zoë <b>")
    assert response.status_code == 400
    assert 'aria-invalid="true"' in response.text
    assert re.search(r'aria-describedby="[^"]*email-error"', response.text)
    assert 'value="Zoë &lt;b&gt;"' in response.text
    assert count(session, Subscriber) == 0


@pytest.mark.parametrize("name", ["علي بن أبي طالب", "名" * 500, "a\x00b\x1f", "👩🏽‍💻 Zoë", "' OR 1=1 --"])
def test_any_name_is_taken(fill_in: FillIn, session: Session, name: str) -> None:
    assert fill_in(name=name).status_code == 200
    kept = session.scalars(select(Subscriber)).one().name
    assert 0 < len(kept) <= 120
    assert "\x00" not in kept


def test_an_unknown_publication_is_not_found(client: FlaskClient) -> None:
    assert client.get("/subscribe/evening").status_code == 404
    assert client.post("/subscribe/evening", data={"email": "ana@example.org"}).status_code == 404
    assert client.get("/subscribe/evening%00").status_code == 404


def test_a_program_that_fills_in_everything_is_told_the_same_and_does_nothing(
    fill_in: FillIn, session: Session
) -> None:
    response = fill_in(website="https://spam.example")
    assert "Check your inbox" in response.text
    assert count(session, Subscriber) == 0


def test_too_fast_is_asked_again_with_nothing_lost(app: Flask, fill_in: FillIn, session: Session) -> None:
    app.config["SIGN_UP_FASTEST_SECONDS"] = 2
    response = fill_in("ana@example.org", name="Ana")
    assert response.status_code == 200
    assert "press the button once more" in response.text
    assert 'value="ana@example.org"' in response.text
    assert 'value="Ana"' in response.text
    assert count(session, Subscriber) == 0


@both_databases
def test_the_second_press_is_taken(app: Flask, client: FlaskClient, session: Session) -> None:
    app.config["SIGN_UP_FASTEST_SECONDS"] = 2
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as traveller:
        first = client.post("/subscribe/morning", data={"email": "ana@example.org"})
        match = STAMP.search(first.text)
        assert match is not None
        traveller.shift(3)
        client.post("/subscribe/morning", data={"email": "ana@example.org", "stamp": match[1]})
    assert count(session, Subscription) == 1


def test_a_form_from_yesterday_is_asked_again(client: FlaskClient, session: Session) -> None:
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as traveller:
        match = STAMP.search(client.get("/subscribe/morning").text)
        assert match is not None
        traveller.shift(13 * 3600)
        response = client.post("/subscribe/morning", data={"email": "ana@example.org", "stamp": match[1]})
    assert "press the button once more" in response.text
    assert count(session, Subscriber) == 0


def test_a_visitor_has_an_allowance(app: Flask, fill_in: FillIn, session: Session) -> None:
    app.config["SIGN_UPS_PER_VISITOR"] = "3 per hour"
    answers = [fill_in(f"reader{number}@limit-{app.name}.example", name="Ana") for number in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert "too many requests" in answers[-1].text
    assert 'value="Ana"' in answers[-1].text
    assert f'value="reader4@limit-{app.name}.example"' in answers[-1].text
    assert count(session, Subscriber) == 3


def test_a_domain_has_an_allowance_whoever_asks(app: Flask, fill_in: FillIn, client: FlaskClient) -> None:
    app.config["SIGN_UPS_PER_DOMAIN"] = "2 per hour"
    answers = [fill_in(f"reader{number}@victim.example") for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert fill_in("reader@elsewhere.example").status_code == 200


def test_a_proxy_header_does_not_reset_the_allowance(app: Flask, client: FlaskClient) -> None:
    app.config["SIGN_UPS_PER_VISITOR"] = "2 per hour"
    codes = []
    for number in range(4):
        match = STAMP.search(client.get("/subscribe/morning").text)
        assert match is not None
        answer = client.post(
            "/subscribe/morning",
            data={"email": f"reader{number}@example.org", "stamp": match[1]},
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )
        codes.append(answer.status_code)
    assert codes == [200, 200, 429, 429]


def test_other_sites_may_frame_the_small_form_only(client: FlaskClient, fill_in: FillIn) -> None:
    small = client.get("/subscribe/morning?embed=1")
    assert "frame-ancestors *" in small.headers["Content-Security-Policy"]
    assert "embed=1" in small.text
    assert "frame-ancestors *" in fill_in(query="?embed=1").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get("/subscribe/morning").headers["Content-Security-Policy"]


def test_the_consent_is_kept_in_the_language_it_was_read_in(
    client: FlaskClient, session: Session, publication: Publication
) -> None:
    page = client.get("/subscribe/morning?lang=en").text
    action = re.search(r'<form[^>]*action="([^"]+)"', page)
    match = STAMP.search(page)
    assert action is not None
    assert match is not None
    client.post(action[1].replace("&amp;", "&"), data={"email": "ana@example.org", "stamp": match[1]})
    assert session.scalars(select(ConsentRecord)).one().locale == "en"
