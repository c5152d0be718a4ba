"""No order of the protocol's steps and faults breaks the promise: a stateful search for a counterexample.

`--hypothesis-profile=search` searches longer, and elsewhere each time.
"""

import shutil
import sqlite3
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, event

from newsletter.core.db import make_engine
from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from tests.databases import delete_rows
from tests.sending.machine import Ground
from tests.sending.machine_faults import SendingMachine

STEPS = 60


def search(database: Callable[[], Engine], tmp_path: Path, examples: int) -> None:
    numbers = count()

    def folder() -> Path:
        made = tmp_path / f"example-{next(numbers)}"
        made.mkdir()
        return made

    chosen = settings()  # of the profile
    ground = Ground(database, folder, Links("http://localhost", Signer(["a secret for the tests"])))
    run_state_machine_as_test(
        cast(type[SendingMachine], partial(SendingMachine, ground)),
        settings=settings(
            max_examples=examples if chosen.derandomize else chosen.max_examples,
            stateful_step_count=STEPS,
            derandomize=chosen.derandomize,
            database=None,
            deadline=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )


def test_no_counterexample_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "newsletter.db"
    engine = make_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", _hurry)

    def empty() -> Engine:
        shutil.copy(sqlite_template, file)  # the last connection of the example before took its WAL away
        return engine

    search(empty, tmp_path, examples=10)


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # no example cuts the power of the database itself


def test_no_counterexample_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    engine = make_engine(postgres_url)

    def empty() -> Engine:
        with engine.begin() as connection:
            delete_rows(connection)
        return engine

    search(empty, tmp_path, examples=3)
