"""How often passwords may be tried and mails asked for."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from limits.storage import RedisStorage
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.accounts.tokens import link_facts
from newsletter.core.links import Links
from tests.web.accounts.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TOO_MANY = "There were too many attempts. Please wait"


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


def _from(visitor: Browser, address: str) -> Browser:
    visitor.environ_base["REMOTE_ADDR"] = address
    return visitor


def test_addresses_of_one_ipv6_network_are_one_visitor(
    new_visitor: Callable[[], Browser], owner: User, app: Flask
) -> None:
    app.config["SIGN_INS_PER_VISITOR"] = "2 per hour"

    def tries(*addresses: str) -> list[int]:
        return [
            _from(new_visitor(), address).sign_in(f"user{number}@press.example").status_code
            for number, address in enumerate(addresses)
        ]

    assert tries(*[f"2001:db8:0:1:{n}::1" for n in range(3)]) == [401, 401, 429]
    # Another household at the same provider has its own, until the whole /48 has had eight times as many.
    assert tries(*[f"2001:db8:0:{n}::1" for n in range(2, 20)]) == [401] * 14 + [429] * 4
    assert tries("2001:db8:1::1") == [401]


def test_strangers_do_not_lock_the_owner_out(
    new_visitor: Callable[[], Browser], owner: User, app: Flask
) -> None:
    app.config["SIGN_INS_PER_ACCOUNT"], app.config["SIGN_INS_OF_STRANGERS"] = "2 per hour", "8 per hour"
    known = _from(new_visitor(), "192.0.2.1")
    assert known.sign_in(owner.email).status_code == 303
    cookie = known.get_cookie("newsletter_device")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Strict"
    known.submit("/admin/", to="/sign-out")

    stranger = new_visitor()
    guesses = [_from(stranger, "192.0.2.1").sign_in(owner.email, "a guess").status_code for _ in range(4)]
    assert guesses == [401, 401, 429, 429]
    elsewhere = _from(new_visitor(), "198.51.100.9")
    assert elsewhere.sign_in(owner.email).status_code == 303  # another network: not even without a cookie
    far = [
        _from(new_visitor(), f"203.0.113.{number}").sign_in(owner.email, "a guess").status_code
        for number in range(10)
    ]
    assert far[-1] == 429  # all together had enough
    assert _from(new_visitor(), "198.51.100.9").sign_in(owner.email).status_code == 429
    assert known.sign_in(owner.email).status_code == 303


def test_a_known_browser_has_an_allowance_of_its_own(visitor: Browser, owner: User, app: Flask) -> None:
    app.config["SIGN_INS_PER_DEVICE"], app.config["SIGN_INS_PER_ACCOUNT"] = "2 per hour", "1 per hour"
    visitor.sign_in(owner.email)
    visitor.submit("/admin/", to="/sign-out")
    guesses = [visitor.sign_in(owner.email, "a guess").status_code for _ in range(5)]
    assert guesses == [401, 401, 401, 429, 429]  # then it is a stranger, who has one try


def test_a_device_cookie_is_for_one_account_and_cannot_be_made(
    new_visitor: Callable[[], Browser], owner: User, editor: User, app: Flask
) -> None:
    app.config["SIGN_INS_PER_ACCOUNT"] = "1 per hour"
    known = new_visitor()
    known.sign_in(editor.email)
    known.submit("/admin/", to="/sign-out")
    assert [known.sign_in(owner.email, "a guess").status_code for _ in range(2)] == [401, 429]
    forger = new_visitor()
    for forged in ("", "nonsense", "A" * 64):
        forger.set_cookie("newsletter_device", forged)
        assert forger.sign_in(owner.email, "a guess").status_code == 429


def test_a_used_reset_link_forgives(
    new_visitor: Callable[[], Browser], owner: User, app: Flask, links: Links
) -> None:
    app.config["SIGN_INS_PER_ACCOUNT"], app.config["SIGN_INS_OF_STRANGERS"] = "1 per hour", "2 per hour"
    for number in range(4):
        _from(new_visitor(), f"203.0.113.{number}").sign_in(owner.email, "a guess")
    visitor = _from(new_visitor(), "192.0.2.5")
    assert visitor.sign_in(owner.email).status_code == 429
    facts = link_facts(owner)
    path = urlsplit(links.reset_password(facts["user_id"], facts["state"])).path
    assert visitor.submit(path, password="nine loud geese").status_code == 303
    assert visitor.sign_in(owner.email, "nine loud geese").status_code == 303


def test_strangers_do_not_keep_the_owner_from_a_reset(
    new_visitor: Callable[[], Browser], owner: User, email_links: Callable[..., list[str]]
) -> None:
    known = new_visitor()
    known.sign_in(owner.email)
    known.submit("/admin/", to="/sign-out")
    asked = [
        _from(new_visitor(), f"203.0.113.{number}").submit("/forgot-password", email=owner.email)
        for number in range(6)
    ]
    assert {answer.status_code for answer in asked} == {200}
    assert len({answer.data for answer in asked}) == 1
    assert len(email_links("password_reset", owner.email)) == 4  # valid, all of them
    assert known.submit("/forgot-password", email=owner.email).status_code == 200
    assert len(email_links("password_reset", owner.email)) == 5
