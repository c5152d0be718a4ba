"""A publication's colours on the readers' pages."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from tests.databases import both_databases


def set_tokens(session: Session, publication: Publication, **tokens: str) -> None:
    publication.theme_tokens = tokens
    session.commit()


def test_a_publication_without_colours_sets_nothing(client: FlaskClient, publication: Publication) -> None:
    response = client.get("/style/morning.css")
    assert response.status_code == 200
    assert response.mimetype == "text/css"
    assert response.text == ""


@both_databases
def test_its_accent_is_there_in_light_and_dark_with_a_readable_ink(
    client: FlaskClient, session: Session, publication: Publication
) -> None:
    set_tokens(session, publication, accent="#103060")
    css = client.get("/style/morning.css").text
    assert "--accent: #103060;" in css
    assert "--accent-ink: #ffffff;" in css
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    assert "--accent: #103060;" not in dark  # too dark for a dark page
    assert "--paper" not in light


def test_a_new_paper_brings_its_inks_and_leaves_the_night_alone(
    client: FlaskClient, session: Session, publication: Publication
) -> None:
    set_tokens(session, publication, paper="#ffffff", ink="#f0f0f0")
    css = client.get("/style/morning.css").text
    assert css.startswith("@media (prefers-color-scheme: light)")
    assert "--ink: #f0f0f0;" not in css  # nobody could read it
    assert "prefers-color-scheme: dark" not in css


def test_fonts(client: FlaskClient, session: Session, publication: Publication) -> None:
    set_tokens(session, publication, headline_font="Georgia, serif")
    assert "--font-reading: Georgia, serif;" in client.get("/style/morning.css").text
    assert "newsreader" not in client.get("/subscribe/morning").text.lower()


@pytest.mark.parametrize("value", ["red; } body { display: none", "url(//evil.example)", "#12345"])
def test_nothing_but_colours_gets_in(
    client: FlaskClient, session: Session, publication: Publication, value: str
) -> None:
    set_tokens(session, publication, accent=value)
    response = client.get("/style/morning.css")
    assert response.status_code == 200
    assert response.text == ""


def test_a_saved_look_is_seen_at_once_and_kept_for_long(
    client: FlaskClient, session: Session, publication: Publication
) -> None:
    def named() -> str:
        found = re.search(r'href="(/style/morning\.css[^"]*)"', client.get("/subscribe/morning").text)
        assert found
        return found[1]

    before = named()
    set_tokens(session, publication, accent="#103060")
    after = named()
    assert before != after
    assert "#103060" in client.get(after).text
    assert client.get(after).headers["Cache-Control"] == "public, max-age=31536000"
    assert client.get(before).headers["Cache-Control"] == "public, max-age=0"


def test_it_is_revalidated_or_not_found(client: FlaskClient, publication: Publication) -> None:
    tag = client.get("/style/morning.css").headers["ETag"]
    assert client.get("/style/morning.css", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/style/evening.css").status_code == 404
