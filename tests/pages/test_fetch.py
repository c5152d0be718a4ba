"""What a fetch returns."""

import gzip
import socket
import zlib
from pathlib import Path

import pytest

from newsletter.pages.fetch import Fetcher
from newsletter.pages.page import Trouble
from newsletter.pages.response import FetchFailed
from tests.certificates import make_certificate
from tests.pages.fetching import AGENT, failure, fetcher, get
from tests.pages.web_server import WebServer, answer


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
    ids=["gzip", "two members", "deflate", "identity"],  # the octets of gzip say when they were made
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
