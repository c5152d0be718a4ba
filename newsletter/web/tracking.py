"""Tracked links and pixels, answered in front of Flask: no database is asked, and nobody waits for Redis.

A link's token says where it leads (`core.tracking_tokens`). What cannot be answered by the token alone is
left to the views of `web.public.redirect`. Whoever sends `Sec-GPC: 1` or `DNT: 1` is led on and not recorded.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, current_app
from werkzeug.urls import iri_to_uri

from newsletter.core.errors import Missing
from newsletter.core.links import PIXEL_PATH, REDIRECT_PATH, Links
from newsletter.core.tracking_tokens import (
    CANARY_LINK,
    Reader,
    TrackedLink,
    read_link_token,
    read_pixel_token,
    read_reader,
)
from newsletter.settings import Settings
from newsletter.tracking.hit import cut_agent
from newsletter.tracking.mended import MendedLinks
from newsletter.tracking.models import EventKind
from newsletter.tracking.recorder import Recorder
from newsletter.tracking.spool import HitSpool
from newsletter.tracking.stream import HitStream
from newsletter.web import database, headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

T = TypeVar("T")
EXTENSION = "newsletter_tracking"
SETTINGS = "newsletter_settings"
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
REDIRECTED = b"Redirecting.\n"
MOST_TOKENS = 10_000  # first parts of addresses that a process has verified: those of some hundred issues
PRIVATE = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
)
_METHODS = {"GET", "HEAD"}


class Tracking:
    """What a process knows of tracked links, and where it records what it sees."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions[SETTINGS]
        links: Links = app.extensions["newsletter_links"]
        self._signer = links.signer
        self._recorder = Recorder(HitStream(settings.effective_redis_url), HitSpool(settings.data_dir))
        self._mended = MendedLinks(lambda: app.extensions[database.EXTENSION])
        self._links: dict[str, TrackedLink] = {}
        self._pixels: dict[str, int] = {}  # to the mailing of each

    def read_link(self, token: str) -> tuple[TrackedLink, Reader]:
        """What the address of a link says; `Missing` when it is not genuine."""
        first, _, reader = token.partition(".")
        link = self._links.get(first)
        if link is None:
            link = read_link_token(self._signer, first)
            _remember(self._links, first, link)
        return link, read_reader(self._signer, link.mailing_id, reader)

    def target_of(self, link: TrackedLink) -> str:
        """Where the link leads now; empty where only the database knows."""
        return self._mended.find(link.link_id) or link.target

    def followed(self, link: TrackedLink, reader: Reader, environ: "WSGIEnvironment") -> None:
        """Record that a link was followed, if that is wanted."""
        kind = EventKind.CANARY if link.link_id == CANARY_LINK else EventKind.CLICK
        self._record(kind, link.mailing_id, link.link_id, reader, environ)

    def opened(self, token: str, environ: "WSGIEnvironment") -> None:
        """Record that a pixel was loaded, if its address is genuine and that is wanted."""
        first, _, reader = token.partition(".")
        try:
            mailing_id = self._pixels.get(first)
            if mailing_id is None:
                mailing_id = read_pixel_token(self._signer, first)
                _remember(self._pixels, first, mailing_id)
            self._record(
                EventKind.OPEN, mailing_id, 0, read_reader(self._signer, mailing_id, reader), environ
            )
        except Missing:
            return

    def flush(self) -> None:
        """Write down what was seen until now."""
        self._recorder.flush()

    def _record(
        self, kind: EventKind, mailing_id: int, link_id: int, reader: Reader, environ: "WSGIEnvironment"
    ) -> None:
        refused = environ.get("HTTP_SEC_GPC") == "1" or environ.get("HTTP_DNT") == "1"
        if reader.is_recipient and not refused:
            is_head = environ["REQUEST_METHOD"] == "HEAD"
            agent = cut_agent(environ.get("HTTP_USER_AGENT", ""))
            self._recorder.record(kind, mailing_id, link_id, reader.seq, is_head=is_head, agent=agent)


class TrackingFront:
    """The WSGI application (PEP 3333) in front of Flask's."""

    def __init__(self, app: Flask, inner: "WSGIApplication", https: bool) -> None:
        self._app, self._inner = app, inner
        every = [*PRIVATE, *headers.of_every_file(https)]
        policy = ("Content-Security-Policy", headers.CONTENT_SECURITY_POLICY)
        self._redirect_headers = [*every, policy, *_measured("text/plain", REDIRECTED)]
        self._gif_headers = [*every, *_measured("image/gif", GIF)]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer what is a tracked link or a pixel; leave everything else to Flask."""
        path: str = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] in _METHODS:
            if path.startswith(REDIRECT_PATH) and "." in path:
                target = self._follow(path[len(REDIRECT_PATH) :], environ)
                if target:
                    start_response("302 Found", [("Location", target), *self._redirect_headers])
                    return [] if environ["REQUEST_METHOD"] == "HEAD" else [REDIRECTED]
            elif path.startswith(PIXEL_PATH) and path.endswith(".gif"):
                tracking_of(self._app).opened(path[len(PIXEL_PATH) : -len(".gif")], environ)
                start_response("200 OK", self._gif_headers)
                return [] if environ["REQUEST_METHOD"] == "HEAD" else [GIF]
        return self._inner(environ, start_response)

    def _follow(self, token: str, environ: "WSGIEnvironment") -> str:
        """Where to lead to; empty where Flask has to find out, or to say that there is no such link."""
        tracking = tracking_of(self._app)
        try:
            link, reader = tracking.read_link(token)
        except Missing:
            return ""
        target = tracking.target_of(link)
        if target:
            tracking.followed(link, reader, environ)
        return target if target.isascii() else iri_to_uri(target)


def _remember(verified: dict[str, T], token: str, said: T) -> None:
    """Keep what a genuine token says; forget all others when there are too many."""
    if len(verified) >= MOST_TOKENS:
        verified.clear()
    verified[token] = said


def _measured(content_type: str, body: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", content_type), ("Content-Length", str(len(body)))]


def tracking_of(app: Flask) -> Tracking:
    """That of an application, made when it is first asked for."""
    made: Tracking | None = app.extensions.get(EXTENSION)
    return made or cast(Tracking, app.extensions.setdefault(EXTENSION, Tracking(app)))


def tracking() -> Tracking:
    """That of the current application."""
    return tracking_of(cast(Any, current_app)._get_current_object())


def init_app(app: Flask, https: bool) -> None:
    """Put the front before everything else that answers."""
    inner = cast("Callable[..., Iterable[bytes]]", app.wsgi_app)
    app.wsgi_app = TrackingFront(app, inner, https)  # type: ignore[method-assign]
