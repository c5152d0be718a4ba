"""The Flask application: an ordered list of what it is made of."""

from datetime import timedelta
from wsgiref.headers import Headers

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from newsletter import web
from newsletter.core import logs
from newsletter.core.links import Links
from newsletter.core.paths import static_dir, templates_dir
from newsletter.core.queue import broker
from newsletter.core.tokens import Signer
from newsletter.sending import failpoints
from newsletter.settings import Settings, load_settings
from newsletter.web import (
    assets_manifest,
    blueprints,
    converters,
    database,
    errors,
    headers,
    kept_answers,
    language,
    limits,
    page_cache,
    request_id,
    templating,
    tracking,
    trusted_hosts,
    unsubscribe_replay,
)
from newsletter.web.body_limits import LARGEST_FORM
from newsletter.web.cookie_session import CookieSessions

assert web  # noqa: S101

# A page waits for the broker to connect this long, and as long for its answer.
WEB_PATIENCE_SECONDS = 0.3
ONE_DAY = int(timedelta(days=1).total_seconds())


def create_app(settings: Settings) -> Flask:
    """The application for `settings`. Make it after a fork: it opens a database engine."""
    app = Flask("newsletter", template_folder=str(templates_dir()), static_folder=None)
    https = settings.effective_public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secrets[0],
        SECRET_KEY_FALLBACKS=settings.secrets[1:],
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=500_000,
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.session_interface = CookieSessions()
    app.extensions["newsletter_settings"] = settings
    app.extensions["newsletter_links"] = Links(
        settings.effective_public_url, Signer(settings.secrets), settings.configured_mail_domain
    )
    broker.connect(settings.effective_redis_url, WEB_PATIENCE_SECONDS)
    request_id.init_app(app)
    database.init_app(app, settings.effective_database_url, settings.web_threads)
    headers.init_app(app, https)
    language.init_app(app)
    templating.init_app(app)
    page_cache.init_app(app)
    limits.init_app(app, settings.effective_redis_url)
    errors.init_app(app)
    converters.init_app(app)
    trusted_hosts.init_app(app, settings)
    blueprints.init_app(app, settings)
    unsubscribe_replay.init_app(app, settings)
    kept_answers.init_app(app)
    _serve_static(app, https)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    tracking.init_app(app, https)
    return app


def create_app_from_environment() -> Flask:
    """What the web server imports."""
    settings = load_settings()
    logs.configure(settings.log_format)
    failpoints.arm(settings.failpoints)
    return create_app(settings)


def _serve_static(app: Flask, https: bool) -> None:
    def add_headers(given: Headers, _path: str, _url: str) -> None:
        for name, value in headers.of_every_file(https):
            given[name] = value

    static = static_dir()
    if static.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=str(static),
            prefix="static/",
            max_age=ONE_DAY,
            immutable_file_test=assets_manifest.is_immutable,
            add_headers_function=add_headers,
        )
