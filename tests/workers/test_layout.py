"""The Procfile and the table of workers say the same."""

from newsletter.core.queue import Queue
from tests.processes import procfile
from workers.layout import WORKERS
from workers.preload.one_machine import ON_ONE_MACHINE

# The names of the Procfile are those that platforms know.
ALWAYS_THERE = {Queue.TRANSACTIONAL, Queue.PERIODIC}
NAMES = {Queue.TRANSACTIONAL: "worker"}


def test_the_procfile_starts_each_worker_as_the_table_says() -> None:
    lines = procfile()
    for worker in WORKERS:
        assert lines.pop(NAMES.get(worker.queue, worker.queue.value)) == worker.command()
    assert set(lines) == {"release", "web", "mail", "beat"}


def test_every_queue_has_its_worker() -> None:
    assert [worker.queue for worker in WORKERS].count(Queue.BULK) == 1
    assert {worker.queue for worker in WORKERS} == set(Queue)


def test_on_one_machine_every_queue_has_one_and_each_a_name_of_its_own() -> None:
    assert {worker.queue for worker in ON_ONE_MACHINE} == set(Queue)
    assert len({worker.name for worker in ON_ONE_MACHINE}) == len(ON_ONE_MACHINE)
    assert {worker.queue for worker in ON_ONE_MACHINE if not worker.on_demand} == ALWAYS_THERE
