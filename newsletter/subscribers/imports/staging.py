"""The rows of a batch in a temporary table, where statements meet them with the people there are.

PostgreSQL takes them by COPY, SQLite by one prepared statement.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, bindparam, text
from sqlalchemy.orm import Session

from newsletter.core.columns import UtcDateTime
from newsletter.subscribers.imports.row import Row, running_pause

COLUMNS = (
    *("line", "email", "email_key", "address_hash", "name", "language", "attributes"),
    *("consent_text", "consent_ip", "consent_at", "left_out", "monthly", "paused_until"),
)
_CREATE = """CREATE TEMPORARY TABLE IF NOT EXISTS import_row (
    line INTEGER, email TEXT, email_key TEXT, address_hash TEXT, name TEXT, language TEXT, attributes TEXT,
    consent_text TEXT, consent_ip TEXT, consent_at {moment}, left_out TEXT,
    monthly BOOLEAN, paused_until {moment},
    subscriber_id BIGINT, subscription_id BIGINT, added INTEGER DEFAULT 0, agreed INTEGER DEFAULT 0
) {on_commit}"""


class Staging:
    """The temporary table `import_row` of a session's transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._connection = session.connection()
        self.postgres = self._connection.dialect.name == "postgresql"
        self.yes, self.no = ("true", "false") if self.postgres else ("1", "0")

    def fill(self, rows: Iterable[Row], statement: str) -> None:
        """Put these rows there, instead of what was there, in the order of their addresses."""
        moment, on_commit = ("timestamptz", "ON COMMIT DROP") if self.postgres else ("TEXT", "")
        self.run(_CREATE.format(moment=moment, on_commit=on_commit))
        self.run("DELETE FROM import_row")
        # Sorted: people are added in the order of an index, and two imports meet in the same order.
        ordered = sorted(rows, key=lambda row: row.address.key)
        _load(self._connection, (_values(row, statement, text=not self.postgres) for row in ordered))
        if self.postgres:
            # A batch is small beside the tables: it looks up what it needs, and walks along none of them.
            self.run("SET LOCAL enable_hashjoin = off")
            self.run("SET LOCAL enable_mergejoin = off")
            self.run("SET LOCAL random_page_cost = 1.1")
            self.run("ANALYZE import_row")

    def run(self, sql: str, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Execute `sql`. Moments are given as everywhere else."""
        moments = [
            bindparam(name, type_=UtcDateTime())
            for name, value in values.items()
            if isinstance(value, datetime)
        ]
        return self._connection.execute(text(sql).bindparams(*moments), values)

    def run_many(self, sql: str, values: Sequence[dict[str, Any]]) -> None:
        """Execute `sql` with each of `values`."""
        self._connection.execute(text(sql), values)

    def locked(self, sql: str, alias: str, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Execute a SELECT, and lock the rows of the table called `alias` until the transaction ends."""
        return self.run(f"{sql} FOR NO KEY UPDATE OF {alias}" if self.postgres else sql, **values)

    def any_suppressed(self) -> bool:
        """Whether somebody whom the file does not leave out is suppressed."""
        query = "SELECT 1 FROM import_row r JOIN suppression s ON s.address_hash = r.address_hash"
        return self.run(f"{query} WHERE r.left_out IS NULL LIMIT 1").first() is not None

    def json(self, column: str) -> str:
        """The JSON in a column of the table, as a column of another takes it."""
        return f"CAST({column} AS jsonb)" if self.postgres else column


def _load(connection: Connection, values: Iterator[tuple[Any, ...]]) -> None:
    columns = ", ".join(COLUMNS)
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - tells the type checker
    if connection.dialect.name != "postgresql":
        places = ", ".join("?" for _ in COLUMNS)
        driver.executemany(f"INSERT INTO import_row ({columns}) VALUES ({places})", values)  # noqa: S608
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY import_row ({columns}) FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)


def _values(row: Row, statement: str, *, text: bool) -> tuple[Any, ...]:
    """The columns of a row. `text`: moments are written as SQLite keeps them."""
    details = row.details
    at: Any = details.left_at if row.left_out else details.consent_at
    until: Any = running_pause(details)
    if text:
        at, until = _written(at), _written(until)
    source = details.consent_source
    return (
        row.line,
        row.address.email,
        row.address.key,
        row.address.hash,
        row.name,
        details.language,
        json.dumps(details.attributes, ensure_ascii=False) if details.attributes else "{}",
        f"{statement}\nSource: {source}" if source else statement,
        details.consent_ip,
        at,
        row.left_out,
        details.monthly,
        until,
    )


def _written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if moment else None
