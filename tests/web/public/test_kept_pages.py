"""Readers' pages that are given again without Flask: on SQLite, until somebody commits."""

from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from flask import Flask, request, request_started
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.document.blocks import BLOCKS
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.public.published import publish

INDEX, SIGN_UP = "/archive/weekly/", "/subscribe/weekly"
OTHERS = (
    "/archive/weekly/one",
    "/archive/weekly/one/email",
    "/archive/weekly/feed.atom",
    "/style/weekly.css",
)


@contextmanager
def requests_to_flask(app: Flask) -> Iterator[list[str]]:
    """The paths of the requests that reach Flask while the block runs."""
    paths: list[str] = []

    def note(_app: Flask, **_more: object) -> None:
        paths.append(request.path)

    with request_started.connected_to(note, app):
        yield paths


@both_databases
def test_a_page_is_given_again_until_somebody_commits(
    app: Flask, client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly, sections=(BLOCKS["text"].example(),))
    sqlite = session.get_bind().dialect.name == "sqlite"
    # An answer says when it was made (Date): what is made twice is made in the same second.
    with time_machine.travel(clock.now(), tick=False):
        for number, path in enumerate((INDEX, SIGN_UP, *OTHERS)):
            first = client.get(path)
            with requests_to_flask(app) as paths:
                again = client.get(path)
                assert paths == ([] if sqlite else [path])
                make_publication(session, f"other-{number}")  # whatever it is about
                session.commit()
                client.get(path)
                assert paths == ([path] if sqlite else [path, path])
            assert dict(again.headers) == dict(first.headers)
            assert path == SIGN_UP or again.data == first.data


def test_a_kept_page_does_not_answer_for_another_host(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly)
    for path in (INDEX, SIGN_UP):
        for _ in range(2):
            assert client.get(path).status_code == 200
            assert client.get(path, base_url="http://forged.example").status_code == 400
