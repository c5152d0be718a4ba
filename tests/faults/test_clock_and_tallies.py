"""Clocks that are set in the middle of a drain, a disk without room, tallies that are lost."""

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
import time_machine
from sqlalchemy import select

from newsletter.core import clock
from newsletter.mailings.models import Mailing, SendWindow
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.hosts import Watch, host_id
from newsletter.sending.recover import recover
from newsletter.smtp.sink import Sink
from tests.databases import BOTH
from tests.extent import usual
from tests.faults import promise
from tests.faults.drainer import Order, over, start_draining
from tests.faults.promise import Excuses
from tests.processes import wait_until

READERS = 300
JUMPS = {
    "a day on": timedelta(days=1),
    "a day back": timedelta(days=-1),
    "an hour on": timedelta(hours=1),
    "an hour back": timedelta(hours=-1),
}
# The clock is the program's, whichever the database is: each has a jump on and one back.
HERE = [
    ("sqlite", "a day on"),
    ("sqlite", "an hour back"),
    ("postgresql", "a day back"),
    ("postgresql", "an hour on"),
]

pytestmark = pytest.mark.faults


@pytest.mark.parametrize(
    ("database_url", "jump"), usual(HERE, soak=list(product(BOTH, JUMPS))), indirect=["database_url"]
)
def test_the_clock_is_set(
    jump: str,
    runtime: Runtime,
    make_mailing: Callable[..., int],
    make_process: Callable[..., SendingProcess],
    sink: Sink,
    hold_promise: Callable[..., MailingTotals],
) -> None:
    """While a drain runs. A jump ahead may look like an hour's silence, and then asks."""
    mailing_id = make_mailing(READERS, per_second=200)
    process = make_process(window_size=20)
    drain = threading.Thread(target=process.drain, args=(mailing_id, 20))
    drain.start()
    wait_until(lambda: sink.counts.messages >= 50)
    with time_machine.travel(clock.now() + JUMPS[jump]):
        drain.join()
        for _ in range(5):
            if over(runtime, mailing_id):
                break
            resume_if_it_asks(runtime, mailing_id)
            process.drain(mailing_id, seconds=20)
        found = hold_promise(mailing_id)
    assert (found.sent, found.unanswered) == (READERS, 0)


def resume_if_it_asks(runtime: Runtime, mailing_id: int) -> None:
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        if mailing.held_reason:
            assert "Nothing was sent for more than an hour" in mailing.held_reason
            control.resume(session, mailing_id, actor="test")
            session.commit()


def test_a_disk_without_room_for_a_tally(
    runtime: Runtime,
    make_mailing: Callable[..., int],
    make_process: Callable[..., SendingProcess],
    sink: Sink,
    hold_promise: Callable[..., MailingTotals],
) -> None:
    """In the middle of a mailing: nothing more is reserved, and it goes on when there is room again."""
    mailing_id = make_mailing(READERS, per_second=400)
    process = make_process(window_size=20)
    folder, failed = process.tally_dir, []

    def drain() -> None:
        try:
            process.drain(mailing_id, 20)
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=drain)
    thread.start()
    wait_until(lambda: sink.counts.messages >= 100)
    elsewhere = folder.rename(folder.with_name("elsewhere"))
    folder.write_text("a file where a folder should be")
    thread.join()
    assert failed
    assert not over(runtime, mailing_id)
    folder.unlink()
    elsewhere.rename(folder)
    recover(runtime.sessions, process.host, Watch())
    process.drain(mailing_id, 30)
    found = hold_promise(mailing_id)
    assert (found.sent, found.unanswered) == (READERS, 0)


def test_a_lost_tally(
    runtime: Runtime,
    make_mailing: Callable[..., int],
    make_process: Callable[..., SendingProcess],
    order: Callable[..., Order],
    sink: Sink,
) -> None:
    """A process dies and its disk with it: its windows are unanswered, and nobody in them is resent."""
    mailing_id = make_mailing(READERS)
    first = start_draining(order(mailing_id).at("transmit.answered=kill@130"))
    first.join(60)
    folder = runtime.settings.tally_dir
    with runtime.session() as session:
        lost = {seq for window in session.scalars(select(SendWindow)) for seq in window.seqs}
    assert lost
    for path in folder.glob("*.tally"):
        path.unlink()
    assert recover(runtime.sessions, host_id(folder), Watch()) == len(lost)
    make_process().drain(mailing_id, seconds=30)
    with runtime.session() as session:
        found = promise.hold(session, mailing_id, sink.records, Excuses(lost=frozenset(lost)))
    assert found.unanswered == len(lost)
