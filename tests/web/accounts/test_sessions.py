"""Sessions: a new one at each sign-in, and every way in which one ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr
from sqlalchemy.orm import Session

from newsletter.accounts.find import find_user
from newsletter.accounts.models import User
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.roles import change_role, deactivate
from newsletter.app import create_app
from newsletter.settings import Settings
from tests.databases import both_databases
from tests.web.accounts.conftest import PASSWORD, Browser

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
COOKIE = "newsletter_session"


def cookie_of(visitor: Browser) -> str:
    found = visitor.get_cookie(COOKIE)
    assert found is not None
    return found.value


def test_a_copied_cookie_is_worth_nothing_after_signing_out(
    visitor: Browser, new_visitor: Callable[[], Browser], owner: User
) -> None:
    visitor.sign_in(owner.email)
    thief = new_visitor()
    thief.set_cookie(COOKIE, cookie_of(visitor))
    assert thief.is_in
    visitor.submit("/admin/", to="/sign-out")
    assert not thief.is_in


def test_signing_in_gives_a_new_session(
    visitor: Browser, new_visitor: Callable[[], Browser], owner: User
) -> None:
    visitor.get("/sign-in")
    planted = cookie_of(visitor)
    visitor.sign_in(owner.email)
    with visitor.session_transaction() as kept:
        first = kept["key"]
    attacker = new_visitor()
    attacker.set_cookie(COOKIE, planted)
    assert not attacker.is_in
    before = cookie_of(visitor)
    other = new_visitor()
    other.set_cookie(COOKIE, before)
    other.submit("/admin/", to="/sign-out")
    visitor.sign_in(owner.email)
    with visitor.session_transaction() as kept:
        assert kept["key"] != first


@both_databases
def test_a_new_password_ends_every_session_but_this_one(
    visitor: Browser, new_visitor: Callable[[], Browser], owner: User
) -> None:
    visitor.sign_in(owner.email)
    elsewhere = new_visitor()
    elsewhere.sign_in(owner.email)
    before = cookie_of(visitor)
    changed = visitor.submit(
        "/admin/account", to="/admin/account/password", current=PASSWORD, password="nine loud geese"
    )
    assert changed.status_code == 303
    assert visitor.is_in
    assert not elsewhere.is_in
    elsewhere.set_cookie(COOKIE, before)
    assert not elsewhere.is_in
    assert elsewhere.sign_in(owner.email).status_code == 401
    assert elsewhere.sign_in(owner.email, "nine loud geese").status_code == 303


@both_databases
def test_signing_out_everywhere_else(
    visitor: Browser, new_visitor: Callable[[], Browser], owner: User
) -> None:
    visitor.sign_in(owner.email)
    elsewhere = new_visitor()
    elsewhere.sign_in(owner.email)
    visitor.submit("/admin/account", to="/admin/account/sessions/end")
    assert visitor.is_in
    assert not elsewhere.is_in


def test_idle_for_twelve_hours(visitor: Browser, owner: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        visitor.sign_in(owner.email)
        for _ in range(5):  # used now and then, it goes on
            clock.shift(timedelta(hours=11))
            assert visitor.is_in
        clock.shift(timedelta(hours=12, minutes=6))
        assert not visitor.is_in


def test_after_thirty_days_in_any_case(visitor: Browser, owner: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        visitor.sign_in(owner.email)
        for _ in range(30 * 24 // 8 - 1):
            clock.shift(timedelta(hours=8))
            visitor.get("/admin/session.json")
        assert visitor.is_in
        clock.shift(timedelta(hours=8, minutes=1))
        assert not visitor.is_in


def test_whoever_is_deactivated_is_out_at_once(
    visitor: Browser, owner: User, editor: User, session: Session
) -> None:
    visitor.sign_in(editor.email)
    assert visitor.is_in
    deactivate(session, find_user(session, editor.id), actor="test")
    session.commit()
    assert not visitor.is_in
    assert visitor.sign_in(editor.email).status_code == 401


@both_databases
def test_another_role_counts_at_once(visitor: Browser, owner: User, editor: User, session: Session) -> None:
    visitor.sign_in(editor.email)
    assert visitor.get("/admin/team").status_code == 403
    change_role(session, find_user(session, editor.id), RoleName.OWNER, actor="test")
    session.commit()
    assert visitor.get("/admin/team").status_code == 200


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_cookie_is_out_of_reach(settings: Settings, session: Session, owner: User, https: bool) -> None:
    if https:
        settings = settings.model_copy(update={"public_url": "https://news.example.org"})
    app = create_app(settings)
    visitor = Browser(app)
    visitor.test_session = session
    answer = visitor.get("/sign-in", base_url="https://news.example.org" if https else None)
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.getlist("Set-Cookie"):
        jar.load(header)
    (name,) = jar
    assert name == ("__Host-newsletter" if https else COOKIE)
    assert jar[name]["httponly"] is True
    assert jar[name]["samesite"] == "Lax"
    assert bool(jar[name]["secure"]) is https
    assert jar[name]["path"] == "/"
    assert not jar[name]["domain"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sessions_survive_a_new_secret_as_long_as_the_old_one_is_kept(
    settings: Settings, visitor: Browser, owner: User, session: Session
) -> None:
    visitor.sign_in(owner.email)
    old = settings.secret_key
    for kept, expected in (([old], True), ([], False)):
        turned = settings.model_copy(update={"secret_key": SecretStr("another"), "old_secret_keys": kept})
        vars(turned).pop("secrets", None)
        later = Browser(create_app(turned))
        later.test_session = session
        later.set_cookie(COOKIE, cookie_of(visitor))
        assert later.is_in is expected


@both_databases
@pytest.mark.parametrize("path", ["/", "/healthz"])
def test_readers_pages_know_no_session(app: Flask, visitor: Browser, owner: User, path: str) -> None:
    visitor.sign_in(owner.email)
    answer = visitor.get(path)
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "csrf_token" not in answer.get_data(as_text=True)
