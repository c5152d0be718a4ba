"""Rows that many tests begin with: made once by the domain, then copied into the empty database of each.

The copy is made by the means of the database itself, so that it is exact: SQLite's backup, PostgreSQL's COPY.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, NamedTuple, TypeVar, cast

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from tests.databases import filled_tables

# Rows are dated: what is as old as this is made anew, so that nobody has waited for long.
FRESH_SECONDS = 60.0


class PostgresRows(NamedTuple):
    """The rows of each table, those first that others refer to; and the last value of each sequence."""

    tables: list[tuple[str, bytes]]
    sequences: list[tuple[str, int]]


T = TypeVar("T")
Rows = sqlite3.Connection | PostgresRows


class Prepared(NamedTuple):
    """What a database holds, and what the function that filled it returned."""

    rows: Rows
    answer: Any
    made_at: float  # monotonic


_prepared: dict[tuple[str, str], Prepared] = {}


def prepared(engine: Engine, name: str, fill: Callable[[], T]) -> T:
    """Fill an empty database as `fill` does, which is called now and then; what it returned.

    `name`: the same for the same rows.
    """
    key = (engine.dialect.name, name)
    before = _prepared.get(key)
    if before is not None and time.monotonic() - before.made_at < FRESH_SECONDS:
        _write(engine, before.rows)
        return cast(T, before.answer)
    answer = fill()
    _prepared[key] = Prepared(_read(engine), answer, time.monotonic())
    if before is not None and isinstance(before.rows, sqlite3.Connection):
        before.rows.close()
    return answer


def _read(engine: Engine) -> Rows:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            memory = sqlite3.connect(":memory:")
            driver.backup(memory)
            return memory
        assert isinstance(driver, psycopg.Connection)
        return _read_postgres(driver, filled_tables(connection))


def _write(engine: Engine, rows: Rows) -> None:
    with closing(engine.raw_connection()) as borrowed:
        driver = borrowed.driver_connection
        if isinstance(rows, sqlite3.Connection):
            assert isinstance(driver, sqlite3.Connection)
            rows.backup(driver)
        else:
            assert isinstance(driver, psycopg.Connection)
            _write_postgres(driver, rows)
            driver.commit()


def _read_postgres(connection: psycopg.Connection, tables: list[str]) -> PostgresRows:
    cursor = connection.cursor()
    copied = []
    for name in tables:
        with cursor.copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))) as copy:
            copied.append((name, b"".join(bytes(block) for block in copy)))
    used = cursor.execute(
        "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
        " WHERE last_value IS NOT NULL"
    )
    return PostgresRows(copied, used.fetchall())


def _write_postgres(connection: psycopg.Connection, rows: PostgresRows) -> None:
    cursor = connection.cursor()
    for name, content in rows.tables:
        with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))) as copy:
            copy.write(content)
    for sequence, last in rows.sequences:
        cursor.execute("SELECT setval(%s::regclass, %s)", (sequence, last))
