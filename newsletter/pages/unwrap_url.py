"""Addresses that only lead to another one, which stands in them: of search engines, networks and mail."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

# Host, path and parameter.
_WRAPPERS: Final = (
    (r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?", r"/url", ("q", "url")),
    (r"(?:l|lm|www|m)\.facebook\.com", r"/(?:l|flx/warn)(?:\.php)?/?", ("u",)),
    (r"l\.(?:instagram\.com|threads\.(?:net|com)|messenger\.com)", r"/?", ("u",)),
    (r"t\.umblr\.com", r"/redirect", ("z",)),
    (r"out\.reddit\.com", r"/.*", ("url",)),
    (r"(?:www\.)?youtube\.com", r"/redirect", ("q",)),
    (r"(?:www\.)?duckduckgo\.com", r"/l/", ("uddg",)),
    (r"(?:www\.)?linkedin\.com", r"/(?:redir/redirect|safety/go)/?", ("url",)),
    (r"slack-redir\.net", r"/link", ("url",)),
    (r"vk\.com", r"/away\.php", ("to",)),
    (r"[a-z0-9]+\.safelinks\.protection\.outlook\.com", r"/.*", ("url",)),
)
_PATTERNS: Final = tuple(
    (re.compile(host), re.compile(path), parameters) for host, path, parameters in _WRAPPERS
)


def unwrap_url(url: str) -> str:
    """What `url` leads to in the end where it says so itself, else `url`.

    Raises `ValueError` for what is no URL.
    """
    while target := _target(url):  # each is shorter than the one before
        url = target
    return url


def _target(url: str) -> str:
    parts = urlsplit(url)
    for host, path, parameters in _PATTERNS:
        if host.fullmatch(parts.hostname or "") and path.fullmatch(parts.path):
            values = dict(parse_qsl(parts.query))
            targets = (values.get(name, "").strip() for name in parameters)
            return next((target for target in targets if _is_web(target)), "")
    return ""


def _is_web(target: str) -> bool:
    return re.match(r"https?://[^/\s]", target, re.IGNORECASE) is not None
