"""Fixtures: a real SQLite file and a real PostgreSQL database for each test, and the application."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from newsletter import migrations
from newsletter.core.db import make_engine
from newsletter.core.links import Links
from newsletter.core.queue import broker
from newsletter.runtime import Runtime
from newsletter.settings import Settings
from tests.application import lend_application
from tests.catalogues import compile_stale
from tests.databases import BOTH, borrow_engine, dispose_engines, empty_database, give_back
from tests.servers import create_database, start_postgres, start_valkey

compile_stale()
# Two cores are shared by everything the suite starts: slowness is not a finding, wrong answers are. What a
# change must pass is the same for everybody; new examples are looked for with `--hypothesis-profile=search`.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile("suite")

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(autouse=True)
def _own_bells() -> Iterator[None]:
    """The queue that a test connects to may be gone in the next one, which would wait for it."""
    before = broker.celery
    yield
    broker.celery = before


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()  # the last connection to close writes the WAL back into the file
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


@pytest.fixture(scope="session")
def redis_url() -> str:
    return start_valkey()


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """Settings as an environment would give them, with everything under the test's folder."""
    return Settings(
        data_dir=tmp_path / "var",
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
