"""Many readers of one publication, made by the database itself, and a database of either kind for them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from tests.servers import create_database
from tests.servers.postgres import PostgresServer

NUMBERS = {
    "postgresql": "generate_series(1, :n) AS numbers(n)",
    "sqlite": (
        "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < :n) SELECT n FROM c)"
    ),
}

# What the links of a message are told apart by: about as long as a token of 128 bits.
TOKEN = """'{"token": "abcdefghijklmnop' || n || '"}'"""
ATTRIBUTES = {"postgresql": f"CAST({TOKEN} AS json)", "sqlite": TOKEN}


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database: a file, or a PostgreSQL server of its own; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/newsletter.db"
            return
        place = Path(folder) / "postgres"
        place.mkdir()
        server = PostgresServer(place)
        server.start()
        try:
            yield create_database(server.url, "newsletter_bench")
        finally:
            server.stop("fast")


def populate(session: Session, publication: Publication, people: int) -> None:
    """`people` active readers, reader1@readers.example and so on. Commits."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    numbers, attributes = NUMBERS[engine.dialect.name], ATTRIBUTES[engine.dialect.name]
    facts = {"n": people, "publication": publication.id}
    session.execute(
        text(
            "INSERT INTO subscriber"
            " (id, email, email_key, address_hash, name, language, attributes, created_at)"
            " SELECT n, 'reader' || n || '@readers.example', 'reader' || n || '@readers.example',"
            f" 'hash' || n, 'Reader ' || n, '', {attributes}, CURRENT_TIMESTAMP FROM {numbers}"
        ),
        {"n": people},
    )
    session.execute(
        text(
            "INSERT INTO subscription (id, subscriber_id, publication_id, state, comment, created_at)"
            f" SELECT n, n, :publication, 'active', '', CURRENT_TIMESTAMP FROM {numbers}"
        ),
        facts,
    )
    if engine.dialect.name == "postgresql":  # the next ones are made without saying which number they have
        for table in ("subscriber", "subscription"):
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:t, 'id'), :n)"), {"t": table, "n": people}
            )
    session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")
