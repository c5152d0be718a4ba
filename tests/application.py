"""One Flask application for each test process, lent to each test with the settings and database of its own.

Making one takes as long as a whole test: 139 rules are compiled, and each template when it is first shown.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from redis import Redis, RedisError

from newsletter.app import create_app
from newsletter.core.links import Links
from newsletter.core.queue import broker
from newsletter.core.tokens import Signer
from newsletter.settings import Settings
from newsletter.tracking import stream
from newsletter.web import database, kept_answers, page_cache, tracking
from newsletter.web.admin.home.show import STARTED_AT
from tests.databases import borrow_engine, give_back


class _Made(NamedTuple):
    """An application. `shape`: all that it was made with, but for what is given to it anew for each test."""

    shape: tuple[Any, ...]
    app: Flask


_made: _Made | None = None


@contextmanager
def lend_application(settings: Settings) -> Iterator[Flask]:
    """The application for `settings`. What the block changes in its `config` and `extensions` ends with it.

    It is made anew when `settings` differ from those before in more than files and database. Routes cannot be
    added to it: a test that does so makes an application with `create_app`.
    """
    app = _find_or_make(settings)
    broker.connect(settings.effective_redis_url)
    config, extensions = dict(app.config), dict(app.extensions)
    app.extensions["newsletter_settings"] = settings
    app.extensions["newsletter_links"] = Links(settings.effective_public_url, Signer(settings.secrets))
    engine = borrow_engine(settings.effective_database_url, settings.web_threads)
    database.use(app, engine)
    page_cache.init_app(app)
    app.extensions[STARTED_AT] = time.monotonic() - 3600
    app.extensions[kept_answers.EXTENSION] = kept_answers.KeptAnswers()
    yield app
    _forget_hits(app, settings)
    if (counter := app.extensions[database.VERSION]) is not None:
        counter.close()
    give_back(engine)
    for place, before in ((app.config, config), (app.extensions, extensions)):
        place.clear()
        place.update(before)


def _forget_hits(app: Flask, settings: Settings) -> None:
    """Leave nothing of the links that were followed: neither on its way to the stream nor in it."""
    if (tracked := app.extensions.get(tracking.EXTENSION)) is not None:
        tracked.flush()
        with suppress(RedisError), Redis.from_url(settings.effective_redis_url) as client:
            client.delete(stream.NAME)


def _find_or_make(settings: Settings) -> Flask:
    # Only the last one is kept: what extensions keep for the whole process belongs to the last that was made.
    global _made  # noqa: PLW0603 - the one of this process
    of_one_test = {"data_dir": Path(), "database_url": None}
    shape = (settings.model_copy(update=of_one_test), settings.secrets, settings.effective_redis_url)
    if _made is None or _made.shape != shape:
        app = create_app(settings)
        app.testing = True
        with app.app_context():
            database.db.engine.dispose()
        _made = _Made(shape, app)
    return _made.app
