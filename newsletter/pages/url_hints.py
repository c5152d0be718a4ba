"""What the address of a page tells of it, for when the page itself tells nothing."""

import re
from datetime import date
from urllib.parse import unquote, urlsplit

from newsletter.pages.outlets import registrable_host
from newsletter.pages.page import PageFields
from newsletter.pages.plain import HEADLINE, NAME, plain_line

_DATE_IN_PATH = re.compile(r"(?:^|[/_-])((?:19|20)\d\d)[/-]?(\d{2})[/-]?(\d{2})(?=[/_.-]|$)")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_NAME = re.compile(rf"/((?:19|20)\d\d)/({'|'.join(_MONTHS)})[a-z]*/(\d{{1,2}})(?=/|$)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cfm|amp|ece|story|pdf|do)$", re.IGNORECASE)
_ID = re.compile(r"(?=[a-z]*\d)[a-z0-9]{6,}|\d{3,}|[a-z]{1,3}\d+(?:\.\d+)*|[0-9a-f]{8,}", re.IGNORECASE)
_NOT_A_TITLE = frozenset(
    [
        "index",
        "article",
        "articles",
        "story",
        "news",
        "amp",
        "default",
        "home",
        "page",
        "post",
        "posts",
        "archive",
        "archives",
    ]
)


def url_hints(url: str) -> PageFields:
    """Outlet (the host without `www` and its like), date and the words of the path; all else is empty."""
    path = urlsplit(url).path[:2_000]
    return PageFields(headline=_headline(path), outlet=_outlet(url), published=_date(path))


def _outlet(url: str) -> str:
    host = registrable_host(url)
    is_number = ":" in host or host.rpartition(".")[2].isdigit()  # an IP address is nobody's name
    return "" if is_number else plain_line(host, NAME)


def _date(path: str) -> str:
    named = _MONTH_NAME.search(path)
    numbers = _DATE_IN_PATH.search(path)
    try:
        if named:
            month = _MONTHS.index(named[2].lower()) + 1
            return date(int(named[1]), month, int(named[3])).isoformat()
        return date(*(int(part) for part in numbers.groups())).isoformat() if numbers else ""
    except ValueError:
        return ""


def _headline(path: str) -> str:
    """The longest part of the path that reads like a title: three words, or one in another script."""
    best: list[str] = []
    for part in path.split("/"):
        name = _EXTENSION.sub("", unquote(part, errors="replace"))
        words = [word for word in re.split(r"[-_+,\s~]+", name) if word and not _ID.fullmatch(word)]
        while words and words[-1].isdigit():
            words.pop()
        if sum(map(len, words)) > sum(map(len, best)) and _reads_like_title(words):
            best = words
    line = plain_line(" ".join(best), HEADLINE)
    return line[:1].upper() + line[1:]


def _reads_like_title(words: list[str]) -> bool:
    text = "".join(words)
    if "\ufffd" in text or not any(character.isalpha() for character in text):
        return False
    if not text.isascii() and len(text) >= 6:
        return True
    return len([word for word in words if word.lower() not in _NOT_A_TITLE]) >= 3
