"""What is in the way of a page: by status, by redirects, and by what pages say in ten languages."""

from pathlib import Path

import pytest

from newsletter.pages.page import PageFields, Trouble
from newsletter.pages.read import read_response
from newsletter.pages.response import Response

FIXTURES = Path(__file__).parent / "fixtures" / "trouble"
URL = "https://www.ironcounty.example/news/2026/11/ferry-line-reopens"


def answer(
    body: str | bytes = "",
    *,
    url: str = URL,
    status: int = 200,
    content_type: str = "text/html",
    redirects: tuple[str, ...] = (),
) -> Response:
    octets = body.encode() if isinstance(body, str) else body
    return Response(url, status, {}, octets, content_type, "utf-8", redirects)


def page(name: str) -> str:
    return (FIXTURES / f"{name}.html").read_text()


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("region-gdpr", Trouble.REGION),
        ("region-video", Trouble.REGION),
        ("paywall-declared", Trouble.PAYWALL),
        ("paywall-words", Trouble.PAYWALL),
        ("consent", Trouble.CONSENT),
        ("login", Trouble.LOGIN),
        ("challenge", Trouble.REFUSED),
        ("article-about-404", Trouble.NONE),
    ],
)
def test_pages_that_stand_in_the_way(name: str, trouble: Trouble) -> None:
    assert read_response(answer(page(name))).trouble is trouble


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (401, Trouble.REFUSED),
        (402, Trouble.PAYWALL),
        (403, Trouble.REFUSED),
        (404, Trouble.MISSING),
        (410, Trouble.MISSING),
        (429, Trouble.REFUSED),
        (451, Trouble.REGION),
        (500, Trouble.UNREACHABLE),
        (503, Trouble.UNREACHABLE),
    ],
)
@pytest.mark.parametrize("content_type", ["text/html", "application/json", "application/pdf"])
def test_status(status: int, trouble: Trouble, content_type: str) -> None:
    read = read_response(answer("<h1>Sorry</h1>", status=status, content_type=content_type))
    assert (read.trouble, read.detail) == (trouble, f"status {status}")
    assert read.fields == PageFields()


def test_a_challenge_with_503_is_a_refusal() -> None:
    assert read_response(answer(page("challenge"), status=503)).trouble is Trouble.REFUSED


def test_403_for_a_region_says_so() -> None:
    body = "<p>This content is not available in your country.</p>"
    assert read_response(answer(body, status=403)).trouble is Trouble.REGION


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "Error 404 - Iron County Ledger",
        "404 Not Found",
        "Page not found | Iron County Ledger",
        "Sorry, this page doesn't exist",
        "The page you are looking for could not be found",
        "Seite nicht gefunden - Rheinbote",
        "Die angeforderte Seite wurde nicht gefunden",
        "Page introuvable",
        "Página no encontrada",
        "Pagina non trovata",
        "Página não encontrada",
        "Страница не найдена",
        "الصفحة غير موجودة",
        "הדף לא נמצא",
        "ページが見つかりません",
        "页面不存在",
    ],
)
def test_a_page_that_says_that_it_is_missing(title: str) -> None:
    read = read_response(answer(f"<title>{title}</title><body><h1>Oh</h1><p>Try the search.</p>"))
    assert read.trouble is Trouble.MISSING
    assert read.fields.headline == ""


@pytest.mark.parametrize(
    ("asked", "final", "trouble"),
    [
        (URL, "https://www.ironcounty.example/", Trouble.MISSING),
        (URL, "https://www.ironcounty.example/en/", Trouble.MISSING),
        (URL, "https://consent.ironcounty.example/?return=x", Trouble.CONSENT),
        (URL, "https://www.ironcounty.example/login?next=/news", Trouble.LOGIN),
        (URL, "https://accounts.provider.example/v3/begin", Trouble.LOGIN),
        ("http://ironcounty.example/", "https://www.ironcounty.example/", Trouble.NONE),
        (URL.replace("https", "http"), URL, Trouble.NONE),
        (URL, "https://www.ironcounty.example/news/ferry", Trouble.NONE),
    ],
)
def test_redirects_that_lead_elsewhere(asked: str, final: str, trouble: Trouble) -> None:
    body = "<title>Iron County</title><h1>Ferry line reopens</h1><p>Word</p>"
    assert read_response(answer(body, url=final, redirects=(asked,))).trouble is trouble


def test_what_a_paywall_shows_is_read() -> None:
    fields = read_response(answer(page("paywall-declared"))).fields
    assert (fields.headline, fields.byline) == ("Inside the deal that saved the port", "Ines Calder")


@pytest.mark.parametrize("name", ["region-gdpr", "consent", "login", "challenge"])
def test_what_a_wall_says_of_itself_is_not_the_articles(name: str) -> None:
    read = read_response(answer(page(name)))
    assert (read.fields, read.text, read.canonical_url) == (PageFields(), "", URL)


def test_what_is_no_page() -> None:
    for content_type in ("image/png", "application/json", "text/plain", ""):
        read = read_response(answer(b"\x89PNG or so", content_type=content_type))
        assert read.trouble is Trouble.NOT_HTML
        assert read.detail == (content_type or "no content type")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/octet-stream"])
def test_html_that_a_server_does_not_call_so(content_type: str) -> None:
    read = read_response(answer("<!DOCTYPE html><h1>Ferry line reopens</h1>", content_type=content_type))
    assert (read.trouble, read.fields.headline) == (Trouble.NONE, "Ferry line reopens")
