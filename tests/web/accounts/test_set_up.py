"""The first owner, by the link of the first start."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.accounts.tokens import link_state
from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.settings import Settings
from tests.databases import both_databases
from tests.web.accounts.conftest import PASSWORD, Browser, audited


@pytest.fixture
def links(settings: Settings) -> Links:
    return Links("http://localhost", Signer(settings.secrets))


@pytest.fixture
def path(links: Links) -> str:
    return urlsplit(links.set_up()).path


def test_it_makes_the_owner_once(
    visitor: Browser, new_visitor: Callable[[], Browser], session: Session, path: str
) -> None:
    opened = visitor.get(path)
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert opened.headers["Cache-Control"] == "no-store"
    made = visitor.submit(path, email="Olga@Press.example", password=PASSWORD)
    assert made.location == "/admin/"
    assert visitor.is_in
    assert visitor.get("/admin/team").status_code == 200
    session.rollback()
    user = session.scalars(select(User)).one()
    assert (user.email, user.role) == ("Olga@press.example", "owner")
    assert audited(session, "user.created")[0]["actor"] == "set-up"
    late = new_visitor()
    for answer in (late.get(path), visitor.get(path)):
        assert answer.status_code == 409
        assert "already has an owner" in answer.get_data(as_text=True)


@both_databases
def test_the_form_of_whoever_was_second_is_refused(
    visitor: Browser, new_visitor: Callable[[], Browser], session: Session, path: str
) -> None:
    second = new_visitor()
    page = second.get(path).get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    visitor.submit(path, email="olga@press.example", password=PASSWORD)
    fields = {"csrf_token": token, "email": "eve@evil.example", "password": PASSWORD}
    assert second.post(path, data=fields).status_code == 409
    session.rollback()
    assert [user.email for user in session.scalars(select(User))] == ["olga@press.example"]


@pytest.mark.parametrize(
    ("email", "password", "problem"),
    [
        ("", PASSWORD, "Please enter your email address."),
        ("nonsense", PASSWORD, "Please enter a full email address"),
        ("olga@press.example", "", "Please choose a password."),
        ("olga@press.example", "short", "Use at least 10 characters."),
        ("olga@press.example", "password123", "too easy to guess"),
        ("olga@press.example", "aaaaaaaaaaaaaaaa", "too easy to guess"),
        ("olga@press.example", "Olga@press.example", "Your password cannot be your email address."),
        ("olga@press.example", "x1" * 400, "Use at most 256 characters."),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_will_not_do_is_said_at_its_field(
    visitor: Browser, path: str, email: str, password: str, problem: str
) -> None:
    answer = visitor.submit(path, email=email, password=password)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert problem in page
    assert f'value="{email}"' in page
    assert 'aria-invalid="true"' in page
    assert visitor.get(path).status_code == 200  # nobody was made


def test_it_is_valid_for_a_week(visitor: Browser, path: str) -> None:
    with time_machine.travel(clock.now() + timedelta(days=6)):
        assert visitor.get(path).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=8)):
        answer = visitor.get(path)
        assert answer.status_code == 400
        assert "expired" in answer.get_data(as_text=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_other_link_opens_it(visitor: Browser, links: Links, path: str) -> None:
    token = path.rsplit("/", 1)[1]
    for place, letter in enumerate(token):
        other = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        assert visitor.get(f"/set-up/{other}").status_code in {400, 404}, place
    state = link_state(User(id=1, fs_uniquifier="x", password=None))
    for link in (links.invitation(1, state), links.reset_password(1, state)):
        assert visitor.get(f"/set-up/{link.rsplit('/', 1)[1]}").status_code == 404
    assert visitor.get(f"/set-up/{'x' * 5000}").status_code == 404
    for route in ("invitation", "reset-password", "confirm", "p", "u"):
        assert visitor.get(f"/{route}/{token}").status_code == 404
