"""Signing in and out: who gets in, what a stranger learns, and what is written down."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask_security.utils import verify_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.models import User
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.roles import deactivate
from newsletter.app import create_app
from newsletter.settings import Settings
from tests.databases import both_databases
from tests.web.accounts.conftest import PASSWORD, TOKEN, Browser, audited

WRONG = "Wrong email address or password."


@both_databases
def test_in_and_out(visitor: Browser, owner: User, session: Session) -> None:
    answer = visitor.sign_in("Olga@Press.example")
    assert answer.status_code == 303
    assert answer.location == "/admin/"
    assert visitor.is_in
    left = visitor.submit("/admin/", to="/sign-out")
    assert left.location == "/sign-in?bye=1"
    assert "You are signed out." in visitor.get(left.location).get_data(as_text=True)
    assert not visitor.is_in
    assert [entry["actor"] for entry in audited(session, "user.signed_in")] == ["olga@press.example"]
    assert audited(session, "user.signed_out")[0]["ip"] == "127.0.0.1"


def test_the_page_that_was_wanted_comes_after(visitor: Browser, owner: User) -> None:
    sent = visitor.get("/admin/team?x=1")
    assert sent.status_code == 303
    assert parse_qs(urlsplit(sent.location).query)["next"] == ["/admin/team?x=1"]
    assert visitor.submit(
        sent.location, to="/sign-in", email=owner.email, password=PASSWORD, next="/admin/team?x=1"
    ).location == ("/admin/team?x=1")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/admin/",
        "//evil.example/admin/",
        "/\\evil.example/admin/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/admin\r\nLocation: https://evil.example",
        "http://[",
        "/archive/morning/",
        "x" * 5000,
        "https:evil.example",
        "/\t/evil.example",
    ],
)
def test_nobody_is_sent_elsewhere(visitor: Browser, owner: User, elsewhere: str) -> None:
    assert visitor.sign_in(owner.email, next=elsewhere).location == "/admin/"


@both_databases
def test_a_stranger_learns_nothing(visitor: Browser, owner: User, session: Session) -> None:
    gone = create_user(
        session, email="gone@press.example", role=RoleName.EDITOR, password=PASSWORD, actor="t"
    )
    deactivate(session, gone, actor="t")
    create_user(session, email="invited@press.example", role=RoleName.EDITOR, password=None, actor="t")
    session.commit()
    pages = set()
    for email, password in (
        ("olga@press.example", "a wrong password"),
        ("nobody@press.example", PASSWORD),
        ("gone@press.example", PASSWORD),
        ("invited@press.example", PASSWORD),
    ):
        answer = visitor.sign_in(email, password)
        assert answer.status_code == 401
        page = answer.get_data(as_text=True)
        assert WRONG in page
        pages.add(re.sub(r'value="[^"]*"', "", page))
    assert len(pages) == 1
    assert not visitor.is_in
    failures = audited(session, "user.sign_in_failed")
    assert [entry["actor"] for entry in failures] == [
        "olga@press.example",
        "somebody",
        "gone@press.example",
        "invited@press.example",
    ]


def test_an_unknown_address_costs_a_hash_too(
    visitor: Browser, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsletter.web.accounts import sign_in

    verified: list[str] = []
    verify = verify_password

    def counting(password: str, hashed: str) -> bool:
        verified.append(hashed)
        return verify(password, hashed)

    monkeypatch.setattr(sign_in, "verify_password", counting)
    visitor.sign_in(owner.email, "a wrong password")
    visitor.sign_in("nobody@press.example", "a wrong password")
    visitor.sign_in("not an address", "a wrong password")
    parameters = {hashed.rsplit("$", 2)[0] for hashed in verified}
    assert len(verified) == 3
    assert len(parameters) == 1


def test_what_is_missing_is_said_at_its_field(visitor: Browser, owner: User) -> None:
    answer = visitor.sign_in("", "")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Please enter your email address." in page
    assert "Please enter your password." in page


def test_the_password_is_never_sent_back(visitor: Browser, owner: User) -> None:
    assert PASSWORD not in visitor.sign_in("nobody@press.example").get_data(as_text=True)


def test_a_page_from_before_does_no_harm(visitor: Browser, owner: User) -> None:
    page = visitor.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    fields = {"csrf_token": token[1], "email": owner.email, "password": PASSWORD}
    assert visitor.post("/sign-in", data=fields).status_code == 303
    again = visitor.post("/sign-in", data=fields)
    assert again.location == "/admin/"
    visitor.submit("/admin/", to="/sign-out")
    assert visitor.post("/sign-out", data=fields).location == "/sign-in"
    stale = visitor.post("/sign-in", data=fields)
    assert stale.status_code == 400
    assert owner.email in stale.get_data(as_text=True)


def test_before_there_is_an_owner_the_page_says_what_to_do(visitor: Browser) -> None:
    assert "newsletter user setup-link" in visitor.get("/sign-in").get_data(as_text=True)


def test_signing_in_is_noted_with_its_time(visitor: Browser, owner: User, session: Session) -> None:
    visitor.sign_in(owner.email)
    session.rollback()
    seen = session.scalars(select(User)).one()
    assert seen.login_count == 1
    assert seen.current_login_at is not None
    assert seen.current_login_at.tzinfo is not None


@pytest.mark.parametrize("path", ["/sign-in", "/forgot-password"])
@pytest.mark.parametrize(
    ("public_url", "words"),
    [
        (
            "https://news.example.org",
            "not encrypted. Open https://news.example.org{path} instead.",
        ),
        ("http://news.example.org", "Allow cookies for this site"),
    ],
)
def test_a_browser_that_keeps_no_cookie_is_told_so(
    settings: Settings, owner: User, path: str, public_url: str, words: str
) -> None:
    """Such as one that opens an installation for https by the address of its machine."""
    at = {"public_url": public_url, "trusted_hosts": ("192.0.2.7",)}
    visitor = create_app(settings.model_copy(update=at)).test_client(use_cookies=False)
    for _again in range(2):
        token = TOKEN.search(visitor.get(path, base_url="http://192.0.2.7:8000").text)
        assert token
        fields = {"csrf_token": token[1], "email": owner.email, "password": PASSWORD}
        answer = visitor.post(path, data=fields, base_url="http://192.0.2.7:8000")
        assert answer.status_code == 400
        assert words.format(path=path) in answer.text
        assert "open for too long" not in answer.text
