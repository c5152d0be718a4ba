"""A link for one use is opened in two browsers, and its button pressed in both at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.models import User
from newsletter.accounts.tokens import link_facts
from newsletter.core.links import Links
from newsletter.outbox.kinds import KINDS
from tests.databases import both_databases
from tests.web.accounts.conftest import TOKEN, Browser, audited

PASSWORDS = ("nine loud geese", "four patient otters", "seven early larks")

NewVisitor = Callable[[], Browser]


def press_together(new_visitor: NewVisitor, path: str, forms: list[dict[str, str]]) -> list[TestResponse]:
    """Each form is sent by a browser of its own, all at once; the answers in that order."""
    barrier = Barrier(len(forms))
    browsers = [new_visitor() for _ in forms]
    tokens = []
    for browser in browsers:
        found = TOKEN.search(browser.get(path).get_data(as_text=True))
        assert found is not None
        tokens.append(found[1])

    def press(which: int) -> TestResponse:
        barrier.wait(10)
        return browsers[which].post(path, data={"csrf_token": tokens[which], **forms[which]})

    with ThreadPoolExecutor(len(forms)) as pool:
        return list(pool.map(press, range(len(forms))))


def _forms(**more: str) -> list[dict[str, str]]:
    return [{"password": password, **more} for password in PASSWORDS]


@both_databases
@pytest.mark.parametrize("kind", ["password_reset", "invitation"])
def test_a_link_to_choose_a_password_is_used_once(
    kind: str, new_visitor: NewVisitor, owner: User, session: Session, links: Links
) -> None:
    if kind == "invitation":
        owner.password = None
        session.commit()
    path = urlsplit(KINDS[kind].link(links, link_facts(owner))).path
    answers = press_together(new_visitor, path, _forms())
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400]
    refused = [answer.get_data(as_text=True) for answer in answers if answer.status_code == 400]
    assert all("This link has already been used" in page for page in refused)
    assert len(audited(session, "user.password_set")) == 1
    (right,) = [
        password
        for password, answer in zip(PASSWORDS, answers, strict=True)
        if answer.status_code == 303 and new_visitor().sign_in(owner.email, password).status_code == 303
    ]
    assert right in PASSWORDS


@both_databases
def test_the_first_owner_is_made_once(new_visitor: NewVisitor, session: Session, links: Links) -> None:
    forms = [
        {"email": f"owner{number}@press.example", "password": password}
        for number, password in enumerate(PASSWORDS)
    ]
    answers = press_together(new_visitor, urlsplit(links.set_up()).path, forms)
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(User)) == 1
