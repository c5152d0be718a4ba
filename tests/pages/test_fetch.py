"""What a fetch returns, and where it ends."""

import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.pages.fetch import MOST_REDIRECTS, Fetcher, Limits
from newsletter.pages.page import Trouble
from newsletter.pages.response import FetchFailed, Response
from tests.certificates import make_certificate
from tests.pages.web_server import WebServer, answer, redirect

AGENT = "newsletter/0.1 (+https://news.example.org)"
QUICK = Limits(total_seconds=0.3, connect_seconds=0.3, most_octets=100_000)
USUAL = Limits(total_seconds=5)


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer({"/": answer()}) as server:
        yield server


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


def failure(web: WebServer, path: str = "/", limits: Limits = QUICK) -> FetchFailed:
    with pytest.raises(FetchFailed) as failed:
        get(web, path, limits)
    return failed.value


def test_an_answer(web: WebServer) -> None:
    web.pages["/a?b=c"] = answer(content_type="Text/HTML; charset=UTF-8", ETag='"1"')
    response = get(web, "/a?b=c#d")
    assert (response.status, response.body) == (200, b"<title>Yes</title>")
    assert (response.content_type, response.charset) == ("text/html", "utf-8")
    assert response.headers["etag"] == '"1"'
    assert response.url == f"http://news.example:{web.port}/a?b=c#d"
    assert response.redirects == ()


def test_a_request_says_who_asks_and_nothing_else(
    web: WebServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine news.example login ana password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    fetcher().get(f"http://news.example:{web.port}/", headers={"If-None-Match": '"1"'})
    lines = web.heads[0].strip().split("\r\n")
    assert lines[0] == "GET / HTTP/1.1"
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert headers.pop("Accept")
    assert headers == {
        "Host": f"news.example:{web.port}",
        "User-Agent": AGENT,
        "Accept-Encoding": "gzip, deflate",
        "Connection": "keep-alive",
        "If-None-Match": '"1"',
    }


@pytest.mark.parametrize(
    "status", ["404 Not Found", "403 Forbidden", "503 Busy", "451 No", "304 Not Modified"]
)
def test_a_status_is_an_answer(web: WebServer, status: str) -> None:
    web.pages["/"] = answer(b"", status)
    assert get(web).status == int(status[:3])


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"Yes" * 99)),
        ("X-GZIP", gzip.compress(b"Yes" * 90) + gzip.compress(b"Yes" * 9)),
        ("deflate", zlib.compress(b"Yes" * 99)),
        ("identity", b"Yes" * 99),
    ],
)
def test_bodies_are_decompressed(web: WebServer, coding: str, body: bytes) -> None:
    web.pages["/"] = answer(body, Content_Encoding=coding)
    assert get(web).body == b"Yes" * 99


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
def test_other_compressions_are_not_read(web: WebServer, coding: str) -> None:
    web.pages["/"] = answer(b"\x8b" * 99, Content_Encoding=coding)
    assert "not asked for" in failure(web).detail


def test_broken_compression(web: WebServer) -> None:
    web.pages["/"] = answer(b"Yes", Content_Encoding="gzip")
    assert failure(web).detail == "Its answer is not compressed as it says."


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
    failed = failure(web)
    assert failed.trouble is Trouble.UNREACHABLE
    assert failed.detail == "It took longer than 0.3 seconds."
    assert time.monotonic() - began < 2


def test_a_slow_handshake_ends(tmp_path: Path) -> None:
    web = socket.create_server(("127.0.0.1", 0))
    with web, pytest.raises(FetchFailed) as failed:
        fetcher(QUICK).get(f"https://news.example:{web.getsockname()[1]}/")
    assert failed.value.trouble is Trouble.UNREACHABLE


def test_a_slow_resolver_ends() -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(3)
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(FetchFailed, match="longer than") as failed:
        Fetcher(frozenset(), AGENT, resolve, QUICK).get("http://slow.example/")
    assert failed.value.trouble is Trouble.UNREACHABLE
    assert time.monotonic() - began < 2


def test_headers_without_an_end(web: WebServer) -> None:
    web.pages["/"] = lambda connection: connection.sendall(
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 60_000) for n in range(3)) + b"\r\n"
    )
    assert failure(web).trouble is Trouble.TOO_LARGE
    web.pages["/"] = b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200 + b"\r\n"
    assert failure(web).trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "octets", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"]
)
def test_what_is_no_answer(web: WebServer, octets: bytes) -> None:
    web.pages["/"] = octets
    failed = failure(web)
    assert failed.trouble is Trouble.UNREACHABLE
    assert failed.detail == "Its server broke off or did not answer as a web server does."


def test_no_host_and_no_server() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchFailed, match=r"There is no host called no\.example\."):
        Fetcher(frozenset(), AGENT, unknown).get("http://no.example/")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    with pytest.raises(FetchFailed, match="does not answer") as failed:
        fetcher().get(f"http://news.example:{port}/")
    assert failed.value.trouble is Trouble.UNREACHABLE


def test_the_next_address_is_tried(web: WebServer) -> None:
    tried = Fetcher(frozenset({"news.example"}), AGENT, resolve=lambda host, port: ["::1", "127.0.0.1"])
    assert tried.get(f"http://news.example:{web.port}/").status == 200


def test_redirects(web: WebServer) -> None:
    web.pages |= {
        "/a": redirect("b?x=1"),
        "/b?x=1": redirect(f"//news.example:{web.port}/c"),
        "/c": redirect("/für"),
        "/f%C3%BCr": answer(b"Here"),
    }
    response = get(web, "/a")
    here = f"http://news.example:{web.port}"
    assert response.body == b"Here"
    assert response.redirects == (f"{here}/a", f"{here}/b?x=1", f"{here}/c")
    assert "Referer" not in "".join(web.heads)


def test_too_many_redirects(web: WebServer) -> None:
    web.pages |= {f"/{n}": redirect(f"/{n + 1}") for n in range(20)}
    assert get(web, f"/{20 - MOST_REDIRECTS}").status == 404
    web.heads.clear()
    failed = failure(web, "/0")
    assert failed.trouble is Trouble.REDIRECTS
    assert len(web.heads) == MOST_REDIRECTS + 1


def test_redirects_in_a_circle(web: WebServer) -> None:
    web.pages |= {"/a": redirect("/b"), "/b": redirect("/a#again")}
    failed = failure(web, "/a")
    assert (failed.trouble, failed.detail) == (Trouble.REDIRECTS, "It redirects in a circle.")
    assert web.paths == ["/a", "/b"]


def test_a_cookie_lets_the_same_page_answer(web: WebServer) -> None:
    def page(connection: socket.socket) -> None:
        with_cookie = "Cookie: seen=1" in web.heads[-1]
        connection.sendall(answer(b"In") if with_cookie else redirect("/", Set_Cookie="seen=1; Path=/"))

    web.pages["/"] = page
    kept = fetcher()
    assert kept.get(f"http://news.example:{web.port}/").body == b"In"
    kept.get(f"http://news.example:{web.port}/")
    assert "Cookie" not in web.heads[2], "cookies end with a chain of redirects"


def test_a_cookie_stays_with_its_host(web: WebServer) -> None:
    web.pages["/"] = redirect(f"http://localhost:{web.port}/b", Set_Cookie="seen=1; Domain=localhost")
    get(web)
    assert "Cookie" not in web.heads[1]


def test_the_body_of_a_redirect_is_not_read(web: WebServer) -> None:
    web.pages |= {
        "/a": lambda connection: connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 99999999\r\n\r\n"
        )
    }
    assert get(web, "/a", QUICK).status == 200


def test_a_redirect_without_a_target_is_an_answer(web: WebServer) -> None:
    web.pages["/"] = answer(b"", "302 Found")
    assert get(web).status == 302


def test_international_names(web: WebServer) -> None:
    response = fetcher().get(f"http://BÜCHER.example:{web.port}/")
    assert response.url == f"http://xn--bcher-kva.example:{web.port}/"
    assert f"Host: xn--bcher-kva.example:{web.port}\r\n" in web.heads[0]


def test_certificates_are_verified(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "DNS:news.example")
    with WebServer({"/": answer()}, tls=certificate.context) as web:
        trusting = fetcher(ca_file=str(certificate.pem))
        assert trusting.get(f"https://news.example:{web.port}/").status == 200
        for attempt, host in ((fetcher(), "news.example"), (trusting, "localhost")):
            with pytest.raises(FetchFailed, match="certificate") as failed:
                attempt.get(f"https://{host}:{web.port}/")
            assert failed.value.trouble is Trouble.UNREACHABLE
