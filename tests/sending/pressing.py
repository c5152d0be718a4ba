"""Buttons that an operator presses, or several people at the same moment."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict
from newsletter.runtime import Runtime
from tests.processes import wait_until

T = TypeVar("T")
WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def press(runtime: Runtime, button: Callable[..., object], mailing_id: int) -> None:
    """One of the buttons of `sending.control`: pause, resume, cancel."""
    with runtime.session() as session:
        button(session, mailing_id, actor="test")
        session.commit()


def press_at_once(runtime: Runtime, people: int, press: Callable[[Session], int]) -> list[int | str]:
    """What each was told: a number, or the sentence of a `Conflict`. Numbers first."""
    begin = threading.Barrier(people)
    answers: list[int | str] = []

    def one() -> None:
        begin.wait()
        with runtime.session() as session:
            try:
                n = press(session)
            except Conflict as error:
                answers.append(error.message)
                return
            session.commit()
            answers.append(n)

    threads = [threading.Thread(target=one, name=f"person{n}") for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers, key=lambda one: (isinstance(one, str), str(one)))


@contextmanager
def meanwhile(runtime: Runtime, press: Callable[[Session], T]) -> Iterator[list[T]]:
    """Somebody else presses, and waits for what the caller has locked; what they were told, after the block.

    Inside the block they wait: the caller commits there.
    """
    results: list[T] = []

    def one() -> None:
        with runtime.session() as session:
            found = press(session)
            session.commit()
            results.append(found)

    thread = threading.Thread(target=one, name="meanwhile")
    thread.start()
    wait_until(lambda: _somebody_waits(runtime))
    yield results
    thread.join()


def _somebody_waits(runtime: Runtime) -> bool:
    if runtime.engine.dialect.name == "sqlite":
        time.sleep(0.2)  # for the right to begin; nobody can see that
        return True
    with runtime.engine.connect() as connection:
        return bool(connection.scalar(text(WAITING)))
