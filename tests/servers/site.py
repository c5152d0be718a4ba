"""A web site on loopback: pages that tests write, what was asked for, and answers that go wrong."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What the site says to a request."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


# An answer, or what makes one of the headers of a request (names in lower case).
Page = Answer | Callable[[dict[str, str]], Answer]


def html(text: str, status: int = 200) -> Answer:
    """A page of HTML in UTF-8."""
    return Answer(text.encode(), status, {"Content-Type": HTML})


def article(headline: str, *, outlet: str = "The Harbour Post", text: str = "", image: str = "") -> Answer:
    """A page as a content management system writes it, with what its readers see and what programs read."""
    picture = f'<meta property="og:image" content="{image}">' if image else ""
    words = "The ferry. Photo: Ilse Brandt"
    figure = f'<figure><img src="{image}" alt="A ferry"><figcaption>{words}</figcaption></figure>'
    return html(
        f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{headline} | {outlet}</title>
        <meta property="og:type" content="article"><meta property="og:title" content="{headline}">
        <meta property="og:site_name" content="{outlet}"><meta name="author" content="Tomas Arlen">
        <meta property="article:published_time" content="2026-11-27T08:00:00+01:00">
        <meta property="og:description" content="The first boat left at dawn.">{picture}</head>
        <body><article><h1>{headline}</h1><p>By Tomas Arlen</p>{figure if image else ""}
        <p>{text or "The first boat left at dawn with forty passengers and a brass band. " * 8}</p>
        </article></body></html>"""
    )


class Site:
    """Serves `pages` by their path; any other is 404. `requests` are the paths that were asked for.

    with Site() as site:
        site.pages["/ferry"] = article("The ferry is back")
        fetch(site.url("/ferry"))
    """

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def host(self) -> str:
        """Host and port, as `FETCH_PRIVATE_HOSTS` has them."""
        return f"127.0.0.1:{self._server.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append(self.path)
            page = site.pages.get(self.path.partition("?")[0], html("<h1>Not found</h1>", 404))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = page if isinstance(page, Answer) else page(headers)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
            """Nothing: it is not what is tested."""

    return Handler
