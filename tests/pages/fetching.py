"""Fetching from the web server of a test, as if it were on the internet."""

import pytest

from newsletter.pages.fetch import Fetcher, Limits
from newsletter.pages.response import FetchFailed, Response
from tests.pages.web_server import WebServer

AGENT = "newsletter/0.1 (+https://news.example.org)"
QUICK = Limits(total_seconds=0.3, connect_seconds=0.3, most_octets=100_000)
SMALL = Limits(total_seconds=5, most_octets=100_000)
USUAL = Limits(total_seconds=5)


def fetcher(limits: Limits = USUAL, ca_file: str = "") -> Fetcher:
    """One for which every name is loopback, and news.example may be."""
    return Fetcher(
        frozenset({"news.example", "xn--bcher-kva.example", "localhost"}),
        AGENT,
        resolve=lambda host, port: ["127.0.0.1"],
        limits=limits,
        ca_file=ca_file,
    )


def get(web: WebServer, path: str = "/", limits: Limits = USUAL) -> Response:
    return fetcher(limits).get(f"http://news.example:{web.port}{path}")


def failure(web: WebServer, path: str = "/", limits: Limits = SMALL) -> FetchFailed:
    with pytest.raises(FetchFailed) as failed:
        get(web, path, limits)
    return failed.value
