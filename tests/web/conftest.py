"""Pages run on SQLite; what a page asks of a database runs on PostgreSQL, too, in the tests that say so."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.models import User
from newsletter.accounts.passwords import wasted_hash
from newsletter.accounts.permissions import RoleName
from newsletter.runtime import Runtime
from tests.databases import BOTH, ONE, empty_database
from tests.extent import usual
from tests.web.editor_oracle import Oracle
from tests.web.installation import Installation, installation


@pytest.fixture(params=usual(ONE, soak=BOTH))
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated SQLite file; `@both_databases` has a test run on PostgreSQL, too."""
    return empty_database(request)


@pytest.fixture
def running(app: Flask, runtime: Runtime) -> Iterator[Installation]:
    """The application on a port of this machine, for a real browser."""
    with installation(app, runtime) as made:
        yield made


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    made = Oracle()
    yield made
    assert made.process.stdin
    assert made.process.stdout
    made.process.stdin.close()
    made.process.wait(timeout=10)
    made.process.stdout.close()


@pytest.fixture
def password_hash() -> str:
    """Of a password that nobody needs to know."""
    return wasted_hash()


@pytest.fixture
def owner(session: Session, password_hash: str) -> User:
    return _user(session, "olga@press.example", RoleName.OWNER, password_hash)


@pytest.fixture
def editor(session: Session, password_hash: str) -> User:
    return _user(session, "eddi@press.example", RoleName.EDITOR, password_hash)


def _user(session: Session, email: str, role: RoleName, password_hash: str) -> User:
    user = create_user(session, email=email, role=role, password=None, actor="test")
    user.password = password_hash
    session.commit()
    return user
