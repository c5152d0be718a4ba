"""The request's session. Views commit; a request that fails leaves nothing behind."""

from contextlib import ExitStack
from pathlib import Path

from flask import Flask, current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core.answer_timeout import answer_timeout
from newsletter.core.data_version import DataVersion, Version
from newsletter.core.db import make_engine, reading, session_factory

EXTENSION = "newsletter_database"
VERSION = "newsletter_data_version"
ANSWER_SECONDS = 10.0  # that a request waits for the database to say anything


class Database:
    """The engine of the current application, and the session of the current request.

    An object with these two is also what Flask-Security wants to be given.
    """

    @property
    def engine(self) -> Engine:
        engine = self._sessions.kw["bind"]
        assert isinstance(engine, Engine)  # noqa: S101 - tells the type checker
        return engine

    @property
    def session(self) -> Session:
        """Opened when first asked for, closed with the request."""
        if "database_session" not in g:
            g.database_session = self._sessions()
        opened: Session = g.database_session
        return opened

    @property
    def _sessions(self) -> sessionmaker[Session]:
        sessions: sessionmaker[Session] = current_app.extensions[EXTENSION]
        return sessions


db = Database()


def init_app(app: Flask, database_url: str, threads: int) -> None:
    """Give `app` an engine for `database_url` with a connection for each thread."""
    use(app, make_engine(database_url, pool_size=threads))
    app.before_request(_limit)
    app.teardown_request(_end_limit)
    app.teardown_appcontext(_close_session)


def use(app: Flask, engine: Engine) -> None:
    """Let `engine` be the database of `app`."""
    app.extensions[EXTENSION] = session_factory(engine)
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    app.extensions[VERSION] = DataVersion(Path(file)) if file else None


def data_version(app: Flask) -> Version | None:
    """A value that stays the same until the next commit of anybody; None where the database has no such."""
    counter: DataVersion | None = app.extensions[VERSION]
    return counter.read() if counter else None


def session() -> Session:
    """The session of this request."""
    return db.session


def _limit() -> None:
    g.database_limits = ExitStack()
    g.database_limits.enter_context(answer_timeout(ANSWER_SECONDS))
    # GET and HEAD change nothing anywhere, so on SQLite they need not wait for a writer.
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        g.database_limits.enter_context(reading())


def _end_limit(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("database_limits", None)
    if stack is not None:
        stack.close()


def _close_session(_error: BaseException | None) -> None:
    opened: Session | None = g.pop("database_session", None)
    if opened is not None:
        opened.close()
