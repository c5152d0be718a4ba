"""Buttons that an operator presses, or several people at the same moment."""

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict
from newsletter.runtime import Runtime


def press(runtime: Runtime, button: Callable[..., object], mailing_id: int) -> None:
    """One of the buttons of `sending.control`: pause, resume, cancel."""
    with runtime.session() as session:
        button(session, mailing_id, actor="test")
        session.commit()


def press_at_once(runtime: Runtime, people: int, press: Callable[[Session], int]) -> list[int | str]:
    """What each was told: a number, or the sentence of a `Conflict`. Numbers first."""
    begin = threading.Barrier(people)
    told: list[int | str] = []

    def one() -> None:
        begin.wait()
        with runtime.session() as session:
            try:
                n = press(session)
            except Conflict as error:
                told.append(error.message)
                return
            session.commit()
            told.append(n)

    threads = [threading.Thread(target=one, name=f"person{n}") for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told, key=lambda one: (isinstance(one, str), str(one)))
