"""A PostgreSQL server that was restored, or a database that was made anew, is not sent from unasked."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from newsletter import migrations
from newsletter.core.db import make_engine
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.restore_guard import ANOTHER, RESTORED, identity
from newsletter.settings import Settings
from newsletter.smtp.sink import Sink
from tests.sending.conftest import READERS, schedule_to_readers
from tests.sending.process import sending_process
from tests.sending.restoring import (
    goes_on_to_its_end,
    send_some,
    sent,
    stands_still,
)
from tests.servers import PostgresServer, create_database, start_postgres

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


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
        mailing_id = schedule_to_readers(runtime)
        assert freeze(runtime.sessions, mailing_id, runtime.links)
        return runtime, mailing_id

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
    process = sending_process(runtime, sink.url, 5)
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
    assert stands_still(process, runtime, mailing_id, sink) == RESTORED
    goes_on_to_its_end(process, runtime, mailing_id, sink)
    process.connections.close()


@on_sqlite
def test_a_database_that_was_made_anew_holds_every_mailing(
    frozen: Callable[[str], tuple[Runtime, int]], postgres_name: str, sink: Sink
) -> None:
    server = start_postgres()
    url = create_database(server, postgres_name)
    runtime, mailing_id = frozen(url)
    process = sending_process(runtime, sink.url, 5)
    send_some(process, mailing_id, sink)
    runtime.engine.dispose()
    # As `pg_dump` and `createdb` would: everything is the same but the database.
    create_database(server, f"{postgres_name}_copy", template=postgres_name)
    create_database(server, postgres_name, template=f"{postgres_name}_copy")
    assert stands_still(process, runtime, mailing_id, sink) == ANOTHER
    goes_on_to_its_end(process, runtime, mailing_id, sink)
    process.connections.close()


@pytest.fixture
def postgres_name(request: pytest.FixtureRequest) -> str:
    return f"restore_guard_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


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
    process = sending_process(runtime, sink.url, 5)
    process.drain(mailing_id, seconds=30)
    assert sent(runtime, mailing_id) == READERS
    process.connections.close()
    runtime.engine.dispose()
