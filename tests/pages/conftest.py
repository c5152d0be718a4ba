"""A web server for each test."""

from collections.abc import Iterator

import pytest

from tests.pages.web_server import WebServer, answer


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer({"/": answer()}) as server:
        yield server
