"""A forgotten password, by way of one's mailbox."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.find import find_user
from newsletter.accounts.models import User
from newsletter.accounts.roles import deactivate
from newsletter.core import clock
from newsletter.outbox.models import SystemMessage
from tests.databases import both_databases
from tests.web.accounts.conftest import PASSWORD, Browser, audited

EmailLinks = Callable[[str, str], list[str]]
NEW = "nine loud geese"


def test_a_new_password_by_mail(
    visitor: Browser,
    new_visitor: Callable[[], Browser],
    owner: User,
    email_links: EmailLinks,
    session: Session,
) -> None:
    signed_in = new_visitor()
    signed_in.sign_in(owner.email)
    asked = visitor.submit("/forgot-password", email="OLGA@press.example")
    assert "If <strong" in asked.get_data(as_text=True)
    (path,) = email_links("password_reset", owner.email)
    assert visitor.get(path).headers["Referrer-Policy"] == "no-referrer"
    assert signed_in.is_in  # opening the link did nothing
    done = visitor.submit(path, password=NEW)
    assert done.location == "/sign-in"
    assert "Your new password is set." in visitor.get("/sign-in").get_data(as_text=True)
    assert not visitor.is_in
    assert not signed_in.is_in
    assert visitor.sign_in(owner.email).status_code == 401
    assert visitor.sign_in(owner.email, NEW).status_code == 303
    assert email_links("password_changed", owner.email) == ["/forgot-password"]
    assert len(audited(session, "user.password_set")) == 1
    again = visitor.get(path)
    assert again.status_code == 400
    assert "has already been used" in again.get_data(as_text=True)


def test_the_answer_is_the_same_for_a_stranger(
    visitor: Browser, owner: User, editor: User, email_links: EmailLinks, session: Session
) -> None:
    deactivate(session, find_user(session, editor.id), actor="test")
    session.commit()
    pages = {
        re.sub(
            r"\S+@press\.example", "", visitor.submit("/forgot-password", email=email).get_data(as_text=True)
        )
        for email in (owner.email, "nobody@press.example", editor.email)
    }
    assert len(pages) == 1
    assert email_links("password_reset", editor.email) == []
    assert email_links("password_reset", "nobody@press.example") == []
    assert [entry["sent"] for entry in audited(session, "user.reset_asked")] == [True, False, False]


def test_the_link_is_valid_for_an_hour(visitor: Browser, owner: User, email_links: EmailLinks) -> None:
    visitor.submit("/forgot-password", email=owner.email)
    (path,) = email_links("password_reset", owner.email)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        answer = visitor.get(path)
    assert answer.status_code == 400
    assert "expired" in answer.get_data(as_text=True)


def test_a_deactivated_person_cannot_use_it(
    visitor: Browser, owner: User, editor: User, email_links: EmailLinks, session: Session
) -> None:
    visitor.submit("/forgot-password", email=editor.email)
    (path,) = email_links("password_reset", editor.email)
    deactivate(session, find_user(session, editor.id), actor="test")
    session.commit()
    assert visitor.get(path).status_code == 400


@both_databases
def test_the_mail_speaks_the_language_of_the_browser(visitor: Browser, owner: User, session: Session) -> None:
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT,de;q=0.9"
    visitor.submit("/forgot-password", email=owner.email)
    session.rollback()
    assert session.scalars(select(SystemMessage.locale)).one() == "de"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_will_not_do_is_said_at_the_field(
    visitor: Browser, owner: User, email_links: EmailLinks
) -> None:
    assert "Please enter a full email" in visitor.submit("/forgot-password", email="no").get_data(
        as_text=True
    )
    visitor.submit("/forgot-password", email=owner.email)
    (path,) = email_links("password_reset", owner.email)
    for password, problem in (("short", "Use at least 10"), ("", "Please choose a password.")):
        answer = visitor.submit(path, password=password)
        assert answer.status_code == 400
        assert problem in answer.get_data(as_text=True)
    assert visitor.sign_in(owner.email, PASSWORD).status_code == 303
    no_page = visitor.get("/reset-password/nonsense", headers={"Accept": "application/json"})
    assert no_page.get_json()["error"] == "unknown_token"
