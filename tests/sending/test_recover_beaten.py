"""Recovery that somebody was faster than changes nothing: it looks again under the mailing's lock."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from newsletter.core.db import UnitOfWork
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Outcome, SendWindow
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.sending.hosts import Watch
from newsletter.sending.recover import recover
from newsletter.sending.reserve import Window
from newsletter.sending.settle import settle
from newsletter.sending.tally import Line
from tests.sending.conftest import READERS

Count = Callable[[], MailingTotals]
SENT = Line(Outcome.SENT, code=250, enhanced="2.0.0")


@pytest.fixture
def window(reserve_window: Callable[[int], Window]) -> Window:
    """A reserved window of ten: 1 and 2 answered, the others untouched."""
    made = reserve_window(10)
    for seq in (1, 2):
        made.tally.started(seq)
        made.tally.answered(seq, SENT)
    return made


def recover_beaten(runtime: Runtime, host: str, faster: Callable[[], object]) -> int:
    """A recovery in which `faster` happens between its look at the tallies and its settling."""
    todo = [faster]

    class Beaten(UnitOfWork):
        def close(self, *given: Any) -> None:
            super().close(*given)
            if todo:
                todo.pop()()

    return recover(sessionmaker(runtime.engine, class_=Beaten, expire_on_commit=False), host, Watch())


def test_a_holder_that_settles_first_is_believed(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count
) -> None:
    lines = window.tally.lines()
    window.tally.discard()  # as when it was settled just after the windows were listed

    def settle_it() -> None:
        with runtime.session() as session:
            settle(session, lock(session, window.mailing_id), window.id, lines)
            session.commit()

    assert recover_beaten(runtime, process.host, settle_it) == 0
    found = count()
    assert (found.sent, found.unanswered, found.in_flight, found.pending) == (2, 0, 0, READERS - 2)


def test_two_recoveries_at_once_count_a_window_once(
    window: Window, runtime: Runtime, process: SendingProcess, count: Count
) -> None:
    window.tally.discard()
    settled = [0]

    def other() -> None:
        settled[0] = recover(runtime.sessions, process.host, Watch())

    assert recover_beaten(runtime, process.host, other) == 0
    assert settled == [10]
    found = count()
    assert (found.unanswered, found.in_flight, found.pending) == (10, 0, READERS - 10)
    with runtime.session() as session:
        assert [row.size for row in session.scalars(select(SendWindow))] == [0], "its holder may come back"
