"""A browser with a session, which sends the session's CSRF token with everything that acts."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.models import User
from newsletter.accounts.sessions import begin_session
from newsletter.core import clock

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class SignedIn(FlaskClient):
    """Before each request the test's own transaction ends: on SQLite the application would wait for it."""

    test_session: Session
    token: str = ""

    def open(self, *arguments: Any, csrf: bool = True, **options: Any) -> TestResponse:
        self.test_session.rollback()
        self.test_session.expire_all()
        if csrf and self.token and options.get("method") in UNSAFE:
            headers = dict(options.pop("headers", None) or {})
            options["headers"] = {"X-CSRFToken": self.token} | headers
        return super().open(*arguments, **options)


def signed_in_client(app: Flask, session: Session, user: User | None) -> SignedIn:
    """A browser in which `user` signed in a moment ago; nobody when there is no user."""
    client = SignedIn(app)
    client.test_session = session
    if user is not None:
        key = begin_session(session, user, ip="127.0.0.1", browser="tests")
        session.commit()
        start(client, app, user, key)
    return client


def start(client: SignedIn, app: Flask, user: User, key: str) -> None:
    """Give `client` the cookie of the session `key`."""
    from flask_wtf.csrf import generate_csrf

    with app.test_request_context("/"):
        client.token = str(generate_csrf())
        from flask import session as cookie

        raw = cookie["csrf_token"]
    with client.session_transaction() as kept:
        kept["csrf_token"] = raw
        kept["_user_id"], kept["_fresh"] = user.fs_uniquifier, True
        kept["key"], kept["seen"] = key, int(clock.now().timestamp())
        kept.permanent = True
