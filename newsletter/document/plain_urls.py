"""Addresses in plain text, which readers expect to be links: in quotations, which have no Markdown."""

import re
from collections.abc import Iterator

_URL = re.compile(r"https?://[^\s<>\"“”«»{}|\\^`]+", re.IGNORECASE)
_AFTER = ".,;:!?…'’*_~"  # what ends a sentence rather than an address
_FEDIVERSE = re.compile(r"@(?P<name>[\w.-]+)@(?P<server>[\w-]+(?:\.[\w-]+)+)")
_PROFILES = {
    "x": "https://x.com/",
    "twitter": "https://x.com/",
    "instagram": "https://www.instagram.com/",
    "threads": "https://www.threads.com/@",
    "tiktok": "https://www.tiktok.com/@",
    "youtube": "https://www.youtube.com/@",
    "bluesky": "https://bsky.app/profile/",
    "telegram": "https://t.me/",
}
_HANDLE = re.compile(r"@?(?P<name>[A-Za-z0-9_.-]{1,100})")


def split_urls(text: str) -> Iterator[tuple[str, str]]:
    """`text` in pieces, each with the address that it is, or with none.

    A bracket or full stop after an address is not part of it: `(see https://example.org/a_(b).)`
    """
    end = 0
    for match in _URL.finditer(text):
        url = _without_end_of_sentence(match[0])
        if "." not in url.partition("://")[2].partition("/")[0]:
            continue
        if match.start() > end:
            yield text[end : match.start()], ""
        yield url, url
        end = match.start() + len(url)
    if end < len(text):
        yield text[end:], ""


def profile_url(handle: str, network: str) -> str:
    """Where `@mira@social.example.org`, or `@mira` on a network that we know, is at home; else empty."""
    federated = _FEDIVERSE.fullmatch(handle.strip())
    if federated:
        return f"https://{federated['server']}/@{federated['name']}"
    known = _PROFILES.get(network.strip().lower().removesuffix(".com"))
    name = _HANDLE.fullmatch(handle.strip())
    return known + name["name"] if known and name else ""


def _without_end_of_sentence(url: str) -> str:
    while url:
        shorter = url.rstrip(_AFTER)
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == url:
            break
        url = shorter
    return url
