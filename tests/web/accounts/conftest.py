"""People with passwords, and browsers that open a page, fill in its form and send it."""

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.passwords import hash_password
from newsletter.core.links import Links
from newsletter.outbox.kinds import KINDS
from newsletter.outbox.models import SystemMessage
from newsletter.web.limits import limiter
from tests.deciding import decide_all
from tests.web.signed_in import SignedIn

PASSWORD = "seven quiet herons"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser(SignedIn):
    """Keeps cookies, and takes the CSRF token from the page whose form it sends."""

    def submit(self, page: str, *, to: str | None = None, **fields: str) -> TestResponse:
        """Open `page`, fill in its form and send it."""
        found = TOKEN.search(self.get(page).get_data(as_text=True))
        assert found is not None, f"{page} has no form"
        answer = self.post(to or page, data={"csrf_token": found[1], **fields})
        decide_all(self.test_session)  # as by a worker
        return answer

    def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.submit("/sign-in", email=email, password=password, **fields)

    @property
    def is_in(self) -> bool:
        return self.get("/admin/").status_code == 200


@pytest.fixture(autouse=True)
def _no_tries_yet(app: Flask) -> None:
    with app.app_context():
        limiter.reset()


@pytest.fixture
def new_visitor(app: Flask, session: Session) -> Callable[[], Browser]:
    def make() -> Browser:
        visitor = Browser(app)
        visitor.test_session = session
        return visitor

    return make


@pytest.fixture
def visitor(new_visitor: Callable[[], Browser]) -> Browser:
    return new_visitor()


@pytest.fixture
def password_hash() -> str:
    return _hash_of_password()


@pytest.fixture
def email_links(session: Session, links: Links) -> Callable[..., list[str]]:
    """The paths that the system messages of one kind lead to, oldest first."""

    def read(kind: str, recipient: str) -> list[str]:
        session.rollback()
        rows = session.scalars(
            select(SystemMessage)
            .where(SystemMessage.kind == kind, SystemMessage.recipient == recipient)
            .order_by(SystemMessage.id)
        )
        return [urlsplit(KINDS[kind].link(links, row.facts)).path for row in rows]

    return read


def audited(session: Session, action: str) -> list[dict[str, Any]]:
    """Who did `action`, from where, to whom; oldest first."""
    from newsletter.audit.models import AuditEntry

    session.rollback()
    rows = session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
    return [{"actor": row.actor, "subject": row.subject_id, "ip": row.ip, **row.detail} for row in rows]


# Hashing is slow on purpose: once for each test process is enough.
_hash_of_password = cache(partial(hash_password, PASSWORD))
