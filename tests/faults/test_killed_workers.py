"""`kill -9` of random worker processes and a broker that comes and goes, in the middle of a mailing."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter import migrations
from newsletter.core.db import reading
from newsletter.mailings.accounts import Accounts, accounts
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from newsletter.smtp.pace import MOST
from newsletter.smtp.sink import Options, Sink
from tests.factories import make_issue, make_publication, make_readers
from tests.processes import Installation, wait_until
from tests.sending.conftest import checked
from tests.servers import ValkeyServer, create_database, start_postgres

RECIPIENTS = 5000
KILLS = 10
SEED = 20261122

pytestmark = pytest.mark.faults


@pytest.fixture
def sink() -> Iterator[Sink]:
    # A reply takes a moment, so that the mailing lasts long enough to be disturbed; whole windows share it.
    with Sink(Options(latency=0.02)) as started:
        yield started


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    folder = tmp_path / "valkey"
    folder.mkdir()
    server = ValkeyServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, sink: Sink, valkey: ValkeyServer
) -> Iterator[Installation]:
    url = None
    if request.param == "postgresql":
        url = create_database(start_postgres(), f"killed_{tmp_path.name.replace('-', '_')}")
    with Installation(
        tmp_path / "var",
        redis_url=valkey.url,
        database_url=url,
        smtp_url=sink.url,
        RECOVERY_SECONDS="2",
        WINDOW_SIZE="50",
    ) as made:
        yield made


@pytest.fixture
def runtime(installation: Installation) -> Iterator[Runtime]:
    made = Runtime(installation.settings)
    migrations.upgrade(made.engine)
    yield made
    made.engine.dispose()


@pytest.fixture
def mailing_id(runtime: Runtime) -> int:
    """A scheduled mailing to all recipients."""
    with runtime.session() as session:
        publication = make_publication(session)
        make_readers(session, publication, RECIPIENTS)
        mailing = schedule(session, make_issue(session, publication), None, runtime.links, actor="test")
        session.commit()
        return mailing.id


def count(runtime: Runtime, mailing_id: int) -> Accounts:
    with runtime.session() as session:
        if runtime.engine.dialect.name == "postgresql":  # several statements, one moment
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return checked(session, mailing_id)


def hold_the_promise(runtime: Runtime, mailing_id: int, sink: Sink) -> Accounts:
    """I1 to I4 of the sending protocol, judged by what the sink recorded before it accepted."""
    found = count(runtime, mailing_id)
    copies = Counter(record.recipient for record in sink.records)
    assert max(copies.values()) == 1, "I1: at most one copy each"
    assert found.state == "finished"
    assert found.sent + found.unanswered == RECIPIENTS, "I2: nobody is forgotten"
    # So many messages at most are under way on a connection: each lost one leaves no more unanswered.
    assert found.unanswered <= MOST * sink.counts.lost, "I3"
    assert found.sent <= len(copies) <= found.sent + found.unanswered, "I4"
    return found


def test_ten_kills(installation: Installation, runtime: Runtime, mailing_id: int, sink: Sink) -> None:
    luck = random.Random(SEED)
    installation.start("bulk", "periodic")
    killed: list[str] = []
    while len(killed) < KILLS:
        reached = sink.counts.messages
        wait_until(lambda reached=reached: sink.counts.messages > reached or _over(runtime, mailing_id))
        if _over(runtime, mailing_id):
            break
        time.sleep(luck.uniform(0.05, 0.4))
        victim = luck.choice(installation.workers())
        installation.kill(victim.pid)
        killed.append(victim.role)
        installation.tend()
    assert len(killed) == KILLS, "the mailing must last longer than the killing"
    assert sink.counts.messages < RECIPIENTS, "some of the killing must be in the middle"
    wait_until(lambda: _over(runtime, mailing_id), lambda: installation.said("bulk"))
    hold_the_promise(runtime, mailing_id, sink)


def test_the_broker_comes_and_goes(
    installation: Installation, runtime: Runtime, mailing_id: int, sink: Sink, valkey: ValkeyServer
) -> None:
    installation.start("bulk", "periodic")
    for share in (0.1, 0.3, 0.5):
        wait_until(lambda share=share: sink.counts.messages >= share * RECIPIENTS)
        valkey.stop()
        time.sleep(1)
        valkey.start()
    wait_until(lambda: _over(runtime, mailing_id), lambda: installation.said("bulk"))
    found = hold_the_promise(runtime, mailing_id, sink)
    assert found.unanswered == 0


def test_a_terminated_worker_answers_for_all_it_started(
    installation: Installation, runtime: Runtime, mailing_id: int, sink: Sink
) -> None:
    installation.start("bulk", "periodic")
    for share in (0.1, 0.4):
        wait_until(lambda share=share: sink.counts.messages >= share * RECIPIENTS)
        installation.end("bulk")
        found = count(runtime, mailing_id)
        assert (found.in_flight, found.unanswered) == (0, 0), "everything was settled before it went"
        installation.start("bulk")
    wait_until(lambda: _over(runtime, mailing_id), lambda: installation.said("bulk"))
    assert hold_the_promise(runtime, mailing_id, sink).sent == RECIPIENTS


def _over(runtime: Runtime, mailing_id: int) -> bool:
    with reading(), runtime.session() as session:
        return accounts(session, mailing_id).over
