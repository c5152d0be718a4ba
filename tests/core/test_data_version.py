"""The counter of commits: whoever commits changes it, and nobody else does."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.core.data_version import DataVersion

WRITE = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('insert into t values (1)'); c.commit()"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_file(tmp_path / "newsletter #1?.db")


@pytest.fixture
def counter(path: Path) -> Iterator[DataVersion]:
    with closing(DataVersion(path)) as opened:
        yield opened


def make_file(path: Path) -> Path:
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (n)")
    return path


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_it_changes_with_a_commit_and_only_then(path: Path, counter: DataVersion) -> None:
    with closing(connect(path)) as writer:
        before = counter.read()
        assert before is not None
        writer.execute("SELECT * FROM t").fetchall()
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO t VALUES (1)")
        assert counter.read() == before
        writer.execute("ROLLBACK")
        assert counter.read() == before
        seen = {before}
        for _ in range(3):
            writer.execute("INSERT INTO t VALUES (1)")
            after = counter.read()
            assert after is not None
            assert after not in seen
            assert after == counter.read()
            seen.add(after)


def test_it_changes_with_the_commit_of_another_process(path: Path, counter: DataVersion) -> None:
    before = counter.read()
    subprocess.run([sys.executable, "-c", WRITE, path], check=True)
    assert counter.read() not in {before, None}


def test_another_file_in_its_place_is_another_version(path: Path, counter: DataVersion) -> None:
    before = counter.read()
    for number in range(3):
        made_anew = make_file(path.with_name("restored.db"))
        made_anew.replace(path)
        after = counter.read()
        assert after not in {before, None}, number
        before = after


def test_the_numbers_of_two_counters_are_never_the_same(path: Path, counter: DataVersion) -> None:
    with closing(DataVersion(path)) as other:
        assert other.read() != counter.read()


def test_a_file_that_is_gone_has_none_and_is_not_made(path: Path, counter: DataVersion) -> None:
    path.unlink()
    assert counter.read() is None
    assert not path.exists()


def test_who_would_have_to_wait_is_told_nothing(path: Path, counter: DataVersion) -> None:
    with closing(connect(path)) as owner:
        owner.execute("PRAGMA locking_mode=EXCLUSIVE")
        owner.execute("INSERT INTO t VALUES (1)")
        assert counter.read() is None
    assert counter.read() is not None
