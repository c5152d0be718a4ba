"""A database that was restored, copied or replaced is not sent from before a person has said so."""

import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.orm import Session

from newsletter import migrations
from newsletter.core.db import make_engine
from newsletter.mailings.models import Control, Mailing
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.anchor import ANOTHER, RESTORED, Anchor, identity
from newsletter.sending.connections import Connections
from newsletter.sending.drain import SendingProcess
from newsletter.sending.freeze import freeze
from newsletter.sending.hosts import host_id
from newsletter.sending.schedule import schedule
from newsletter.settings import Settings
from newsletter.smtp.sink import Act, At, Rule, Script, Sink
from newsletter.transports.find import outlets
from tests.factories import make_issue, make_publication, make_readers
from tests.processes import wait_until
from tests.sending.conftest import READERS, checked
from tests.servers import PostgresServer, create_database, start_postgres

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MakeProcess = Callable[..., SendingProcess]


@pytest.fixture
def process(make_process: MakeProcess) -> SendingProcess:
    return make_process(window_size=5)


def send_some(process: SendingProcess, mailing_id: int, sink: Sink, messages: int = 5) -> None:
    """Let a process be asked to end when about so many messages were sent."""
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.02)])
    before = sink.counts.messages
    thread = threading.Thread(target=process.drain, args=(mailing_id, 30), name="drain")
    thread.start()
    wait_until(lambda: sink.counts.messages >= before + messages)
    process.stopping.set()
    thread.join()
    process.stopping.clear()
    sink.script = Script()


def database_of(runtime: Runtime) -> Path:
    return Path(runtime.engine.url.database or "")


def back_up(runtime: Runtime, to: Path) -> None:
    with sqlite3.connect(database_of(runtime)) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()


def restore_within(runtime: Runtime, backup: Path) -> None:
    """As an operator does with `.restore` in the sqlite3 shell, while everything runs."""
    with sqlite3.connect(backup) as source, sqlite3.connect(database_of(runtime)) as target:
        source.backup(target)
    source.close()
    target.close()


def held(runtime: Runtime, mailing_id: int) -> str:
    """Why the mailing stands still."""
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        assert mailing.control is Control.PAUSE
        checked(session, mailing_id)
        return mailing.held_reason


def resume(runtime: Runtime, mailing_id: int) -> None:
    with runtime.session() as session:
        control.resume(session, mailing_id, actor="test")
        session.commit()


def sent(runtime: Runtime, mailing_id: int) -> int:
    with runtime.session() as session:
        return checked(session, mailing_id).sent


def goes_on_to_its_end(process: SendingProcess, runtime: Runtime, mailing_id: int, sink: Sink) -> None:
    """Resumed, it sends to exactly those who are left in this database, and is not held again."""
    already, before = sent(runtime, mailing_id), sink.counts.messages
    resume(runtime, mailing_id)
    for _ in range(3):
        process.drain(mailing_id, seconds=30)
    with runtime.session() as session:
        found = checked(session, mailing_id)
    assert (found.state, found.sent + found.unanswered) == ("finished", READERS), found
    assert sink.counts.messages == before + READERS - already - found.unanswered


@on_sqlite
@pytest.mark.parametrize("put_back", ["within", "over", "moved"])
def test_an_older_backup_holds_every_mailing(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime, tmp_path: Path, put_back: str
) -> None:
    with runtime.session() as session:
        issue = make_issue(session, session.scalars(select(Publication)).one(), "two")
        waiting = schedule(session, issue, None, runtime.links, actor="test").id
        session.commit()
    send_some(process, mailing_id, sink)
    backup = tmp_path / "backup.db"
    back_up(runtime, backup)
    send_some(process, mailing_id, sink)
    if put_back == "within":
        restore_within(runtime, backup)
    else:
        runtime.engine.dispose()  # nothing runs: the last connection takes the WAL away
        (shutil.copyfile if put_back == "over" else shutil.move)(backup, database_of(runtime))
    before = sink.counts.messages
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    assert held(runtime, mailing_id) == RESTORED
    assert held(runtime, waiting) == RESTORED
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    goes_on_to_its_end(process, runtime, mailing_id, sink)


@on_sqlite
def test_a_file_that_was_replaced_beneath_a_running_process_is_noticed(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    back_up(runtime, backup)
    send_some(process, mailing_id, sink)
    before = sink.counts.messages
    for ending in ("-wal", "-shm"):
        database_of(runtime).with_name(database_of(runtime).name + ending).unlink(missing_ok=True)
    backup.replace(database_of(runtime))
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    assert held(runtime, mailing_id) in {RESTORED, ANOTHER}
    goes_on_to_its_end(process, runtime, mailing_id, sink)


@on_sqlite
def test_a_backup_that_is_put_in_place_during_a_drain_stops_it_there(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    back_up(runtime, backup)
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.4)])
    thread = threading.Thread(target=process.drain, args=(mailing_id, 30), name="drain")
    thread.start()
    wait_until(lambda: sink.counts.messages >= 2)
    restore_within(runtime, backup)
    thread.join()
    assert held(runtime, mailing_id) == RESTORED
    # The window under way was let go to its end; hardly more than one message of the next was begun.
    assert sink.counts.messages < 2 * process.window_size


@on_sqlite
def test_a_copied_installation_is_held_and_the_original_goes_on(
    process: SendingProcess,
    mailing_id: int,
    sink: Sink,
    runtime: Runtime,
    settings: Settings,
    tmp_path: Path,
) -> None:
    send_some(process, mailing_id, sink)
    copy = tmp_path / "copy"
    shutil.copytree(settings.data_dir, copy / "var")
    back_up(runtime, copy / "newsletter.db")
    cloned = Runtime(
        settings.model_copy(
            update={"data_dir": copy / "var", "database_url": f"sqlite:///{copy / 'newsletter.db'}"}
        )
    )
    clone = process_of(cloned, sink)
    assert clone.host != process.host
    before = sink.counts.messages
    assert clone.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    assert held(cloned, mailing_id) == ANOTHER
    process.drain(mailing_id, seconds=30)
    assert sent(runtime, mailing_id) == READERS == sink.counts.messages
    clone.connections.close()
    cloned.engine.dispose()


def process_of(runtime: Runtime, sink: Sink) -> SendingProcess:
    """A process of another installation, which sends to the same relay."""
    folder = runtime.settings.tally_dir
    return SendingProcess(
        sessions=runtime.sessions,
        links=runtime.links,
        secrets=runtime.settings.secrets,
        outlets=partial(outlets, secrets=runtime.settings.secrets, smtp_url=sink.url),
        connections=Connections("localhost"),
        tally_dir=folder,
        host=host_id(folder),
        window_size=5,
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL of this test's own."""
    server = PostgresServer(tmp_path / "cluster")
    server.start()
    yield server
    server.stop("immediate")


@pytest.fixture
def frozen(settings: Settings) -> Iterator[Callable[[str], tuple[Runtime, int]]]:
    """Makes an installation at a database's URL, with a frozen mailing to `READERS` readers."""
    made: list[Runtime] = []

    def make(url: str) -> tuple[Runtime, int]:
        runtime = Runtime(settings.model_copy(update={"database_url": url}))
        made.append(runtime)
        migrations.upgrade(runtime.engine)
        with runtime.session() as session:
            publication = make_publication(session)
            make_readers(session, publication, READERS)
            mailing = schedule(session, make_issue(session, publication), None, runtime.links, actor="test")
            session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)
        return runtime, mailing.id

    yield make
    for runtime in made:
        runtime.engine.dispose()


@on_sqlite  # the tables of the test itself; what is tested has a server of its own
def test_an_older_state_of_the_same_cluster_holds_every_mailing(
    cluster: PostgresServer,
    frozen: Callable[[str], tuple[Runtime, int]],
    sink: Sink,
    tmp_path: Path,
) -> None:
    runtime, mailing_id = frozen(create_database(cluster.url, "press"))
    process = process_of(runtime, sink)
    send_some(process, mailing_id, sink)
    cluster.stop()
    backup = cluster.data.with_name("backup")
    shutil.copytree(cluster.data, backup)
    cluster.start()
    send_some(process, mailing_id, sink)
    cluster.stop()
    shutil.rmtree(cluster.data)
    backup.rename(cluster.data)
    cluster.start()
    before = sink.counts.messages
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    assert held(runtime, mailing_id) == RESTORED
    goes_on_to_its_end(process, runtime, mailing_id, sink)
    process.connections.close()


@on_sqlite
def test_a_database_that_was_made_anew_holds_every_mailing(
    frozen: Callable[[str], tuple[Runtime, int]], postgres_name: str, sink: Sink
) -> None:
    server = start_postgres()
    url = create_database(server, postgres_name)
    runtime, mailing_id = frozen(url)
    process = process_of(runtime, sink)
    send_some(process, mailing_id, sink)
    runtime.engine.dispose()
    # As `pg_dump` and `createdb` would: everything is the same but the database.
    create_database(server, f"{postgres_name}_copy", template=postgres_name)
    create_database(server, postgres_name, template=f"{postgres_name}_copy")
    before = sink.counts.messages
    assert process.drain(mailing_id, seconds=30) is False
    assert sink.counts.messages == before
    assert held(runtime, mailing_id) == ANOTHER
    goes_on_to_its_end(process, runtime, mailing_id, sink)
    process.connections.close()


@pytest.fixture
def postgres_name(request: pytest.FixtureRequest) -> str:
    return f"anchor_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture
def hidden(postgres_name: str) -> Iterator[str]:
    """The URL of a database whose user may not see what the server says of itself."""
    url = make_url(create_database(start_postgres(), postgres_name))
    customer = f"customer_of_{postgres_name}"
    engine = make_engine(url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {customer} LOGIN PASSWORD 'customer'"))
        connection.execute(text(f"GRANT ALL ON SCHEMA public TO {customer}"))
        connection.execute(text("REVOKE EXECUTE ON FUNCTION pg_control_system FROM PUBLIC"))
    yield url.set(username=customer, password="customer").render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {customer} CASCADE"))
        connection.execute(text(f"DROP ROLE {customer}"))
    engine.dispose()


@on_sqlite
def test_a_server_that_hides_its_identity_is_sent_from_all_the_same(
    frozen: Callable[[str], tuple[Runtime, int]], hidden: str, sink: Sink
) -> None:
    runtime, mailing_id = frozen(hidden)
    with runtime.session() as session:
        assert identity(session).startswith("oid/")
    process = process_of(runtime, sink)
    process.drain(mailing_id, seconds=30)
    assert sent(runtime, mailing_id) == READERS
    process.connections.close()
    runtime.engine.dispose()


def test_an_identity_is_that_of_the_server_and_its_database(session: Session) -> None:
    found = identity(session)
    if session.get_bind().dialect.name == "sqlite":
        path = session.get_bind().engine.url.database
        assert found == f"inode/{Path(path or '').stat().st_ino}"
    else:
        assert re.fullmatch(r"\d{10,}/\d+/0*1", found)


def test_what_was_remembered_outlives_the_process_and_is_forgotten_when_accepted(
    session: Session, tmp_path: Path
) -> None:
    mailing = Mailing(id=7, reservations=3)
    anchor = Anchor(tmp_path)
    assert (anchor.remembered(7), anchor.objection(session, mailing)) == (0, "")
    anchor.remember(7, 3)
    anchor.remember(7, 4)
    assert Anchor(tmp_path).remembered(7) == 4
    assert Anchor(tmp_path).objection(session, mailing) == RESTORED
    anchor.accept(session)
    assert Anchor(tmp_path).objection(session, mailing) == ""
