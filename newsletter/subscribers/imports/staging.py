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
# The ids are those of new people until `_lock_known` and `look_at_subscriptions` find others. `added`: 1 for
# whom nobody knows yet. `agreed`: 2 for who gets a subscription, 1 for one that waited, 0 where there is one.
_CREATE = """CREATE TEMPORARY TABLE IF NOT EXISTS import_row (
    line INTEGER, email TEXT, email_key TEXT, address_hash TEXT, name TEXT, language TEXT, attributes TEXT,
    consent_text TEXT, consent_ip TEXT, consent_at {moment}, left_out TEXT,
    monthly BOOLEAN, paused_until {moment},
    subscriber_id BIGINT {subscriber}, subscription_id BIGINT {subscription},
    added INTEGER DEFAULT 1, agreed INTEGER DEFAULT 2
) {on_commit}"""
_POSTGRES = {
    "moment": "timestamptz",
    "subscriber": "DEFAULT nextval('subscriber_id_seq')",
    "subscription": "DEFAULT nextval('subscription_id_seq')",
    "on_commit": "ON COMMIT DROP",
}
_SQLITE = {"moment": "TEXT", "subscriber": "", "subscription": "", "on_commit": ""}
_json = json.JSONEncoder(ensure_ascii=False).encode


class Staging:
    """The temporary table `import_row` of a session's transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._connection = session.connection()
        self.postgres = self._connection.dialect.name == "postgresql"
        self.yes, self.no = ("true", "false") if self.postgres else ("1", "0")

    def fill(self, rows: Iterable[Row], statement: str) -> None:
        """Put these rows there, instead of what was there, in the order of their addresses."""
        self.run(_CREATE.format(**(_POSTGRES if self.postgres else _SQLITE)))
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
        else:  # nobody else writes meanwhile
            self.run(
                "UPDATE import_row SET subscriber_id = rowid + (SELECT COALESCE(MAX(id), 0) FROM subscriber),"
                " subscription_id = rowid + (SELECT COALESCE(MAX(id), 0) FROM subscription)"
            )

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

    def take_out_suppressed(self) -> set[int]:
        """Take out the rows of suppressed people whom the file itself does not leave out; their lines."""
        return set(
            self.run(
                "DELETE FROM import_row WHERE left_out IS NULL AND EXISTS"
                " (SELECT 1 FROM suppression s WHERE s.address_hash = import_row.address_hash) RETURNING line"
            ).scalars()
        )

    def take_out(self, lines: Iterable[int]) -> None:
        """Take out the rows on these lines."""
        self.run_many("DELETE FROM import_row WHERE line = :line", [{"line": line} for line in lines])

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
        _json(details.attributes) if details.attributes else "{}",
        f"{statement}\nSource: {source}" if source else statement,
        details.consent_ip,
        at,
        row.left_out,
        details.monthly,
        until,
    )


def _written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if moment else None
