"""Where a fetch ends: octets, seconds, headers."""

import socket
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest

from newsletter.pages.fetch import Fetcher, Limits
from newsletter.pages.page import Trouble
from newsletter.pages.response import FetchFailed
from tests.pages.fetching import AGENT, QUICK, failure, fetcher
from tests.pages.web_server import WebServer, answer


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_takes_no_memory(web: WebServer, coding: str) -> None:
    packer = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    zeros = bytes(1_000_000)
    bomb = b"".join(packer.compress(zeros) for _ in range(50)) + packer.flush()
    web.pages["/"] = answer(bomb, Content_Encoding=coding)
    tracemalloc.start()
    failed = failure(web, limits=Limits(most_octets=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failed.trouble is Trouble.TOO_LARGE
    assert peak < 5_000_000


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(bytes(10_000))


def chunked(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1000\r\n" + bytes(4096) + b"\r\n")


@pytest.mark.parametrize("page", [endless, chunked])
def test_a_body_without_an_end(web: WebServer, page) -> None:
    web.pages["/"] = page
    assert failure(web).trouble is Trouble.TOO_LARGE


def test_a_large_body_is_refused_by_what_it_declares(web: WebServer) -> None:
    web.pages["/"] = lambda connection: connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: 52000000\r\n\r\n"
    )
    assert failure(web).detail == "It has 52 MB; at most 0.1 MB are fetched."


def test_the_caller_may_ask_for_less(web: WebServer) -> None:
    web.pages["/"] = answer(bytes(101))
    asked = f"http://news.example:{web.port}/"
    assert len(fetcher().get(asked, most_octets=101).body) == 101
    with pytest.raises(FetchFailed) as failed:
        fetcher().get(asked, most_octets=100)
    assert failed.value.trouble is Trouble.TOO_LARGE


def drip(start: bytes):
    """An octet now and then, for ever, after `start`."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            time.sleep(0.02)
            connection.sendall(b"a")

    return send


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-A: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        b"HTTP/1.1 302 Found\r\nContent-Length: 9999\r\nX-Location: /\r\n\r\n",
    ],
)
def test_a_slow_drip_ends(web: WebServer, start: bytes) -> None:
    web.pages["/"] = drip(start)
    began = time.monotonic()
    failed = failure(web, limits=QUICK)
    assert failed.trouble is Trouble.UNREACHABLE
    assert failed.detail == "It took longer than 0.3 seconds."
    assert time.monotonic() - began < 3


def test_a_slow_handshake_ends(tmp_path: Path) -> None:
    web = socket.create_server(("127.0.0.1", 0))
    with web, pytest.raises(FetchFailed) as failed:
        fetcher(QUICK).get(f"https://news.example:{web.getsockname()[1]}/")
    assert failed.value.trouble is Trouble.UNREACHABLE


def test_a_slow_resolver_ends() -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(4)
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(FetchFailed, match="longer than") as failed:
        Fetcher(frozenset(), AGENT, resolve, QUICK).get("http://slow.example/")
    assert failed.value.trouble is Trouble.UNREACHABLE
    assert time.monotonic() - began < 3


def test_headers_without_an_end(web: WebServer) -> None:
    web.pages["/"] = lambda connection: connection.sendall(
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 60_000) for n in range(3)) + b"\r\n"
    )
    assert failure(web).trouble is Trouble.TOO_LARGE
    web.pages["/"] = b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200 + b"\r\n"
    assert failure(web).trouble is Trouble.UNREACHABLE
