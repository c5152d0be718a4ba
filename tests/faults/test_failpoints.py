"""Every named place in the protocol: a process dies there, stands still there, or fails there."""

import os
import signal
import time
from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy import text

from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.runtime import Runtime
from newsletter.sending import failpoints
from newsletter.sending.drain import SendingProcess
from newsletter.sending.freeze import freeze
from newsletter.sending.hosts import Watch, host_id
from newsletter.sending.recover import recover
from newsletter.smtp.sink import Sink
from newsletter.smtp.url import Dialogue
from tests.databases import BOTH
from tests.extent import usual
from tests.faults.conftest import PAIRS
from tests.faults.drainer import Order, over, start_draining, start_recovering
from tests.incoming.test_feedback import STEPS
from tests.processes import wait_until
from tests.servers.processes import state

READERS = usual(300, soak=3_000)
# The time at which each place is deadly: not the first, so that something is under way already.
TIMES = {
    "freeze.chunk": 2,
    "freeze.complete": 1,
    "turn.committing": 3,
    "turn.committed": 3,
    "transmit.begin": 3,
    "transmit.started": 130,
    "transmit.answered": 130,
    "transmit.noted": 130,
    "recover.committing": 1,
}

# While a window is sent nobody asks the database: with it, how the relay is spoken to makes the difference.
SENT_FROM = [name for name in sorted(TIMES) if name.startswith("transmit.")]
ELSEWHERE = [name for name in sorted(TIMES) if name not in SENT_FROM]
KILLED = [
    *product(ELSEWHERE, [(database, Dialogue.CHUNKING) for database in BOTH]),
    *product(SENT_FROM, PAIRS),
]
FAILING = [
    *product([name for name in ELSEWHERE if name.startswith("turn.")], BOTH),
    *product(SENT_FROM, usual(["sqlite"], soak=BOTH)),
]

pytestmark = pytest.mark.faults

Judge = Callable[..., MailingTotals]


@pytest.fixture(autouse=True)
def disarm() -> object:
    yield
    failpoints.arm("")


def recovered(runtime: Runtime) -> int:
    return recover(runtime.sessions, host_id(runtime.settings.tally_dir), Watch())


def finish(runtime: Runtime, process: SendingProcess, mailing_id: int) -> None:
    """What another worker does afterwards."""
    recovered(runtime)
    freeze(runtime.sessions, mailing_id, runtime.links)
    process.drain(mailing_id, seconds=30)
    assert over(runtime, mailing_id)


def test_each_place_has_its_time() -> None:
    of_the_web_server = {"unsubscribe.kept"}  # tests/web/public/test_spooled_unsubscribe.py
    assert set(TIMES) == failpoints.NAMES - of_the_web_server - set(STEPS)  # tests/incoming


@pytest.mark.parametrize(
    ("name", "database_url", "dialogue"),
    [
        pytest.param(name, database, dialogue, id=f"{name}-{database}-{dialogue.name.lower()}")
        for name, (database, dialogue) in KILLED
    ],
    indirect=["database_url", "dialogue"],
)
def test_killed(
    name: str,
    dialogue: Dialogue,
    runtime: Runtime,
    schedule_mailing: Callable[..., int],
    order: Callable[..., Order],
    make_process: Callable[..., SendingProcess],
    hold_promise: Judge,
) -> None:
    mailing_id = schedule_mailing(READERS)
    given = order(mailing_id, dialogue)
    in_recovery = name.startswith("recover.")
    deadly = "transmit.answered=kill@70" if in_recovery else f"{name}=kill@{TIMES[name]}"
    first = start_draining(given.at(deadly))
    first.join(60)
    assert first.exitcode == -signal.SIGKILL
    if in_recovery:
        second = start_recovering(given.at(f"{name}=kill@{TIMES[name]}"))
        second.join(60)
        assert second.exitcode == -signal.SIGKILL
    finish(runtime, make_process(dialogue), mailing_id)
    found = hold_promise(mailing_id, dialogue)
    assert found.sent + found.unanswered == READERS
    if name.startswith("freeze."):
        assert found.unanswered == 0
    elif name in {"transmit.started", "transmit.answered", "recover.committing"}:
        assert found.unanswered > 0


@pytest.mark.parametrize("name", ["turn.committing", "transmit.started", "transmit.answered"])
def test_stopped_while_another_goes_on(
    name: str,
    runtime: Runtime,
    schedule_mailing: Callable[..., int],
    order: Callable[..., Order],
    hold_promise: Judge,
    sink: Sink,
) -> None:
    """In a transaction, which holds others up, and outside of one, where the others never notice."""
    inside = name == "turn.committing"
    mailing_id = schedule_mailing(READERS)
    given = order(mailing_id)
    # In the first window, while the thread that talks to the database has nothing to say to it.
    first = start_draining(given.at(f"{name}=stop@{TIMES[name] if inside else 20}"))
    wait_until(lambda: state(first.pid or 0) == "T", patience=30)
    before = _count_when_quiet(sink)
    second = start_draining(given)
    try:
        if inside:
            time.sleep(1.5)
            assert sink.counts.messages == before, "what is not committed is nobody's"
            _end_idle_transactions(runtime)
        if not inside or runtime.engine.dialect.name == "postgresql":
            # The rest of the list may be little: on a busy machine the first has opened a second lane.
            wait_until(lambda: sink.counts.messages >= before + 10)
            recovered(runtime)
            with runtime.session() as session:
                taken = read_totals(session, mailing_id).unanswered
            assert taken == 0, "a right to send is not taken from a living process"
    finally:
        os.kill(first.pid or 0, signal.SIGCONT)
        for process in (first, second):
            process.join(60)
            if process.is_alive():
                process.kill()
                process.join(60)
    assert (first.exitcode, second.exitcode) == (0, 0)
    found = hold_promise(mailing_id)
    assert (found.sent, found.unanswered) == (READERS, 0)


def _count_when_quiet(sink: Sink) -> int:
    """The messages the sink has, once it has also read what was on its way when the process stopped."""
    seen = [sink.counts.messages]

    def quiet() -> bool:
        time.sleep(0.2)
        seen.append(sink.counts.messages)
        return seen[-1] == seen[-2]

    wait_until(quiet, patience=30)
    return seen[-1]


def _end_idle_transactions(runtime: Runtime) -> None:
    """What PostgreSQL does by itself after a minute (`idle_in_transaction_session_timeout`)."""
    if runtime.engine.dialect.name != "postgresql":
        return
    with runtime.engine.connect() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state = 'idle in transaction' AND state_change < now() - interval '1 second'"
            )
        ).all()
    assert ended


@pytest.mark.parametrize(("name", "database_url"), FAILING, indirect=["database_url"])
def test_failing_on_a_full_disk(
    name: str,
    runtime: Runtime,
    make_mailing: Callable[..., int],
    make_process: Callable[..., SendingProcess],
    hold_promise: Judge,
) -> None:
    """The same process goes on afterwards: what it held must be free again at once."""
    mailing_id = make_mailing(READERS)
    process = make_process(Dialogue.CHUNKING)
    failpoints.arm(f"{name}=error@{TIMES[name]}")
    with pytest.raises(OSError, match=name):
        process.drain(mailing_id, seconds=30)
    recovered(runtime)
    with runtime.session() as session:
        assert read_totals(session, mailing_id).in_flight == 0
    finish(runtime, process, mailing_id)
    found = hold_promise(mailing_id, relay=True)
    assert found.sent + found.unanswered == READERS
