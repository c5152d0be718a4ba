"""Fixtures: a real SQLite file and a real PostgreSQL database for each test, and the application."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from newsletter import migrations
from newsletter.app import create_app
from newsletter.core.db import make_engine
from newsletter.core.links import Links
from newsletter.core.queue import broker
from newsletter.runtime import Runtime
from newsletter.settings import Settings
from newsletter.tables import Base
from tests.catalogues import compile_stale
from tests.servers import create_database, start_postgres, start_valkey

compile_stale()
# Two cores are shared by everything the suite starts: slowness is not a finding, wrong answers are. What a
# change must pass is the same for everybody; new examples are looked for with `--hypothesis-profile=search`.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile("suite")

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


class CompiledTemplates(BytecodeCache):
    """Of this process. Each test has an application of its own, which would compile them all anew."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


compiled_templates = CompiledTemplates()


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
    engine = make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()  # the last connection to close writes the WAL back into the file
    return path


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A migrated PostgreSQL database of this test process."""
    url = create_database(start_postgres(), f"newsletter_{WORKER}")
    engine = make_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        copy = tmp_path / "newsletter.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), copy)
        return f"sqlite:///{copy}"
    url: str = request.getfixturevalue("postgres_url")
    engine = make_engine(url)
    with engine.begin() as connection:
        names = ", ".join(f'"{table}"' for table in Base.metadata.tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return url


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
    yield made
    made.engine.dispose()


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
    made = create_app(settings)
    made.testing = True
    made.jinja_env.bytecode_cache = compiled_templates
    yield made
    with made.app_context():
        from newsletter.web.database import db

        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
