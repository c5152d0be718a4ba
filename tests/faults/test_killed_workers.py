"""Worker processes killed, terminated and stopped in the middle of a mailing."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.smtp.url import Dialogue
from tests.databases import BOTH
from tests.extent import usual
from tests.faults.stage import Stage, stage
from tests.faults.trouble import kill_workers, stop_workers

READERS = usual(600, soak=20_000)
PER_SECOND = usual(100, soak=500)  # until the trouble is over
KILLS = usual(4, soak=40)
STOPS = usual(2, soak=20)
SEED = 20261122

pytestmark = pytest.mark.faults


@pytest.fixture
def given_stage(database: str, tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, database) as made:
        yield made


@pytest.mark.parametrize(
    ("database", "dialogue"),
    [("sqlite", Dialogue.PLAIN), ("postgresql", Dialogue.CHUNKING)],
    ids=["sqlite-plain", "postgresql-chunking"],
)
def test_killed_at_random(database: str, dialogue: Dialogue, tmp_path: Path) -> None:
    luck = random.Random(SEED)
    with stage(tmp_path, database, dialogue=dialogue, latency=0.005) as given:
        mailing_id = given.schedule(READERS, per_second=PER_SECOND)
        given.installation.start("bulk", "periodic")
        given.sent_at_least(50, mailing_id)
        done = kill_workers(given, mailing_id, luck, lambda: luck.uniform(0.05, 0.4), KILLS)
        assert done.total() == KILLS, "the mailing must last longer than the killing"
        given.throttle(mailing_id, None)
        given.finish(mailing_id)
        found = given.hold_promise(mailing_id)
        assert found.sent + found.unanswered == READERS


# What a dead process leaves behind in the database is looked at on both kinds in `test_killed_at_random`.
@pytest.mark.parametrize("database", usual(["postgresql"], soak=BOTH))
def test_every_process_dies_again_and_again(database: str, tmp_path: Path) -> None:
    """Armed by the setting: wherever a process gets to, its end is near."""
    points = "transmit.answered=kill@90,turn.committing=kill@9,turn.committed=kill@12"
    with stage(tmp_path, database, BULK_PROCESSES="3", FAILPOINTS=points) as given:
        mailing_id = given.schedule(300)
        given.installation.start("bulk", "periodic")
        given.finish(mailing_id)
        found = given.hold_promise(mailing_id)
        assert found.sent + found.unanswered == 300
        assert found.unanswered > 0


# A process that is stopped at each of the places where it matters: `test_failpoints.py`, on both kinds.
@pytest.mark.parametrize("database", usual(["postgresql"], soak=BOTH))
def test_stopped_for_a_while(given_stage: Stage) -> None:
    luck = random.Random(SEED)
    mailing_id = given_stage.schedule(READERS, per_second=PER_SECOND)
    given_stage.installation.start("bulk", "periodic")
    given_stage.sent_at_least(50, mailing_id)
    done = stop_workers(given_stage, mailing_id, luck, lambda: luck.uniform(0.2, 1), STOPS)
    assert done.total() > 0
    given_stage.throttle(mailing_id, None)
    given_stage.finish(mailing_id)
    assert given_stage.hold_promise(mailing_id).sent == READERS


@pytest.mark.parametrize("database", usual(["sqlite"], soak=BOTH))
def test_a_terminated_worker_answers_for_all_it_started(given_stage: Stage) -> None:
    mailing_id = given_stage.schedule(READERS, per_second=PER_SECOND)
    given_stage.installation.start("bulk", "periodic")
    given_stage.sent_at_least(0.1 * READERS, mailing_id)
    before = given_stage.sink.copies()
    given_stage.installation.end("bulk")
    assert given_stage.sink.copies() < before + PER_SECOND, "no further message starts"
    found = given_stage.count(mailing_id)
    assert (found.in_flight, found.unanswered) == (0, 0), "everything was settled before it went"
    given_stage.throttle(mailing_id, None)
    given_stage.installation.start("bulk")
    given_stage.finish(mailing_id)
    assert given_stage.hold_promise(mailing_id).sent == READERS
