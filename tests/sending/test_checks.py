"""The page of checks: each is due at its own period, and one that fails keeps no other from running."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.queue import broker
from newsletter.health.heartbeats import open_redis
from newsletter.mailings.models import SendingHost
from newsletter.preflight.spam_checks.check import AT_REST
from newsletter.runtime import Runtime
from newsletter.sending import checks
from newsletter.sending.check_runner import (
    SWEEP_SECONDS,
    TICK_SECONDS,
    Check,
    CheckContext,
    CheckRunner,
    Period,
)
from newsletter.subscribers.models import State, Subscription
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from tests.factories import make_issue, make_publication, make_readers
from tests.queued import empty_queues, queued

RECOVERY_SECONDS = 15.0
MakeRunner = Callable[..., CheckRunner]


@pytest.fixture
def elapsed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the monotonic clock says."""
    seconds = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def make_runner(runtime: Runtime) -> MakeRunner:
    def make(
        sessions: sessionmaker[Session] | None = None, *, has_imap: bool = False, spamassassin_url: str = ""
    ) -> CheckRunner:
        folder = runtime.settings.tally_dir
        spool = UnsubscribeSpool(runtime.settings.unsubscribe_dir)
        context = CheckContext(
            sessions or runtime.sessions,
            1,
            folder,
            folder,
            spool,
            RECOVERY_SECONDS,
            has_imap,
            spamassassin_url,
        )
        return CheckRunner(context, checks.CHECKS)

    return make


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The checks that ran, when there are two, and one of them fails."""
    names: list[str] = []

    def fail(_context: CheckContext) -> None:
        names.append("recovery")
        message = "the disk is full"
        raise OSError(message)

    quick = Check(lambda _: names.append("sweep"), Period.SWEEP, "Something may be lost.")
    monkeypatch.setattr(checks, "CHECKS", (Check(fail, Period.RECOVERY, "So may this."), quick))
    return names


def test_each_is_due_at_its_own_pace_and_one_that_fails_stops_no_other(
    make_runner: MakeRunner, elapsed: list[float], ran: list[str]
) -> None:
    runner = make_runner()
    assert runner.run_due()
    assert ran == ["recovery", "sweep"]
    assert not runner.run_due(), "nothing is due"
    elapsed[0] += SWEEP_SECONDS
    assert runner.run_due()
    assert ran == ["recovery", "sweep", "sweep"]
    elapsed[0] += RECOVERY_SECONDS
    runner.run_due()
    assert ran == ["recovery", "sweep", "sweep", "recovery", "sweep"], "it is tried again"


def test_a_sweep_of_which_a_check_failed_is_not_complete(
    make_runner: MakeRunner, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Check(checks.CHECKS[0].run, Period.SWEEP, "It fails.")
    monkeypatch.setattr(checks, "CHECKS", (failing, *checks.CHECKS))
    assert not make_runner().run_due()


def test_beat_sweeps_only_where_the_timer_stands_still(
    make_runner: MakeRunner, elapsed: list[float], ran: list[str]
) -> None:
    runner = make_runner()
    runner.run_due()
    ran.clear()
    elapsed[0] += TICK_SECONDS - 1
    runner.sweep_if_late()
    assert ran == []
    elapsed[0] += 1
    runner.sweep_if_late()
    assert ran == ["sweep"]


def test_a_round_counts_the_host_and_ends_pauses_that_are_over(
    make_runner: MakeRunner, runtime: Runtime
) -> None:
    with runtime.session() as session:
        publication = make_publication(session)
        make_readers(session, publication, 1)
        reader = session.scalars(select(Subscription)).one()
        reader.state, reader.paused_until = State.PAUSED, clock.now() + timedelta(days=1)
        session.commit()
    runner = make_runner()
    assert runner.run_due()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        runner = make_runner()
        assert runner.run_due()
    with runtime.session() as session:
        assert session.scalars(select(SendingHost)).one().heartbeat == 2
        assert session.scalars(select(Subscription)).one().state is State.ACTIVE


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mailbox_is_polled_where_there_is_one(
    make_runner: MakeRunner, redis_url: str, elapsed: list[float]
) -> None:
    broker.connect(redis_url)
    with open_redis(redis_url, 5) as client:
        client.flushdb()
    waiting = []
    for has_imap in (False, True, True):
        assert make_runner(has_imap=has_imap).run_due()
        waiting.append(broker.waiting(jobs.poll_mailbox.queue))
    assert waiting == [0, 1, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_drafts_are_shown_to_spamassassin_where_there_is_one(
    make_runner: MakeRunner, runtime: Runtime, redis_url: str
) -> None:
    client = empty_queues(redis_url)
    with runtime.session() as session:
        make_issue(session, make_publication(session))
        session.commit()
    waiting = []
    with time_machine.travel(clock.now() + AT_REST):
        for url in ("", "spamd://127.0.0.1:783", "spamd://127.0.0.1:783"):
            assert make_runner(spamassassin_url=url).run_due()
            waiting.append(len(queued(client, jobs.check_spam.queue)))
    assert waiting == [0, 1, 1]


def test_each_check_says_why_it_is_there() -> None:
    assert {check.period for check in checks.CHECKS} == set(Period)
    assert all(check.why.endswith(".") for check in checks.CHECKS)
