"""An installation with real processes, on a SQLite file and on PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from newsletter.settings import Settings
from tests.application import lend_application
from tests.conftest import WORKER
from tests.databases import make_tables
from tests.features.looking import open_tab
from tests.processes import Installation
from tests.servers import ValkeyServer, create_database, start_postgres

Install = Callable[..., Installation]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty database without tables; None for the file that an installation makes itself."""
    if request.param == "sqlite":
        return None
    return create_database(start_postgres(), f"features_{WORKER}")


@pytest.fixture
def install(tmp_path: Path, database: str | None) -> Iterator[Install]:
    """Make the installation of the test, with the tables, and a Valkey of its own. Nothing of it is left."""
    made: list[Installation] = []
    valkey = ValkeyServer(tmp_path / "valkey")

    def set_up(smtp_url: str, **variables: str) -> Installation:
        installation = Installation(
            tmp_path / "var", redis_url=valkey.start(), database_url=database, smtp_url=smtp_url, **variables
        )
        made.append(installation)
        prepare_database(installation)
        return installation

    yield set_up
    for installation in made:
        installation.stop(patience=0)
    valkey.kill()


@pytest.fixture
def tab(chrome: Browser) -> Page:
    """A page of a real browser."""
    return open_tab(chrome, locale="en-GB")


def prepare_database(installation: Installation) -> None:
    """Make the tables, as `newsletter db upgrade` does."""
    make_tables(installation.settings.effective_database_url)


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """The web application of an installation, in this process."""
    # In a thread of its own: the browser's driver runs an event loop in this one, and what Flask does when a
    # context ends refuses to run beside one.
    with ThreadPoolExecutor(max_workers=1) as aside:
        lent = lend_application(settings)
        yield aside.submit(lent.__enter__).result()
        aside.submit(lent.__exit__, None, None, None).result()
