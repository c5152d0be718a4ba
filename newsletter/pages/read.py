"""A server's answer read as a page: its fields, its text, and what was in the way."""

from urllib.parse import urlsplit

from newsletter.pages.canonical_url import canonical_url
from newsletter.pages.charset import decode_html
from newsletter.pages.html_tree import HtmlPage, parse_html
from newsletter.pages.meta_tags import Head, declared_addresses
from newsletter.pages.metadata import read_fields
from newsletter.pages.outlets import registrable_host
from newsletter.pages.page import Page, PageFields, Trouble
from newsletter.pages.pdf import PdfUnreadable, read_pdf
from newsletter.pages.response import Response
from newsletter.pages.trouble import find_trouble, status_trouble

LONGEST_TEXT = 100_000
LONGEST_READ = 300_000  # characters of markup that the text is taken from
MOST_TAGS = 5_000  # in it, as each costs time
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_UNSURE_TYPES = ("", "application/octet-stream", "text/plain", "application/xml", "text/xml")
# Troubles in which the fields are the article's own nevertheless; else they are those of an error page.
_STILL_READ = (Trouble.NONE, Trouble.PAYWALL)


def read_response(response: Response) -> Page:
    """What an answer of any kind says. Nothing is raised for bad content: `trouble` says what is wrong."""
    if _is_pdf(response):
        return _read_pdf(response)
    if not _is_html(response):
        trouble, detail = status_trouble(response)
        if trouble is Trouble.NONE:
            trouble, detail = Trouble.NOT_HTML, response.content_type or "no content type"
        return Page(response.url, canonical_url(response.url), trouble, detail)
    page = parse_html(decode_html(response))
    fields = read_fields(page, response.url)
    trouble, detail = find_trouble(response, page, fields)
    if trouble not in _STILL_READ or response.status >= 400:
        return Page(response.url, canonical_url(response.url), trouble, detail)
    declared = declared_addresses(page.tree, Head(page.tree), response.url)
    canonical = canonical_url(choose_canonical(declared, response.url))
    return Page(response.url, canonical, trouble, detail, fields, read_text(page, response.url))


def choose_canonical(declared: list[str], url: str) -> str:
    """The first address that a page gives itself on its own site, else `url`.

    An address of another site is a mistake or an attempt at passing for another page; the home page is what
    badly configured sites give for all of their articles.
    """
    for address in declared:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or registrable_host(address) != registrable_host(url):
            continue
        if parts.path in ("", "/") and urlsplit(url).path not in ("", "/") and not parts.query:
            continue
        return address
    return url


def read_text(page: HtmlPage, url: str) -> str:
    """The text of the article, without what stands around it; "" where there is none."""
    import trafilatura

    text = trafilatura.extract(
        _beginning(page.markup), url=url, fast=True, include_comments=False, include_tables=False
    )
    return (text or "")[:LONGEST_TEXT]


def _beginning(markup: str) -> str:
    position = 0
    for _ in range(MOST_TAGS):
        position = markup.find("<", position, LONGEST_READ) + 1
        if not position:
            return markup[:LONGEST_READ]
    return markup[: position - 1]


def _read_pdf(response: Response) -> Page:
    trouble, detail = status_trouble(response)
    fields = PageFields()
    if trouble is Trouble.NONE:
        try:
            fields = read_pdf(response.body)
        except PdfUnreadable as error:
            trouble, detail = Trouble.NOT_HTML, str(error)
    return Page(response.url, canonical_url(response.url), trouble, detail, fields)


def _is_pdf(response: Response) -> bool:
    return response.content_type == "application/pdf" or response.body[:1_024].lstrip().startswith(b"%PDF-")


def _is_html(response: Response) -> bool:
    if response.content_type in _HTML_TYPES:
        return True
    beginning = response.body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return response.content_type in _UNSURE_TYPES and (
        beginning.startswith((b"<!doctype html", b"<html")) or b"<html" in beginning
    )
