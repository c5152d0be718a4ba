"""`/healthz`: whether the web server, the database and the broker answer."""

from functools import cache

from flask import Blueprint, Response, current_app, jsonify
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from newsletter.health.check import unsubscribes_state
from newsletter.health.heartbeats import open_redis
from newsletter.web.current import settings
from newsletter.web.database import data_version, db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when everything answers, 503 with the part that does not.

    `unsubscribes` counts those of this host that wait for the database, and those that cannot be carried out.
    """
    parts = {"web": "ok", "database": _database(), "broker": _broker()}
    healthy = all(state == "ok" for state in parts.values())
    spooled = unsubscribes_state(settings().unsubscribe_dir)
    unsubscribes = {"waiting": spooled.waiting, "failed": spooled.failed}
    status = "ok" if healthy else "failing"
    return jsonify(status=status, **parts, unsubscribes=unsubscribes), 200 if healthy else 503


def _database() -> str:
    """Without a session or a transaction, which cost more than all the rest."""
    if data_version(current_app) is not None:  # SQLite, and the file was read for this
        return "ok"
    try:
        connection = db.engine.raw_connection()
        try:
            connection.cursor().execute("SELECT 1")
        finally:
            connection.close()
    except (SQLAlchemyError, db.engine.dialect.loaded_dbapi.Error) as error:
        return f"does not answer ({type(error).__name__})"
    return "ok"


@cache
def _redis(url: str) -> Redis:
    """One client for the process, its connections kept; one that the server has closed is opened anew."""
    return open_redis(url, patience=0.5)


def _broker() -> str:
    try:
        _redis(settings().effective_redis_url).ping()
    except RedisError as error:
        return f"does not answer ({type(error).__name__})"
    return "ok"
