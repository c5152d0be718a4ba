"""Broker and database flushed, stopped and crashed in the middle of a mailing: it finishes by itself."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import BOTH
from tests.extent import usual
from tests.faults.stage import Stage, stage
from tests.faults.trouble import Done, Seconds, disturb_broker, restart_postgres

READERS = usual(800, soak=12_000)
PER_SECOND = usual(100, soak=400)  # until the trouble is over
TIMES = usual(2, soak=20)
SEED = 20261128

pytestmark = pytest.mark.faults


def everybody_is_sent_to_through(trouble: Callable[[Stage, int, Seconds, float], Done], given: Stage) -> None:
    """In the middle of a mailing this trouble comes `TIMES` times; nobody is left out, nobody unanswered."""
    luck = random.Random(SEED)
    mailing_id = given.schedule(READERS, per_second=PER_SECOND)
    given.installation.start("bulk", "periodic")
    given.sent_at_least(50, mailing_id)
    done = trouble(given, mailing_id, lambda: luck.uniform(0.3, 0.7), TIMES)
    assert done.total() == TIMES, "the mailing must last longer than the disturbance"
    given.throttle(mailing_id, None)
    given.finish(mailing_id)
    found = given.hold_promise(mailing_id)
    assert (found.sent, found.unanswered) == (READERS, 0)


# The broker knows of no database.
@pytest.mark.parametrize("database", usual(["sqlite"], soak=BOTH))
def test_the_broker_comes_and_goes(database: str, tmp_path: Path) -> None:
    with stage(tmp_path, database) as given:
        everybody_is_sent_to_through(disturb_broker, given)


def test_postgresql_crashes(tmp_path: Path) -> None:
    with stage(tmp_path, "postgresql", own_postgres=True) as given:
        everybody_is_sent_to_through(restart_postgres, given)
