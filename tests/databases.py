"""Empty, migrated databases for the tests: an SQLite file, or the PostgreSQL database of the process.

Both are at the same place for each test of a process, so that the engines can be kept: an engine compiles
each statement once, which otherwise takes a third of the time of a test.
"""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Connection, Engine, text

from newsletter import migrations
from newsletter.accounts import models as accounts
from newsletter.core.db import Base, make_engine, parse_url

assert accounts  # its tables, too

AUDIT = "audit_entry"
ONE = ("sqlite",)
BOTH = ("sqlite", "postgresql")
# For tests of pages and commands, which run on SQLite alone unless they say this (docs/testing.md).
both_databases = pytest.mark.parametrize("database_url", BOTH, indirect=True)


_engines: dict[tuple[str, int], Engine] = {}


def empty_database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of the kind `request.param`."""
    if request.param == "postgresql":
        engine: Engine = request.getfixturevalue("postgres_engine")
        with engine.begin() as connection:
            delete_rows(connection)
        return engine.url.render_as_string(hide_password=False)
    template: Path = request.getfixturevalue("sqlite_template")
    file = template.with_name("newsletter.db")
    for each in (file, file.with_name("newsletter.db-wal"), file.with_name("newsletter.db-shm")):
        each.unlink(missing_ok=True)  # whoever still has it open keeps the old one
    shutil.copy(template, file)
    return f"sqlite:///{file}"


@cache
def _file_with_tables() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        engine = make_engine(f"sqlite:///{file}")
        migrations.upgrade(engine)
        engine.dispose()  # the last connection to close writes the WAL back into the file
        return file.read_bytes()


def make_tables(url: str) -> None:
    """Make the tables in a new database, as `newsletter db upgrade` does; in SQLite's file at once."""
    name = parse_url(url).database
    if url.startswith("sqlite:"):
        assert name
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(_file_with_tables())
        return
    engine = make_engine(url)
    migrations.upgrade(engine)
    engine.dispose()


def borrow_engine(url: str, pool_size: int = 5) -> Engine:
    """An engine of the test's own that shares compiled statements and connections with those before it."""
    if (url, pool_size) not in _engines:
        _engines[url, pool_size] = make_engine(url, pool_size)
    return _engines[url, pool_size].execution_options()


def give_back(engine: Engine) -> None:
    """The test is over. A file will be replaced; borrowed connections to PostgreSQL serve the next test."""
    borrowed = any(engine.pool is kept.pool for kept in _engines.values())
    if engine.dialect.name == "sqlite" or not borrowed:
        engine.dispose()


def dispose_engines() -> None:
    """The process ends."""
    for engine in _engines.values():
        engine.dispose()


def delete_rows(connection: Connection) -> None:
    """Delete every row, and begin every sequence anew; PostgreSQL only.

    TRUNCATE gives each table a new file, which costs a hundred times as much as deleting the few rows of a
    test. Tables without rows are left alone.
    """
    filled = filled_tables(connection)
    if AUDIT in filled:  # it refuses to be emptied: only the table's owner can tell it not to
        connection.execute(text(f"ALTER TABLE {AUDIT} DISABLE TRIGGER USER"))
    for name in reversed(filled):
        connection.execute(text(f'DELETE FROM "{name}"'))
    if AUDIT in filled:
        connection.execute(text(f"ALTER TABLE {AUDIT} ENABLE TRIGGER USER"))
    connection.execute(
        text(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
            " FROM pg_sequences WHERE last_value IS NOT NULL"
        )
    )


def filled_tables(connection: Connection) -> list[str]:
    """The tables with rows, those first that others refer to; PostgreSQL only."""
    tables = [table.name for table in Base.metadata.sorted_tables]
    used = text(" UNION ALL ".join(f"(SELECT '{name}' FROM \"{name}\" LIMIT 1)" for name in tables))
    filled = set(connection.scalars(used))
    return [name for name in tables if name in filled]
