"""What was in the way of reading a page, from the answer's status, its redirects and its words."""

import re
from urllib.parse import urlsplit

from newsletter.pages.html_tree import HtmlPage, text_of
from newsletter.pages.json_ld import read_json_ld, says_paid
from newsletter.pages.meta_tags import Head
from newsletter.pages.outlets import split_title
from newsletter.pages.page import PageFields, Trouble
from newsletter.pages.response import Response
from newsletter.pages.trouble_words import (
    CHALLENGE,
    CONSENT,
    CONSENT_CHOICE,
    NOT_FOUND,
    PAYWALL,
    PAYWALL_CLASS,
    REGION,
)

LONGEST_WORDS = 30_000  # characters: longer than any page that is only a wall
FEW_WORDS = 150  # a page with less is no article
TEASER_WORDS = 600  # what paid articles show at most
_LOGIN_PATH = re.compile(
    r"(?:^|/)(?:log-?in|sign-?in|signon|anmelden|connexion|iniciar-sesion|accedi|entrar|auth|sso|authorize|"
    r"wp-login\.php)(?:[/.?]|$)",
    re.IGNORECASE,
)
_LOGIN_HOST = re.compile(r"^(?:login|signin|accounts?|auth|sso|id|myaccount)\.", re.IGNORECASE)
_CONSENT_PLACE = re.compile(
    r"^(?:consent|cmp|privacy|datenschutz)\.|/(?:consent|privacy-?(?:wall|gate)|cookie-?wall)\b"
)
_HOME = re.compile(r"/?(?:index\.\w+)?|/[a-z]{2}(?:-[a-z]{2})?/?|/home/?", re.IGNORECASE)
Finding = tuple[Trouble, str]
NOTHING: Finding = (Trouble.NONE, "")


def status_trouble(response: Response, words: str = "") -> Finding:
    """What the status of an answer means; `words` is the text of the page that came with it."""
    status, detail = response.status, f"status {response.status}"
    if status < 400:
        return NOTHING
    if status in (404, 410):
        return Trouble.MISSING, detail
    if status == 451 or (status in (401, 403) and REGION.search(words)):
        return Trouble.REGION, detail
    if status == 402:
        return Trouble.PAYWALL, detail
    if status == 503 and (response.headers.get("cf-mitigated") or CHALLENGE.search(words)):
        return Trouble.REFUSED, detail
    return (Trouble.UNREACHABLE if status >= 500 else Trouble.REFUSED), detail


def find_trouble(response: Response, page: HtmlPage, fields: PageFields) -> Finding:
    """What is in the way of a page of HTML, and in a few words how that shows.

    A page with the words of an article is only ever behind a paywall: what other pages say of cookies, of
    signing in and of errors, articles say too.
    """
    body = page.tree.find(".//body")
    words = text_of(page.tree if body is None else body)[:LONGEST_WORDS]
    if response.status >= 400:
        return status_trouble(response, words[:5_000])
    count = _count_words(words)
    if (led := _led_elsewhere(response)) != NOTHING:
        return led
    if count < FEW_WORDS and (blocked := _blocked(page, words)) != NOTHING:
        return blocked
    if _says_not_found(page, fields):
        return Trouble.MISSING, "the page says that it was not found"
    return _paid(page, words, count)


def _led_elsewhere(response: Response) -> Finding:
    """Whether redirects led away from what was asked for: to a consent form, a login, the home page."""
    if not response.redirects:
        return NOTHING
    asked, final = urlsplit(response.redirects[0]), urlsplit(response.url)
    if (asked.hostname, asked.path) == (final.hostname, final.path):
        return NOTHING
    place = f"{final.hostname}{final.path}"
    if _CONSENT_PLACE.search(place) and not _CONSENT_PLACE.search(f"{asked.hostname}{asked.path}"):
        return Trouble.CONSENT, f"led to {final.hostname}"
    if _LOGIN_PATH.search(final.path) or (
        _LOGIN_HOST.search(final.hostname or "") and not _LOGIN_HOST.search(asked.hostname or "")
    ):
        return Trouble.LOGIN, f"led to {final.hostname}"
    if (
        _HOME.fullmatch(final.path)
        and not final.query
        and not _HOME.fullmatch(asked.path)
        and len(asked.path) > 12
    ):
        return Trouble.MISSING, "led to the home page"
    return NOTHING


def _blocked(page: HtmlPage, words: str) -> Finding:
    """What a page with few words is, instead of an article."""
    title = Head(page.tree).title
    if REGION.search(f"{title} {words}"):
        return Trouble.REGION, "the page says so"
    if (
        CHALLENGE.search(f"{title} {words}")
        or "captcha-delivery.com" in page.markup
        or "cf-challenge" in page.markup
    ):
        return Trouble.REFUSED, "asks for proof of a person"
    if any((field.get("type") or "").lower() == "password" for field in page.tree.iter("input")):
        return Trouble.LOGIN, "asks for a password"
    if CONSENT.search(words) and CONSENT_CHOICE.search(words) and page.tree.find(".//article") is None:
        return Trouble.CONSENT, "shows only a question about cookies"
    return NOTHING


def _says_not_found(page: HtmlPage, fields: PageFields) -> bool:
    if fields.published or fields.byline:
        return False
    lines = list(split_title(Head(page.tree).title))
    lines += [text_of(heading) for _, heading in zip(range(3), page.tree.iter("h1"), strict=False)]
    return any(
        len(line.split()) <= 12 and len(line) <= 80 and NOT_FOUND.search(line.strip()) for line in lines
    )


def _paid(page: HtmlPage, words: str, count: int) -> Finding:
    if says_paid(read_json_ld(page.json_ld)):
        return Trouble.PAYWALL, "declared as not free"
    if Head(page.tree).first("article:content_tier").strip().lower() == "locked":
        return Trouble.PAYWALL, "declared as locked"
    if count < TEASER_WORDS and PAYWALL.search(words):
        return Trouble.PAYWALL, "asks for a subscription"
    if count < FEW_WORDS and PAYWALL_CLASS.search(page.markup):
        return Trouble.PAYWALL, "shows only its beginning"
    return NOTHING


def _count_words(text: str) -> int:
    """Words, or for scripts without spaces a third of the characters."""
    wide = len(re.findall("[\u3040-\u30ff\u3400-\u9fff]", text))
    return len(text.split()) + wide // 3
