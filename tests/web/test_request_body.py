"""Over the URL map: what is sent is read before the database is asked, and refused where it is too large."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from flask import Flask, request
from flask_wtf.csrf import CSRFError
from sqlalchemy import event
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.web.body_limits import largest_body
from newsletter.web.database import db
from tests.factories import create_morning
from tests.web.admin.test_access import Call, calls
from tests.web.signed_in import UNSAFE, SignedIn, signed_in_client

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "----x"
PART = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="name"\r\n\r\nAna\r\n--{BOUNDARY}--\r\n'
BODIES = {
    FORM: b"name=Ana&email=ana%40readers.example",
    f"multipart/form-data; boundary={BOUNDARY}": PART.encode(),
    "application/json": b'{"name": "Ana"}',
    "text/plain": b"Ana",
}


class Body(io.BytesIO):
    """A body that knows whether it was read to its end."""

    def is_read(self) -> bool:
        return self.tell() == len(self.getvalue())


SignIn = Callable[[], SignedIn]


@pytest.fixture
def sign_in(app: Flask, session: Session) -> SignIn:
    """Makes a browser in which an owner has signed in: each of them is good for one request."""
    create_morning(session)
    owner = create_user(session, email="olga@press.example", role=RoleName.OWNER, password=None, actor="test")
    session.commit()
    return lambda: signed_in_client(app, session, owner)


@contextmanager
def queries(app: Flask, body: Body) -> Iterator[list[bool]]:
    """For each statement that the application sends: whether the body had been read by then."""
    asked: list[bool] = []

    def note(*_: Any) -> None:
        asked.append(body.is_read())

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def unsafe_calls(app: Flask) -> list[Call]:
    found = [call for call in calls(app, "") if call.method in UNSAFE]
    assert len(found) > 50
    return found


@pytest.mark.parametrize("kind", BODIES)
def test_every_body_is_read_before_the_first_query(app: Flask, sign_in: SignIn, kind: str) -> None:
    with_queries = 0
    for call in unsafe_calls(app):
        body, client = Body(BODIES[kind]), sign_in()
        with queries(app, body) as asked:
            client.open(
                call.path,
                method=call.method,
                input_stream=body,
                content_type=kind,
                content_length=len(BODIES[kind]),
            )
        assert all(asked), call
        with_queries += bool(asked)
    assert with_queries > 40  # most of them ask the database, and the listener hears it


def test_too_large_a_body_is_refused_without_a_query(app: Flask, sign_in: SignIn) -> None:
    for call in unsafe_calls(app):
        length = largest_body(call.path) + 1
        client = sign_in()
        with queries(app, Body()) as asked:
            answer = client.open(
                call.path,
                method=call.method,
                content_type=FORM,
                environ_overrides={"CONTENT_LENGTH": str(length)},
            )
        assert answer.status_code in {413, 303}, call
        assert "<title>" in answer.text or answer.is_json or answer.status_code == 303, call
        if answer.status_code == 413:
            assert not asked or call.path.startswith("/admin/"), (
                call
            )  # an error page of the admin asks who looks


def test_the_server_takes_in_what_routes_allow(app: Flask, session: Session) -> None:
    allowed = set()
    for call in unsafe_calls(app):
        with app.test_request_context(call.path, method=call.method):
            with suppress(CSRFError):
                app.preprocess_request()
            limit = request.max_content_length or 0
            assert limit <= largest_body(call.path), call
            allowed.add(limit)
    assert len(allowed) > 2
