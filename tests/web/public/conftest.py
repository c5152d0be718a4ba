"""A publication to subscribe to, and a browser without cookies that fills in its form."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.publications.models import Publication
from newsletter.subscribers.models import State, Subscriber, Subscription
from newsletter.web.limits import limiter
from tests.deciding import decide_all
from tests.factories import create_morning, make_publication

STAMP = re.compile(r'name="stamp" value="([^"]+)"')


@pytest.fixture
def publication(session: Session) -> Publication:
    return create_morning(session)


@pytest.fixture
def subscription(session: Session, publication: Publication) -> Subscription:
    """Ana reads The Morning."""
    return subscribed(session, publication)


def subscribed(
    session: Session,
    publication: Publication,
    email: str = "ana@example.org",
    state: State = State.ACTIVE,
) -> Subscription:
    from newsletter.core.addresses import parse_address

    address = parse_address(email)
    made = Subscription(
        subscriber=Subscriber(
            email=address.email, email_key=address.key, address_hash=address.hash, name="Ana Lim"
        ),
        publication=publication,
        state=state,
    )
    session.add(made)
    session.commit()
    return made


class Browser(FlaskClient):
    """Before each request the test's own transaction ends: on SQLite the application would wait for it.

    After a sign-up, what was deferred is decided, as by a worker.
    """

    test_session: Session

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        self.test_session.rollback()
        self.test_session.expire_all()
        answer = super().open(*arguments, **options)
        if options.get("method") == "POST" and str(arguments[0]).startswith("/subscribe/"):
            decide_all(self.test_session)
        return answer


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """Keeps no cookies, as mail programs do not, and is not held up by the limits unless a test sets them."""
    app.config["SIGN_UP_FASTEST_SECONDS"] = 0
    app.config["SIGN_UPS_PER_VISITOR"] = "100000 per hour"
    app.config["SIGN_UPS_PER_DOMAIN"] = "100000 per hour"
    with app.app_context():
        limiter.reset()  # what other tests counted
    browser = Browser(app, use_cookies=False)
    browser.test_session = session
    return browser


@pytest.fixture
def fill_in(client: FlaskClient) -> Callable[..., TestResponse]:
    """Open the form and send it."""

    def send(
        email: str = "ana@example.org", slug: str = "morning", query: str = "", **fields: str
    ) -> TestResponse:
        page = client.get(f"/subscribe/{slug}{query}").get_data(as_text=True)
        match = STAMP.search(page)
        assert match is not None
        return client.post(f"/subscribe/{slug}{query}", data={"email": email, "stamp": match[1], **fields})

    return send


@pytest.fixture
def weekly(session: Session) -> Publication:
    made = make_publication(session, description="Three stories & a mill.", timezone="Europe/Rome")
    session.commit()
    return made
