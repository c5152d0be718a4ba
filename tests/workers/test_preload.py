"""All workers of one machine, forked from one process: who is there, who comes on demand, how they end."""

import os
import signal
import smtplib
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.worker import state

from newsletter import jobs
from newsletter.core.queue import Queue, broker
from newsletter.health.heartbeats import open_redis, read_heartbeats
from tests.features.conftest import prepare_database
from tests.processes import Installation, wait_until
from tests.servers import ValkeyServer
from tests.servers.processes import free_port
from workers.idle import wait_until_idle

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc"),
]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    valkey = ValkeyServer(tmp_path / "valkey")
    port = str(free_port())
    with Installation(tmp_path / "var", redis_url=valkey.start(), MAIL_PORT=port) as made:
        prepare_database(made)
        broker.connect(made.settings.effective_redis_url)
        made.start("workers")
        yield made
    valkey.kill()


# Who is always there.
ALWAYS = {"transactional", "periodic"}


def running(installation: Installation) -> dict[str, list[int]]:
    """The processes of each queue's worker, its main process first, by the name that `ps -o comm` shows."""
    found: dict[str, list[int]] = {}
    for process in installation.processes("workers/child"):
        found.setdefault(Path(f"/proc/{process.pid}/comm").read_text().strip(), []).append(process.pid)
    return found


def test_workers_come_on_demand_are_started_again_and_end(installation: Installation) -> None:
    def said() -> str:
        return f"{running(installation)} {installation.said('workers')}"

    # Two are there; all queues are said to be served, because somebody starts the others.
    wait_until(lambda: set(running(installation)) == ALWAYS, said)

    def silent() -> list[Queue]:
        heartbeats = read_heartbeats(installation.settings.effective_redis_url)
        assert heartbeats is not None
        return heartbeats.silent

    wait_until(lambda: silent() == [], said)

    # Who brings mail calls the listener, which stays for a minute.
    with smtplib.SMTP("127.0.0.1", installation.settings.effective_mail_port, timeout=30) as client:
        client.ehlo()
        client.mail("a@press.example")
        assert client.rcpt("nobody@press.example")[0] == 550
    assert set(running(installation)) == ALWAYS | {"mail"}

    # A job calls the worker of its queue.
    assert jobs.import_subscribers.publish(import_id=0)
    wait_until(lambda: "imports@" in installation.said("workers", 100_000), said)
    wait_until(lambda: broker.waiting(Queue.IMPORTS) == 0, said)
    assert set(running(installation)) == ALWAYS | {"imports", "mail"}

    # Who is killed is there again.
    (before, *_) = running(installation)["periodic"]
    installation.kill(before)
    wait_until(lambda: running(installation).get("periodic", [before])[0] != before, said)
    assert "a process ended; it is started again" in installation.said("workers", 100_000)

    # Asked to end, all of them do, and nobody has to be killed.
    began = time.monotonic()
    installation.end("workers", patience=60)
    assert time.monotonic() - began < 20
    assert installation.processes() == []
    assert (installation.logs / "workers.log").read_text().count("it is started again") == 1


def test_while_the_worker_for_messages_is_busy_another_one_comes(installation: Installation) -> None:
    def said() -> str:
        return f"{running(installation)} {installation.said('workers')}"

    wait_until(lambda: "transactional@" in installation.said("workers", 100_000), said)
    (busy,) = running(installation)["transactional"]
    os.kill(busy, signal.SIGSTOP)
    try:
        for request_id in range(1_000_000, 1_000_005):  # the stopped one may take the first with it
            assert jobs.decide_request.publish(request_id=request_id)
        wait_until(lambda: "transactional2@" in installation.said("workers", 100_000), said)
        wait_until(lambda: broker.waiting(Queue.TRANSACTIONAL) == 0, said)
        assert len(running(installation)["transactional"]) == 2
    finally:
        os.kill(busy, signal.SIGCONT)


def test_none_outlives_a_parent_that_was_killed(installation: Installation) -> None:
    wait_until(lambda: set(running(installation)) == ALWAYS)
    installation.kill("workers")
    wait_until(lambda: installation.processes() == [], lambda: str(running(installation)))


def test_a_worker_without_work_is_idle(redis_url: str) -> None:
    broker.connect(redis_url)
    with open_redis(redis_url, 5) as client:
        client.flushdb()

    class Request:
        """A job that is being done."""

    request = Request()
    watch = threading.Thread(target=wait_until_idle, args=(Queue.IMPORTS, 0.5, 0.05))
    state.reserved_requests.add(request)
    try:
        watch.start()
        watch.join(1)
        assert watch.is_alive()
    finally:
        state.reserved_requests.discard(request)
        watch.join(20)
    assert not watch.is_alive()
