"""Writers of one SQLite file wait for each other, and no longer than they must."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from newsletter.core import db
from newsletter.core.sqlite_writer import WriterConnection

AT_ONCE = 2.0  # seconds, of a busy machine; SQLite itself would have waited up to 20
TABLES = """
    PRAGMA journal_mode=WAL;
    CREATE TABLE t (n INTEGER PRIMARY KEY);
    CREATE TABLE child (n INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED);
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "newsletter.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(TABLES)
    return file


@pytest.fixture
def connect(path: Path) -> Iterator[Callable[[], WriterConnection]]:
    opened: list[WriterConnection] = []

    def open_one() -> WriterConnection:
        connection = WriterConnection(str(path), timeout=20, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys=ON")
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def engine(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """One whose writers lose their patience soon."""
    monkeypatch.setattr(db, "SQLITE_BUSY_MS", 50)
    made = db.make_engine(f"sqlite:///{path}")
    yield made
    made.dispose()


Connect = Callable[[], WriterConnection]


def can_write(connection: WriterConnection) -> bool:
    try:
        connection.begin_writing(0)
    except sqlite3.OperationalError:
        return False
    connection.rollback()
    return True


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_the_next_one_writes_as_soon_as_a_transaction_ends(connect: Connect, end: str) -> None:
    first, second = connect(), connect()
    first.begin_writing(1)
    first.execute("INSERT INTO t VALUES (1)")
    assert not can_write(second)
    threading.Timer(0.1, getattr(first, end)).start()
    began = time.monotonic()
    second.begin_writing(5)
    assert 0.05 < time.monotonic() - began < 0.1 + AT_ONCE
    assert second.execute("SELECT count(*) FROM t").fetchone() == (int(end == "commit"),)


def test_many_who_write_at_once_all_do(connect: Connect) -> None:
    def write(number: int) -> None:
        connection = connections[number]
        for step in range(20):
            connection.begin_writing(10)
            connection.execute("INSERT INTO t VALUES (?)", (100 * number + step,))
            connection.commit()

    connections = [connect() for _ in range(6)]
    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connections[0].execute("SELECT count(*) FROM t").fetchone() == (120,)


def test_another_process_is_waited_for_and_noticed_soon(path: Path, connect: Connect) -> None:
    writer = connect()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not can_write(writer)
        threading.Timer(0.1, lambda: other.execute("ROLLBACK")).start()
        began = time.monotonic()
        writer.begin_writing(5)
        assert 0.05 < time.monotonic() - began < 0.1 + AT_ONCE
        writer.rollback()
    assert writer.execute("PRAGMA busy_timeout").fetchone() == (20_000,)  # as readers want it


def test_who_lost_patience_is_in_nobodys_way(path: Path, connect: Connect) -> None:
    first, second = connect(), connect()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            first.begin_writing(0.05)
        assert 0.04 < time.monotonic() - began < AT_ONCE
    assert can_write(second)
    second.begin_writing(0)
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        first.begin_writing(0.05)
    second.rollback()
    assert can_write(first)


def test_a_commit_that_fails_leaves_the_turn_where_it_is(connect: Connect) -> None:
    first, second = connect(), connect()
    first.begin_writing(0)
    first.execute("INSERT INTO child VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError):
        first.commit()
    assert not can_write(second)
    first.execute("INSERT INTO t VALUES (1)")
    first.commit()
    assert can_write(second)


def test_an_engine_hands_on_the_turn_however_its_transaction_ends(engine: Engine) -> None:
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1), (1)"))
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        with pytest.raises(OperationalError, match="database is locked"), engine.begin():
            pass
        with db.reading(), engine.begin() as reader:  # who only reads does not wait
            assert reader.scalar(text("SELECT count(*) FROM t")) == 0
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM t")) == 1
