"""Answers that are given again without Flask: to whom they may be, and for how long."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from flask import Flask, Response, abort, flash, get_flashed_messages, make_response, request, session
from flask.testing import FlaskClient

from newsletter.core.data_version import DataVersion
from newsletter.web import database, kept_answers, language
from newsletter.web.kept_answers import MOST

HOST = "news.example"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "newsletter.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (n)")
    return path


@pytest.fixture
def made(file: Path) -> Iterator[Flask]:
    """An application whose answers have a number each, and may be kept as far as its views know."""
    app = Flask("numbered")
    app.secret_key = "a secret for the tests"
    numbers = count()
    counter = app.extensions[database.VERSION] = DataVersion(file)

    @app.before_request
    def check() -> None:
        if request.host not in {HOST, "other.example"}:
            abort(400)

    @app.route("/<name>", methods=["GET", "POST"])
    def show(name: str) -> Response:
        kept_answers.begin()
        body = f"{name} {next(numbers)} {request.host} {request.scheme} {request.script_root}"
        body += f" {language.of_browser(request.headers.get('Accept-Language', ''))}"
        response = make_response(body, 404 if name == "missing" else 200)
        if name == "cookie":
            response.set_cookie("name", "value")
        if name == "session":
            session["key"] = "value"
        if name == "flash":
            flash("Saved.")
        if name == "flashed":
            response.set_data(body + str(get_flashed_messages()))
        if name != "private":
            kept_answers.may_keep(lambda _environ: response.get_data())
        if name == "written":  # by somebody else, after the page was read
            write(file)
        return response

    kept_answers.init_app(app)
    yield app
    counter.close()


@pytest.fixture
def client(made: Flask) -> FlaskClient:
    return made.test_client()


def write(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        connection.commit()


def get(client: FlaskClient, path: str = "/page", host: str = HOST, **headers: str) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named, base_url=f"http://{host}").text


def test_an_answer_is_given_again_until_somebody_commits(client: FlaskClient, file: Path) -> None:
    first = get(client)
    assert [get(client) for _ in range(3)] == [first] * 3
    write(file)
    second = get(client)
    assert second != first
    assert get(client) == second


def test_it_is_the_answer_that_flask_gave(client: FlaskClient) -> None:
    first = client.get("/page", base_url=f"http://{HOST}")
    again = client.get("/page", base_url=f"http://{HOST}")
    head = client.head("/page", base_url=f"http://{HOST}")
    assert (again.status, again.data, dict(again.headers)) == (first.status, first.data, dict(first.headers))
    assert (head.status, head.data, dict(head.headers)) == (first.status, b"", dict(first.headers))


def test_what_was_committed_while_it_was_made_counts(client: FlaskClient) -> None:
    assert get(client, "/written") != get(client, "/written")


@pytest.mark.parametrize("name", ["cookie", "session", "flash", "flashed", "private", "missing"])
def test_what_is_somebodys_own_or_no_page_is_never_kept(client: FlaskClient, name: str) -> None:
    assert get(client, f"/{name}") != get(client, f"/{name}")
    client.delete_cookie("session")
    assert get(client, f"/{name}") != get(client, f"/{name}")


def test_a_message_for_one_reader_is_shown_to_no_other(made: Flask) -> None:
    editor, reader = made.test_client(), made.test_client()
    get(editor, "/flash")
    assert "Saved." in get(editor, "/flashed")
    assert "Saved." not in get(reader, "/flashed")


def test_requests_that_are_not_for_the_whole_page_of_everybody_are_flasks(client: FlaskClient) -> None:
    kept = get(client)
    assert get(client, "/page?lang=de") != get(client, "/page?lang=de")
    assert get(client, If_None_Match='"x"') != kept
    assert get(client, If_Modified_Since="Mon, 30 Nov 2026 08:00:00 GMT") != kept
    assert client.post("/page", base_url=f"http://{HOST}").text != kept
    assert get(client) == kept


def test_nothing_is_kept_from_other_methods(client: FlaskClient) -> None:
    client.head("/page", base_url=f"http://{HOST}")
    posted = client.post("/page", base_url=f"http://{HOST}").text
    assert get(client).split()[1] == str(int(posted.split()[1]) + 1)


def test_each_host_language_scheme_and_prefix_has_answers_of_its_own(client: FlaskClient) -> None:
    for _ in range(2):
        assert f" {HOST} http  en" in get(client)
        assert " other.example http  en" in get(client, host="other.example")
        assert f" {HOST} http  de" in get(client, Accept_Language="de")
        assert f" {HOST} https  en" in client.get("/page", base_url=f"https://{HOST}").text
        prefixed = client.get("/page", base_url=f"http://{HOST}", environ_overrides={"SCRIPT_NAME": "/p"})
        assert f" {HOST} http /p en" in prefixed.text


def test_a_host_that_is_refused_is_refused_whatever_is_kept(client: FlaskClient) -> None:
    get(client)
    for _ in range(2):
        assert client.get("/page", base_url="http://forged.example").status_code == 400


def test_where_the_database_has_no_counter_nothing_is_kept(made: Flask, client: FlaskClient) -> None:
    before = made.extensions[database.VERSION]
    made.extensions[database.VERSION] = None
    assert get(client) != get(client)
    made.extensions[database.VERSION] = before


def test_a_file_that_is_gone_is_not_answered_for(client: FlaskClient, file: Path) -> None:
    kept = get(client)
    file.unlink()
    assert get(client) != kept
    assert get(client) != get(client)


def test_what_was_not_asked_for_is_given_up(client: FlaskClient) -> None:
    first, second = get(client, "/a0"), get(client, "/a1")
    for number in range(2, MOST):
        get(client, f"/a{number}")
    assert get(client, "/a0") == first
    get(client, "/one-more")
    assert get(client, "/a0") == first
    assert get(client, "/a1") != second
