"""The command line as a person runs it, in this process: arguments in, exit code and output out."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from newsletter.cli import environment, main
from newsletter.settings import Settings
from tests.databases import BOTH, ONE, borrow_engine, empty_database, give_back
from tests.extent import usual


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture(params=usual(ONE, soak=BOTH))
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated SQLite file; `@both_databases` has a test run on PostgreSQL, too."""
    return empty_database(request)


@pytest.fixture
def run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """`run("issue", "list")` as `newsletter issue list`, in the environment of the test's settings."""
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.effective_database_url)
    monkeypatch.setenv("REDIS_URL", settings.effective_redis_url)
    monkeypatch.setenv("PUBLIC_URL", settings.effective_public_url)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key.get_secret_value())
    umask = os.umask(0o077)  # commands set it
    environment.runtime.cache_clear()
    environment.runtime().engine = borrow_engine(settings.effective_database_url)

    def ran(*arguments: str) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr("sys.argv", ["newsletter", *arguments])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    yield ran
    if environment.runtime.cache_info().currsize:
        give_back(environment.runtime().engine)
    environment.runtime.cache_clear()
    os.umask(umask)
