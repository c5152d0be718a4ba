"""Broker and database flushed, stopped and crashed in the middle of a mailing: it finishes by itself."""

import random
from pathlib import Path

import pytest

from tests.faults.stage import stage
from tests.faults.trouble import disturb_broker, restart_postgres

READERS = 2_000
PER_SECOND = 400
TIMES = 3
SEED = 20261128

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_broker_comes_and_goes(database: str, tmp_path: Path) -> None:
    luck = random.Random(SEED)
    with stage(tmp_path, database) as given:
        mailing_id = given.schedule(READERS, per_second=PER_SECOND)
        given.installation.start("bulk", "periodic")
        given.sent_at_least(50, mailing_id)
        done = disturb_broker(given, mailing_id, lambda: luck.uniform(0.3, 0.7), TIMES)
        assert done.total() == TIMES, "the mailing must last longer than the disturbance"
        given.throttle(mailing_id, None)
        given.finish(mailing_id)
        found = given.hold_promise(mailing_id)
        assert (found.sent, found.unanswered) == (READERS, 0)


def test_postgresql_crashes(tmp_path: Path) -> None:
    luck = random.Random(SEED)
    with stage(tmp_path, "postgresql", own_postgres=True) as given:
        mailing_id = given.schedule(READERS, per_second=PER_SECOND)
        given.installation.start("bulk", "periodic")
        given.sent_at_least(50, mailing_id)
        done = restart_postgres(given, mailing_id, lambda: luck.uniform(0.3, 0.7), TIMES)
        assert done.total() == TIMES, "the mailing must last longer than the disturbance"
        given.throttle(mailing_id, None)
        given.finish(mailing_id)
        found = given.hold_promise(mailing_id)
        assert (found.sent, found.unanswered) == (READERS, 0)
