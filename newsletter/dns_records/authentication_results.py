"""What a receiver says about a message's SPF, DKIM and DMARC: `Authentication-Results` (RFC 8601)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.parser import HeaderParser
from email.utils import getaddresses

LONGEST = 256 * 1024  # characters of headers that are looked at
# Where these stand, the message itself has begun.
_OWN = {"from", "to", "date", "subject", "message-id", "mime-version", "content-type"}
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)\b(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r'([a-z]+\.[a-z-]+)\s*=\s*"?([^\s";]+)', re.IGNORECASE)


@dataclass(frozen=True)
class AuthenticationResults:
    """The results of one receiver, each in lower case, such as "pass"; empty: it says nothing about it.

    server:       who says it.
    dkim_domains: whose signatures passed.
    """

    server: str
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    dkim_domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReceivedHeaders:
    """Headers of a message as somebody got it.

    message_id:  without its brackets; empty unless there is exactly one.
    results:     of the last receiver; None without any.
    from_domain: of the one address in the one From header, in lower case; empty for anything else.
    """

    message_id: str
    results: AuthenticationResults | None
    from_domain: str = ""


def read_received(text: str) -> ReceivedHeaders:
    """Read the headers at the beginning of `text`.

    Receivers add theirs on top: only the topmost `Authentication-Results` counts, and only above the
    message's own headers. What stands below came with the message, and anybody may have written it.
    """
    return read_headers(HeaderParser().parsestr(text.lstrip()[:LONGEST]).items())


def read_headers(pairs: Iterable[tuple[str, str]]) -> ReceivedHeaders:
    """The same for headers by name, from the top."""
    headers = [(name.lower(), value) for name, value in pairs]
    results = None
    for name, value in headers:
        if name == "authentication-results":
            results = read_results(value)
        if results is not None or name in _OWN:
            break
    ids = [value for name, value in headers if name == "message-id"]
    message_id = "".join(ids[0].split()).removeprefix("<").removesuffix(">") if len(ids) == 1 else ""
    return ReceivedHeaders(message_id, results, _from_domain(headers))


def _from_domain(headers: list[tuple[str, str]]) -> str:
    senders = getaddresses([value for name, value in headers if name == "from"])
    return senders[0][1].rpartition("@")[2].lower() if len(senders) == 1 else ""


def read_results(value: str) -> AuthenticationResults:
    """Read the value of one header. What cannot be read is passed over."""
    while (without := _COMMENT.sub(" ", value)) != value:
        value = without
    head, *parts = value.split(";")
    results: dict[str, str] = {}
    domains: list[str] = []
    for part in parts:
        match = _RESULT.match(part)
        if match is None:
            continue
        method, result = match[1].lower(), match[2].lower()
        if method not in results or result == "pass":  # of several signatures, one that passes is enough
            results[method] = result
        if method == "dkim" and result == "pass":
            properties = {name.lower(): text.lower() for name, text in _PROPERTY.findall(match[3])}
            domain = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
            domains.append(domain)
    server = (head.split() or [""])[0].lower()
    return AuthenticationResults(
        server, results.get("spf", ""), results.get("dkim", ""), results.get("dmarc", ""), tuple(domains)
    )
