"""How often passwords may be tried and mails asked for."""

import pytest
from flask import Flask
from limits.storage import RedisStorage
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from tests.web.accounts.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TOO_MANY = "There were too many tries. Please wait"


def test_an_account_is_tried_ten_times(visitor: Browser, owner: User, editor: User) -> None:
    for _ in range(10):
        assert visitor.sign_in(owner.email, "a wrong password").status_code == 401
    refused = visitor.sign_in(owner.email)  # the right one
    assert refused.status_code == 429
    page = refused.get_data(as_text=True)
    assert TOO_MANY in page
    assert "15 minutes" in page
    assert owner.email in page
    assert not visitor.is_in
    assert visitor.sign_in(editor.email).status_code == 303


def test_spelling_the_address_otherwise_does_not_help(visitor: Browser, owner: User, app: Flask) -> None:
    app.config["SIGN_INS_PER_ACCOUNT"] = "2 per hour"
    for spelling in ("OLGA@press.example", " olga@PRESS.example"):
        assert visitor.sign_in(spelling, "a wrong password").status_code == 401
    assert visitor.sign_in("Olga@press.example", "a wrong password").status_code == 429


def test_coming_in_gives_the_tries_back(visitor: Browser, owner: User, app: Flask) -> None:
    app.config["SIGN_INS_PER_ACCOUNT"] = "3 per hour"
    for _ in range(3):
        assert visitor.sign_in(owner.email, "a wrong password").status_code == 401
        assert visitor.sign_in(owner.email, "a wrong password").status_code == 401
        assert visitor.sign_in(owner.email).status_code == 303
        visitor.submit("/admin/", to="/sign-out")


def test_a_visitor_who_tries_many_accounts(visitor: Browser, owner: User, app: Flask) -> None:
    app.config["SIGN_INS_PER_VISITOR"] = "5 per hour"
    for number in range(5):
        assert visitor.sign_in(f"user{number}@press.example").status_code == 401
    assert visitor.sign_in("user6@press.example").status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    page = visitor.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"csrf_token": token, "email": owner.email, "password": "a wrong password"}
    assert visitor.post("/sign-in", data=fields, environ_base=elsewhere).status_code == 401


def test_a_forwarded_address_does_not_reset_a_limit(visitor: Browser, owner: User, app: Flask) -> None:
    app.config["SIGN_INS_PER_VISITOR"] = "1 per hour"
    visitor.sign_in("a@press.example")
    page = visitor.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"csrf_token": token, "email": "b@press.example", "password": "x"}
    answer = visitor.post("/sign-in", data=fields, headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 429


def test_the_present_password_cannot_be_guessed_either(visitor: Browser, owner: User, app: Flask) -> None:
    visitor.sign_in(owner.email)
    app.config["SIGN_INS_PER_ACCOUNT"] = "2 per hour"

    def guess() -> int:
        fields = {"current": "a wrong password", "password": "nine loud geese"}
        return visitor.submit("/admin/account", to="/admin/account/password", **fields).status_code

    assert [guess(), guess(), guess()] == [400, 400, 429]


def test_mails_are_asked_for_three_times_an_hour(visitor: Browser, owner: User, session: Session) -> None:
    answers = [visitor.submit("/forgot-password", email=owner.email).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


def test_without_redis_tries_are_counted_all_the_same(visitor: Browser, owner: User, app: Flask) -> None:
    from newsletter.web.limits import limiter

    app.config["SIGN_INS_PER_ACCOUNT"] = "2 per hour"
    assert isinstance(limiter.storage, RedisStorage)
    pool = limiter.storage.storage.connection_pool
    kept = dict(pool.connection_kwargs)
    pool.disconnect()
    pool.connection_kwargs.update(path="/nowhere.sock", host="127.0.0.1", port=1)
    try:
        statuses = [visitor.sign_in("away@press.example").status_code for _ in range(3)]
    finally:
        pool.connection_kwargs.clear()
        pool.connection_kwargs.update(kept)
    assert statuses == [401, 401, 429]
