"""The application behind a real browser, and the logic of the issue editor in node."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pydantic import SecretStr
from redis import Redis

from newsletter.app import create_app
from newsletter.runtime import Runtime
from newsletter.settings import Settings
from newsletter.web.database import db
from tests.conftest import compiled_templates
from tests.features.looking import chromium
from tests.web.editor_oracle import Oracle
from tests.web.installation import Installation, installation


@pytest.fixture(scope="module")
def running(
    sqlite_template: Path, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One application for all tests of a module: each has an issue of its own."""
    folder = tmp_path_factory.mktemp("editor")
    shutil.copy(sqlite_template, folder / "newsletter.db")
    settings = Settings(
        data_dir=folder / "var",
        database_url=f"sqlite:///{folder}/newsletter.db",
        redis_url=redis_url,
        secret_key=SecretStr("a secret for the editor"),
        public_url="http://localhost",
    )
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    app, runtime = create_app(settings), Runtime(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    with installation(app, runtime) as made:
        yield made
    runtime.engine.dispose()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def chrome(running: Installation) -> Iterator[Browser]:
    """It asks for `running` so that it ends first: beside its event loop no application can be taken down."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    made = Oracle()
    yield made
    assert made.process.stdin
    assert made.process.stdout
    made.process.stdin.close()
    made.process.wait(timeout=10)
    made.process.stdout.close()
