"""Pages run on SQLite; what a page asks of a database runs on PostgreSQL, too, in the tests that say so."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.models import User
from newsletter.accounts.passwords import wasted_hash
from newsletter.accounts.permissions import RoleName
from newsletter.runtime import Runtime
from tests.application import lend_application
from tests.conftest import make_settings
from tests.databases import BOTH, ONE, borrow_engine, empty_database, give_back
from tests.extent import usual
from tests.web.editor_oracle import Oracle
from tests.web.installation import Installation, installation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.features.looking import KeptChromium


@pytest.fixture(params=usual(ONE, soak=BOTH))
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated SQLite file; `@both_databases` has a test run on PostgreSQL, too."""
    return empty_database(request)


@pytest.fixture(scope="module", params=usual(ONE, soak=BOTH))
def running(
    request: pytest.FixtureRequest, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The application on a port of this machine, for the browser of a module's tests.

    Each test has an issue of its own; nothing else of it is counted on by another.
    """
    settings = make_settings(empty_database(request), redis_url, tmp_path_factory.mktemp("running"))
    runtime = Runtime(settings)
    runtime.engine = borrow_engine(settings.effective_database_url)
    with lend_application(settings) as app, installation(app, runtime) as made:
        yield made
    give_back(runtime.engine)


@pytest.fixture(scope="module")
def chrome(running: Installation, kept_chromium: "KeptChromium") -> "Iterator[Browser]":
    """The browser for all tests of a module: `running` has begun before its event loop and ends after it."""
    with kept_chromium.lend() as browser:
        yield browser


@pytest.fixture(scope="module")
def window(chrome: "Browser") -> "BrowserContext":
    """What the tabs of a module's tests share: scripts and styles are loaded once."""
    from tests.features.looking import open_context  # only what has a browser needs its driver

    return open_context(chrome)


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
