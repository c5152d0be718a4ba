"""A process that does one step of sending, and may be killed or stopped on its way.

It is forked from a server that has imported everything already (`tests/preloaded.py`), so that one costs
a tenth of a second. It runs the same domain code as a worker, without Celery around it.
"""

import time
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.context import ForkServerProcess

from newsletter.core.db import reading
from newsletter.mailings.totals import read_totals
from newsletter.runtime import Runtime
from newsletter.sending import failpoints
from newsletter.sending.freeze import freeze
from newsletter.sending.hosts import Watch, host_id
from newsletter.sending.recover import recover
from newsletter.settings import Settings
from tests.preloaded import FORKED, end_with_the_tests
from tests.sending.process import sending_process

PATIENCE = 60.0


@dataclass(frozen=True)
class Order:
    """What a process is to do. `chunk`: candidates frozen in a transaction."""

    settings: Settings
    mailing_id: int
    window_size: int = 50
    chunk: int = 200
    failpoints: str = ""

    def at(self, points: str) -> "Order":
        """The same, with these failpoints armed."""
        return replace(self, failpoints=points)


def start_draining(order: Order) -> ForkServerProcess:
    """A process that freezes the mailing if it is due and sends until it is over."""
    return _start(drain, order)


def start_recovering(order: Order) -> ForkServerProcess:
    """A process that recovers once."""
    return _start(recover_once, order)


def _start(target: object, order: Order) -> ForkServerProcess:
    process = FORKED.Process(target=partial(_run, target), args=(order,), daemon=True)
    process.start()
    return process


def _run(target: object, order: Order) -> None:
    end_with_the_tests()
    failpoints.arm(order.failpoints)
    assert callable(target)
    target(order)


def drain(order: Order) -> None:
    """Freeze the mailing if it is due, and send until it is over."""
    runtime = Runtime(order.settings)
    freeze(runtime.sessions, order.mailing_id, runtime.links, order.chunk)
    process = sending_process(runtime, order.settings.effective_smtp_url, order.window_size)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not over(runtime, order.mailing_id):
        process.drain(order.mailing_id, 5)
        time.sleep(0.02)
    process.connections.close()
    runtime.engine.dispose()


def recover_once(order: Order) -> None:
    """Settle what dead processes held."""
    runtime = Runtime(order.settings)
    recover(runtime.sessions, host_id(order.settings.tally_dir), Watch())
    runtime.engine.dispose()


def over(runtime: Runtime, mailing_id: int) -> bool:
    """Whether the mailing has come to its end."""
    with reading(), runtime.session() as session:
        return read_totals(session, mailing_id).over
