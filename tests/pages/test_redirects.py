"""Redirects, and the cookies that are set on the way."""

import socket

from newsletter.pages.fetch import MOST_REDIRECTS
from newsletter.pages.page import Trouble
from tests.pages.fetching import SMALL, failure, fetcher, get
from tests.pages.web_server import WebServer, answer, redirect


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
    assert get(web, "/a", SMALL).status == 200


def test_a_redirect_without_a_target_is_an_answer(web: WebServer) -> None:
    web.pages["/"] = answer(b"", "302 Found")
    assert get(web).status == 302
