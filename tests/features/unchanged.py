"""Did anything change? Every table before and after, while the workers, who count on by themselves, wait."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from newsletter.core.db import reading
from newsletter.runtime import Runtime
from tests.processes import Installation, wait_until
from tests.servers.processes import state
from tests.web.public.state import everything

State = dict[str, tuple[int, str]]


@contextmanager
def nothing_changes(installation: Installation) -> Iterator[None]:
    """Fail when what the block asks of the web server changes a single row of any table."""
    with _standing_still(installation):
        before = dump(installation)
        assert before["publication"][0] > 0
        yield
        after = dump(installation)
    assert after == before


def dump(installation: Installation) -> State:
    """For each table its number of rows and a hash of them."""
    with reading_session(installation) as session:
        return everything(session)


@contextmanager
def reading_session(installation: Installation) -> Iterator[Session]:
    """A session that only reads what the installation's processes wrote."""
    runtime = Runtime(installation.settings)
    try:
        with reading(), runtime.session() as session:
            yield session
    finally:
        runtime.engine.dispose()


@contextmanager
def _standing_still(installation: Installation) -> Iterator[None]:
    """Stop the workers where they are, and let them go on afterwards."""
    pids = [process.pid for process in installation.workers()]
    assert pids
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: all(state(pid) == "T" for pid in pids))
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
