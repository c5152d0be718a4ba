"""The URLs in a text that somebody pasted: a mail, a page's source, Markdown, a list, a chat."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from newsletter.core.host_names import host_name
from newsletter.pages.check_url import LONGEST_URL

# What ends a URL wherever it stands: space, quotes, control characters and marks of direction, punctuation of
# Chinese and Japanese, which is written without spaces. RFC 3987 §2.2 allows none of them but the last.
_OUTSIDE: Final = (
    r"\s<>\"`|\\^\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffc"
    r"“”„‟«»‹›\u3000-\u3003\u3008-\u3011\u3014-\u301b（），．：；！？［］｛｝｡｢｣､"
)
_PIECE: Final = re.compile(rf"[^{_OUTSIDE}]+")
_START: Final = re.compile(r"(?<![a-z0-9])https?://|(?<![\w@./-])www\.", re.IGNORECASE)
# Of other schemes nothing is taken, not even what stands in them; `src` and `xmlns` lead to no page.
_OTHER: Final = re.compile(
    r"(?<![a-z0-9+.-])(?:javascript|vbscript|data|mailto|file|blob|about):|(?:src|xmlns(?::\w{1,20})?)='",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(r"(?:src|xmlns(?::\w{1,20})?)\s{0,3}=\s{0,3}[\"']$", re.IGNORECASE)
_MARK: Final = re.compile(r"[()\[\]{}]|[,;](?=https?://)", re.IGNORECASE)
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_AT_END: Final = ".,;:!?'’‘*~…·،؛؟۔।([{"


def find_urls(text: str) -> list[str]:
    """Each http and https URL in `text` once, in order; `www.…` counts as one of https.

    Punctuation and brackets of the sentence around are no part of it, brackets of its own are:
    `(see https://en.wikipedia.org/wiki/Ana_(name))`. Takes time in proportion to `text`.
    """
    candidates = dict.fromkeys(_candidates(text))
    urls = (f"https://{found}" if found[:4].lower() == "www." else found for found in candidates)
    return list(dict.fromkeys(url for url in urls if _has_host(url)))


def _candidates(text: str) -> Iterator[str]:
    for piece in _PIECE.finditer(text):
        if "." not in piece[0] and ":" not in piece[0]:
            continue
        if _ATTRIBUTE.search(text, max(piece.start() - 30, 0), piece.start()):
            continue
        yield from _candidates_of(piece[0])


def _candidates_of(piece: str) -> Iterator[str]:
    """What looks like URLs in a text without spaces."""
    other = _OTHER.search(piece)
    position, end = 0, other.start() if other else len(piece)
    while start := _START.search(piece, position, end):
        position = _end_of_url(piece, start.end())
        if position - start.start() <= LONGEST_URL:
            yield _without_end(piece[start.start() : position].replace("&amp;", "&"))


def _end_of_url(piece: str, start: int) -> int:
    """Up to a bracket that was opened before the URL, or to one that begins the next link of Markdown."""
    open_brackets: list[str] = []
    for mark in _MARK.finditer(piece, start):
        character = mark[0]
        if character in "([{":
            open_brackets.append(character)
        elif not open_brackets or open_brackets.pop() != _CLOSING.get(character):
            return mark.start()
    return len(piece)


def _without_end(url: str) -> str:
    """`url` without the punctuation and emoji that follow it."""
    end = len(url)
    while end and (url[end - 1] in _AT_END or _is_emoji(url[end - 1])):
        end -= 1
    return url[:end]


def _is_emoji(character: str) -> bool:
    # Symbols, the modifiers of skin, the joiner and the selectors between their parts.
    return not character.isascii() and (
        unicodedata.category(character) in {"So", "Sk", "Me"} or character in "\u200d\ufe0e\ufe0f"
    )


def _has_host(url: str) -> bool:
    try:
        host = host_name(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return not host.startswith("www.") or host.count(".") > 1
