"""The database: one declarative base, and engines tuned so that SQLite and PostgreSQL keep the same promises.

SQLite (one file, the embedded default) and PostgreSQL (production) differ here and nowhere else.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect, ExceptionContext
from sqlalchemy.exc import DisconnectionError, InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from newsletter.core.answer_timeout import answer_timeout
from newsletter.core.columns import UtcDateTime
from newsletter.core.errors import OperatorMustAct
from newsletter.core.sqlite_writer import WriterConnection

# A writer waits this long for another writer; every transaction is shorter than this by far.
SQLITE_BUSY_MS = 20_000
# What SQLite keeps in memory for whoever writes much (usually 2 MB), and of its log before that is copied.
WRITER_CACHE_KB = 30_000
WRITER_LOG_PAGES = 8_000
# PostgreSQL ends a session that holds a transaction open and does nothing (a stopped worker), in ms.
POSTGRES_IDLE_IN_TRANSACTION_MS = 60_000
# What was sent to a PostgreSQL whose machine is gone is given up after this long, in ms.
POSTGRES_UNACKNOWLEDGED_MS = 10_000

# What a database says that restarts, fails over, is locked, or ends a session that was idle within a
# transaction.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)

# Where the info of a SQLite connection says which file it has open, and where that file was.
INODE = "newsletter_inode"
FILE = "newsletter_file"

_reading: ContextVar[bool] = ContextVar("newsletter_reading", default=False)
_lock_timeout_ms: ContextVar[int | None] = ContextVar("newsletter_lock_timeout_ms", default=None)


class Base(DeclarativeBase):
    """All tables. Constraints have predictable names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime,
    }


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that are executed as they are, without the unit of work."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - tells the type checker
    return table


def parse_url(text: str) -> URL:
    """A database URL as operators write it (`postgres://`, `sqlite:///`, …), with our driver."""
    try:
        url = make_url(text)
    except Exception as error:
        raise OperatorMustAct(
            "database_url", "DATABASE_URL is not a database URL; write postgresql://user:password@host/name."
        ) from error
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in {"sqlite", "postgresql+psycopg"}:
        return url
    raise OperatorMustAct(
        "database_url", f"DATABASE_URL names {url.drivername}; only postgresql and sqlite are known."
    )


class UnitOfWork(Session):
    """Our session. `core.queue` listens to it, so that jobs are published after its commits."""


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions for `engine`; what was loaded stays readable after a commit."""
    return sessionmaker(engine, class_=UnitOfWork, expire_on_commit=False)


def make_engine(text: str, pool_size: int = 5) -> Engine:
    """An engine for `text`, tuned. Make it after a fork, never before."""
    url = parse_url(text)
    engine = create_engine(url, **engine_options(url, pool_size))
    tune(engine)
    return engine


def engine_options(url: URL, pool_size: int = 5) -> dict[str, Any]:
    """What `create_engine` must be told for `url`."""
    if url.drivername == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        return {
            "hide_parameters": True,  # they are people's addresses, and errors are logged
            # None hands BEGIN to us: the driver would start transactions late and only for writes.
            "connect_args": {
                "isolation_level": None,
                "timeout": SQLITE_BUSY_MS / 1000,
                "factory": WriterConnection,
            },
            "pool_size": pool_size,
        }
    options = (
        "-c timezone=UTC -c synchronous_commit=on "
        f"-c idle_in_transaction_session_timeout={POSTGRES_IDLE_IN_TRANSACTION_MS}"
    )
    return {
        "hide_parameters": True,
        "connect_args": {
            "options": options,
            "tcp_user_timeout": POSTGRES_UNACKNOWLEDGED_MS,
        },
        "pool_size": pool_size,
        "pool_pre_ping": True,
    }


def tune(engine: Engine) -> None:
    """Hang our rules on an engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "checkout", _sqlite_checkout)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "do_connect", _postgres_connect)
        event.listen(engine, "begin", _postgres_begin)
        event.listen(engine, "handle_error", _without_values)


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL adds the values of a refused row to its message, and errors are logged."""
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    whole, first = str(original), getattr(getattr(original, "diag", None), "message_primary", None)
    if first:
        original.args = (first,)
        if wrapped is not None:
            wrapped.args = tuple(str(part).replace(whole, first) for part in wrapped.args)


def _sqlite_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - tells the type checker
    # Which file this is: another may be put in its place, and the connection would not notice.
    record.info[FILE] = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info[INODE] = _inode(record.info[FILE])
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a reservation must survive a power cut
        f"busy_timeout={SQLITE_BUSY_MS}",
        "foreign_keys=ON",
        "secure_delete=ON",  # what was erased is overwritten in the file
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_checkout(
    _connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """A connection to a file that is not there any more is given up for one to the file that is."""
    path = record.info[FILE]
    if path and _inode(path) != record.info[INODE]:
        message = f"{path} was replaced"
        raise DisconnectionError(message)


def _inode(path: str) -> int:
    """0 for a file that is not there, or only in memory."""
    try:
        return Path(path).stat().st_ino if path else 0
    except FileNotFoundError:
        return 0


def _sqlite_begin(connection: Connection) -> None:
    if _reading.get():
        connection.exec_driver_sql("BEGIN DEFERRED")
        return
    # A writer takes its lock at once: upgrading a read lock later fails at once instead of waiting.
    writer = cast(WriterConnection, connection.connection.dbapi_connection)
    try:
        writer.begin_writing((_lock_timeout_ms.get() or SQLITE_BUSY_MS) / 1000)
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


def _postgres_connect(_dialect: Dialect, _record: ConnectionPoolEntry, arguments: Any, options: Any) -> Any:
    from newsletter.core.postgres_connection import connect  # its driver is large, and SQLite needs none

    return connect(arguments, options)


def _postgres_begin(connection: Connection) -> None:
    if timeout := _lock_timeout_ms.get():
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {timeout}")


@contextmanager
def lock_timeout(seconds: float) -> Iterator[None]:
    """Transactions begun inside wait only so long for what another one has locked (`OperationalError`).

    Nor do they wait much longer for a server that is silent.
    """
    token = _lock_timeout_ms.set(round(seconds * 1000))
    try:
        with answer_timeout(seconds + 1):
            yield
    finally:
        _lock_timeout_ms.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read: on SQLite they do not queue behind writers."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def truncate_log(session: Session) -> None:
    """Empty SQLite's log, in which earlier versions of pages stand; left for later while somebody reads.

    Call it after the commit, with nothing open in `session`.
    """
    engine = session.get_bind().engine
    if engine.dialect.name != "sqlite":
        return
    with lock_timeout(seconds=1):
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def write_much(session: Session) -> None:
    """Prepare this session's transaction: one of many in which a process writes a million rows.

    SQLite keeps more pages in memory on this connection, and copies its log less often: each row goes to
    another page of the indexes. PostgreSQL does not wait for its disk at the commit. A crash of its machine
    may undo the last of such commits: each has to keep how far it came, and the very last is not to be one.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL synchronous_commit = off"))
    else:
        for pragma in (f"cache_size=-{WRITER_CACHE_KB}", f"wal_autocheckpoint={WRITER_LOG_PAGES}"):
            session.connection().exec_driver_sql(f"PRAGMA {pragma}")


def read_snapshot(session: Session) -> None:
    """Let all that this transaction reads be of one moment; call it first. SQLite is like that by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def lock_name(session: Session, digest: str) -> None:
    """Let others that lock the same hexadecimal `digest` wait until this transaction ends.

    For what has no row to lock yet. SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(digest)[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
