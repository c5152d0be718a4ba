"""The page on which readers suggest links: off unless wanted, guarded like the sign-up page, and discreet."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.curation.models import Entry, EntryState, Via
from newsletter.publications.models import Publication
from newsletter.web.limits import limiter
from tests.databases import both_databases
from tests.web.public.conftest import STAMP

PAGE, URL = "/suggest/morning", "https://post.example/a"
Suggest = Callable[..., TestResponse]


@pytest.fixture
def suggest(app: Flask, client: FlaskClient, session: Session, publication: Publication) -> Suggest:
    """Fill in the form, with a stamp unless another one is given."""
    publication.suggestions = True
    session.commit()
    app.config["SUGGESTIONS_PER_VISITOR"] = "1000 per hour"

    def send(url: str = URL, **fields: str) -> TestResponse:
        stamp = STAMP.search(client.get(PAGE).text)
        assert stamp is not None
        return client.post(PAGE, data={"url": url, "stamp": stamp[1]} | fields)

    return send


def entries(session: Session) -> list[Entry]:
    session.rollback()
    return list(session.scalars(select(Entry).order_by(Entry.id)))


def test_it_is_not_there_unless_wanted(
    client: FlaskClient, session: Session, publication: Publication
) -> None:
    assert client.get(PAGE).status_code == client.post(PAGE, data={"url": URL}).status_code == 404
    assert "Suggest a link" not in client.get("/archive/morning/").text
    publication.suggestions = True
    session.commit()
    assert f'href="{PAGE}"' in client.get("/archive/morning/").text
    shown = client.get(PAGE, query_string={"url": URL})
    assert (shown.status_code, f'value="{URL}"' in shown.text) == (200, True)
    assert "Set-Cookie" not in shown.headers


@both_databases
def test_a_link_is_suggested_once(suggest: Suggest, session: Session) -> None:
    fields = {"why": "A good read.\r\nReally.", "name": "Ana Lim", "email": "Ana@Example.org"}
    answers = [suggest(**fields), suggest(f"{URL}?utm_source=x", why="Again"), suggest(" post.example/a ")]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert "Thank you" in answers[0].text
    [entry] = entries(session)
    assert (entry.url, entry.via, entry.state) == (URL, Via.SUGGESTION, EntryState.FETCHING)
    assert (entry.note, entry.sender) == ("A good read.\nReally.", "Ana Lim <Ana@example.org>")
    entry.state = EntryState.DISCARDED
    session.commit()
    suggest()  # a stranger brings nothing back
    assert len(entries(session)) == 1


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"url": ""}, 400, "Please enter one link"),
        ({"url": "javascript:alert(1)"}, 400, "Please enter one link"),
        ({"url": "https://a.example https://b.example"}, 400, "Please enter one link"),
        ({"url": "https://a.example/" + "x" * 3_000}, 400, "Please enter one link"),
        ({"email": "ana@"}, 400, "Please enter a full email address"),
        ({"why": "x" * 1_001}, 400, "At most 1,000 characters"),
        ({"name": "x" * 121}, 400, "At most 120 characters"),
        ({"stamp": "forged"}, 200, "press the button once more"),
    ],
)
def test_what_cannot_be_taken_stays_in_the_form(
    suggest: Suggest, session: Session, fields: dict[str, str], status: int, sentence: str
) -> None:
    answer = suggest(**({"why": "Kept <b>"} | fields))
    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert "Kept &lt;b&gt;" in answer.text or "why" in fields
    assert entries(session) == []


def test_programs_and_floods_reach_nothing(app: Flask, suggest: Suggest, session: Session) -> None:
    thanks = suggest(website="https://spam.example")
    assert (thanks.status_code, entries(session)) == (200, [])
    app.config["SUGGESTIONS_PER_PUBLICATION"] = "2 per day"
    with app.app_context():
        limiter.reset()
    answers = [suggest(f"https://post.example/{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "There were many suggestions today. Please try again tomorrow." in answers[2].text
    assert "https://post.example/2" in answers[2].text
    app.config["SUGGESTIONS_PER_VISITOR"] = "2 per hour"
    assert (
        "There were too many attempts." in [suggest(f"https://post.example/{n}") for n in range(3)][-1].text
    )
    session.rollback()
    assert session.scalars(select(func.count()).select_from(Entry)).one() == 2


def test_hostile_texts_are_only_texts(suggest: Suggest, session: Session) -> None:
    assert suggest("https://münchen.example/\u202eسلام").status_code == 400
    answer = suggest("https://münchen.example/سلام?x=<y>", why="\0a\x1b\u2028b", name="Ana\u202e\r\nBcc: x")
    assert answer.status_code == 200
    [entry] = entries(session)
    assert (entry.note, entry.sender) == ("a\nb", "Ana Bcc: x")
    assert "\u202e" not in entry.url
