"""Fixtures: a real SQLite file and a real PostgreSQL database for each test, and the application."""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from newsletter import migrations
from newsletter.accounts import passwords
from newsletter.core.links import Links
from newsletter.core.queue import broker
from newsletter.runtime import Runtime
from newsletter.settings import Settings
from tests.application import lend_application
from tests.catalogues import compile_stale
from tests.databases import (
    BOTH,
    borrow_engine,
    dispose_engines,
    empty_database,
    give_back,
    make_tables,
)
from tests.logged import log_plainly
from tests.servers import create_database, start_postgres, start_valkey

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.features.looking import KeptChromium

# A hundred interpreters are started: each that may not keep what it compiled takes ten seconds more.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

compile_stale()
log_plainly()
# Two cores are shared by everything the suite starts: slowness is not a finding, wrong answers are. What a
# change must pass is the same for everybody; new examples are looked for with `--hypothesis-profile=search`.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, max_examples=20)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("suite")

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 2 * 1024**3
# What takes longest begins first, so that no process is left alone with it at the end.
LONGEST_FIRST = ("features", "faults", "cli/run", "web/editor_browser", "servers", "packaging")


def pytest_configure() -> None:
    """Files of tests go into memory where there is room: each commit on SQLite waits for the disk else."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection() -> None:
    """What is made until the first test, stays: looking for garbage in it again and again takes seconds."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time is spent on waiting for others."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        folder = item.path.parent.relative_to(Path(__file__).parent).as_posix()
        kinds = (n for n, kind in enumerate(LONGEST_FIRST) if f"{folder}/".startswith(f"{kind}/"))
        return next(kinds, len(LONGEST_FIRST))

    items.sort(key=place)  # within a kind the order stays


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> None:
    """A hash that is as dear as it has to be takes a quarter of a second of every sign-in."""
    passwords.hasher = PasswordHasher.from_parameters(CHEAPEST)


@pytest.fixture(autouse=True)
def _own_bells() -> Iterator[None]:
    """The queue that a test connects to may be gone in the next one, which would wait for it."""
    before = broker.redis_url
    yield
    broker.connect(before)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[Engine]:
    """A migrated PostgreSQL database of this test process."""
    url = create_database(start_postgres(), f"newsletter_{WORKER}")
    engine = borrow_engine(url)
    migrations.upgrade(engine)
    yield engine
    dispose_engines()


@pytest.fixture(scope="session")
def postgres_url(postgres_engine: Engine) -> str:
    """Where that database is. Whoever uses this empties it, or does not mind what is in it."""
    return postgres_engine.url.render_as_string(hide_password=False)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database; every test that uses it runs on both kinds."""
    return empty_database(request)


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """Put back the umask, which loading settings changes: other users' servers have to read their files."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def redis_url() -> str:
    return start_valkey()


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """Settings as an environment would give them, with everything under the test's folder."""
    return make_settings(database_url, redis_url, tmp_path)


def make_settings(database_url: str, redis_url: str, folder: Path) -> Settings:
    """What `settings` gives, for fixtures that outlive a test."""
    return Settings(
        data_dir=folder / "var",
        database_url=database_url,
        redis_url=redis_url,
        secret_key=SecretStr("a secret for the tests"),
        public_url="http://localhost",
        organisation="The Test Press",
    )


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    made = Runtime(settings)
    made.engine = borrow_engine(settings.effective_database_url)
    yield made
    give_back(made.engine)


@pytest.fixture
def engine(runtime: Runtime) -> Engine:
    return runtime.engine


@pytest.fixture
def session(runtime: Runtime) -> Iterator[Session]:
    with runtime.session() as opened:
        yield opened


@pytest.fixture
def links(runtime: Runtime) -> Links:
    return runtime.links


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with lend_application(settings) as lent:
        yield lent


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def kept_chromium() -> "Iterator[KeptChromium]":
    from tests.features.looking import keep_chromium  # only what has a browser needs its driver

    with keep_chromium() as kept:
        yield kept


@pytest.fixture
def chrome(kept_chromium: "KeptChromium") -> "Iterator[Browser]":
    """The browser of this test process; each test opens tabs of its own."""
    with kept_chromium.lend() as browser:
        yield browser
