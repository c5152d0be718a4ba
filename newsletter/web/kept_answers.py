"""Answers that were given before, given again before Flask, a session or a transaction is begun.

Only readers' pages of `page_cache`, and only while not a single commit was made since their state was read
(SQLite; `core.data_version`): whatever it was about, the next request goes the whole way and asks. PostgreSQL
has no such counter, so there every request does.

An answer is kept as it left Flask, under all that it may depend on besides the database. One that sets a
cookie, or that was made with a look at one (`Vary`), is somebody's own and never kept.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, request

from newsletter.core.data_version import Version
from newsletter.web import assets_manifest, database, language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

EXTENSION = "newsletter_kept_answers"
MOST = 100  # answers in each process
# A request that wants less than the whole page is Flask's business.
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
PERSONAL = {"set-cookie", "vary"}
VERSION, BODY = "newsletter.data_version", "newsletter.body_for_everybody"  # in the request's environ

Key = tuple[str, str, str, str, str, int]
Headers = list[tuple[str, str]]
Body = Callable[["WSGIEnvironment"], bytes]


@dataclass(frozen=True)
class KeptAnswer:
    """An answer with status 200. `body` is called with each request; the headers are without its length."""

    version: Version
    headers: Headers
    body: Body


class KeptAnswers:
    """The answers of one process, the least recently asked for given up first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Key, KeptAnswer] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Key) -> KeptAnswer | None:
        """The answer that was kept as `key`, whatever was committed since."""
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None:
                self._answers.move_to_end(key)
            return kept

    def keep(self, key: Key, answer: KeptAnswer) -> None:
        """Keep it in the place of an earlier one."""
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            if len(self._answers) > MOST:
                self._answers.popitem(last=False)


def init_app(app: Flask) -> None:
    """To be called before other WSGI applications are put before Flask: they say whose request it is."""
    app.extensions[EXTENSION] = KeptAnswers()
    flask = app.wsgi_app

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answers: KeptAnswers = app.extensions[EXTENSION]
        key = _key(environ)
        if key is None:
            return flask(environ, start_response)
        kept = answers.find(key)
        # The version is read last, so that what is committed until now is seen.
        if kept is not None and kept.version == database.data_version(app):
            body = kept.body(environ)
            start_response("200 OK", [*kept.headers, ("Content-Length", str(len(body)))])
            return [body] if environ["REQUEST_METHOD"] == "GET" else []

        def start(status: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            made = _for_everybody(environ, headers) if status == "200 OK" else None
            if made is not None:
                answers.keep(key, made)
            return start_response(status, headers, *error)

        return flask(environ, start)

    app.wsgi_app = answer  # type: ignore[method-assign]


def begin() -> None:
    """Note how far the database is, before the state of a page is read from it."""
    request.environ[VERSION] = database.data_version(current_app)


def may_keep(body: Body) -> None:
    """Say that everybody who asks for the page of this request gets `body` and the same headers."""
    request.environ[BODY] = body


def _key(environ: "WSGIEnvironment") -> Key | None:
    """What a page depends on besides the database. None: it is not to be kept.

    The host is part of it, because Flask refuses hosts that it does not know: only one that it answered finds
    something here.
    """
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("QUERY_STRING"):
        return None
    if any(condition in environ for condition in CONDITIONS):
        return None
    return (
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ["PATH_INFO"],
        language.of_browser(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
        assets_manifest.built_at(),
    )


def _for_everybody(environ: "WSGIEnvironment", headers: Headers) -> KeptAnswer | None:
    """The answer with these headers, if it may be kept."""
    version: Version | None = environ.get(VERSION)
    body: Body | None = environ.get(BODY)
    personal = any(name.lower() in PERSONAL for name, _ in headers)
    if version is None or body is None or personal or environ["REQUEST_METHOD"] != "GET":
        return None
    return KeptAnswer(version, [each for each in headers if each[0].lower() != "content-length"], body)
