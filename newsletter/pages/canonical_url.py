"""One URL for one page: what is kept of the address that somebody pasted, and what two are compared by.

`courlan.clean_url` goes too far for this: of `?gallery=5`, `?reference=12` and `?article` it leaves nothing.
"""

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from newsletter.core.host_names import host_name
from newsletter.pages.check_url import LONGEST_URL
from newsletter.pages.tracking_parameters import without_tracking
from newsletter.pages.unwrap_url import unwrap_url

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_WWW: Final = re.compile(r"www\d?\.")


def canonical_url(url: str) -> str:
    """`url` without what selects nothing: tracking, fragment (but `#!…`), default port; host in ASCII.

    Links that wrap another one are unwrapped. All other parameters stay, in their order. What is no URL of
    the web is returned as it is. `canonical_url(canonical_url(url)) == canonical_url(url)`.
    """
    if len(url) > LONGEST_URL:
        return url.strip()
    while True:  # until nothing changes: what was cleaned may be a wrapper now
        try:
            cleaned = _clean(unwrap_url(url))
        except (ValueError, LocationParseError):
            return url.strip()
        if cleaned == url:
            return url
        url = cleaned


def story_key(url: str) -> str:
    """What is the same for two URLs of one page: without scheme, `www.`, last slash and order of parameters.

    For comparisons only; nobody can be sent there.
    """
    url = canonical_url(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = _WWW.sub("", parts.netloc, count=1) if _WWW.match(parts.netloc) else parts.netloc
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    key = f"{host}{parts.path.rstrip('/')}"
    return f"{key}{'?' if query else ''}{query}{'#' if parts.fragment else ''}{parts.fragment}"


def _clean(url: str) -> str:
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return url
    host, port = host_name(parts.hostname), parts.port
    # Path and query as RFC 3986 §6.2.2 has them; the host is not this parser's.
    normal = parse_url(urlunsplit(("http", "host", parts.path, parts.query, "")))
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        shown = f"{shown}:{port}"
    user, at, _ = parts.netloc.rpartition("@")
    query = without_tracking(host, normal.query or "")
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit((parts.scheme, f"{user}{at}{shown}", normal.path or "/", query, fragment))
