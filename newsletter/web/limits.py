"""Rate limits for the web, counted in Redis and, while it is away, in memory."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from newsletter.core.queue import limits_url

limiter = Limiter(get_remote_address, headers_enabled=False)


def init_app(app: Flask, redis_url: str) -> None:
    app.config.update(
        RATELIMIT_STORAGE_URI=limits_url(redis_url),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 2, "socket_timeout": 2},
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_KEY_PREFIX="newsletter",
    )
    limiter.init_app(app)
    # Our limits are counted in the middle of a view, where they are spent: no request is looked at before.
    app.before_request_funcs[None].remove(limiter._check_request_limit)
