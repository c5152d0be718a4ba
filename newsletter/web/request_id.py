"""Each request has an id, and every line that is logged while it is answered carries it.

The id is made here: what a visitor sends in a header (`X-Request-ID`) is not believed.
"""

import secrets

from flask import Flask
from structlog.contextvars import bind_contextvars, clear_contextvars


def init_app(app: Flask) -> None:
    """Bind an id before anything else looks at the request, and let go of it afterwards."""
    app.before_request(_bind)
    app.teardown_request(_clear)


def _bind() -> None:
    # A thread answers one request after the other: nothing of an earlier one may be left.
    clear_contextvars()
    bind_contextvars(request_id=secrets.token_hex(8))


def _clear(_error: BaseException | None) -> None:
    clear_contextvars()
