"""The request's session. Views commit; a request that fails leaves nothing behind."""

from contextlib import ExitStack

from flask import Flask, g, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import Session

from newsletter.core.db import UnitOfWork, engine_options, parse_url, reading, tune

db = SQLAlchemy(session_options={"class_": UnitOfWork, "expire_on_commit": False})


def init_app(app: Flask, database_url: str, threads: int) -> None:
    """Give `app` an engine for `database_url` with a connection for each thread."""
    url = parse_url(database_url)
    app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url, **engine_options(url, pool_size=threads)}}
    db.init_app(app)
    with app.app_context():
        tune(db.engine)
    app.before_request(_read_only_for_safe_methods)
    app.teardown_request(_end_reading)


def session() -> Session:
    """The session of this request."""
    return db.session


def _read_only_for_safe_methods() -> None:
    # GET and HEAD change nothing anywhere, so on SQLite they need not wait for a writer.
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        g.reading = ExitStack()
        g.reading.enter_context(reading())


def _end_reading(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("reading", None)
    if stack is not None:
        stack.close()
