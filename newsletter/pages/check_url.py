"""Before anything is asked for: the URL is one of the web, and its host is spelled in one way only."""

import ipaddress
import re
import socket
from typing import Final
from urllib.parse import SplitResult, urlsplit

from newsletter.core.host_names import host_name
from newsletter.pages.page import Trouble
from newsletter.pages.response import FetchFailed

LONGEST_URL: Final = 8_000  # characters; RFC 9110 §4.1 asks for this many at least
# Ports of services that are not the web and could be made to do something by what a request says:
# https://fetch.spec.whatwg.org/#port-blocking, and databases and brokers that live in private networks.
BAD_PORTS: Final = frozenset(
    (
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102),
        *(103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512),
        *(513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995),
        *(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669),
        *(6679, 6697, 10080),
        *(2375, 2376, 2379, 3306, 3389, 5432, 5672, 5984, 6379, 6380, 9042, 9200, 11211, 27017),
    )
)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# https://url.spec.whatwg.org/#ends-in-a-number-checker
_ENDS_IN_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.DOTALL)


def check_url(url: str, private_hosts: frozenset[str]) -> str:
    """`url` as it is asked for: its host in ASCII and lower case, an IPv4 address in four decimal numbers.

    Raises `FetchFailed` for what is no URL of the web, and for ports that are not the web's unless
    `private_hosts` has the host.
    """
    parts = _split(url)
    host = _host(parts)
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    if (parts.port == 0 or port in BAD_PORTS) and not is_exempt(host, port, private_hosts):
        raise FetchFailed(Trouble.PRIVATE, f"Port {parts.port} is not one of the web’s.")
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if parts.port is None else f"{shown}:{parts.port}"
    return parts._replace(netloc=netloc).geturl()


def is_exempt(host: str, port: int, private_hosts: frozenset[str]) -> bool:
    """Whether `private_hosts`, of `host` and `host:port` in lower case, has this one."""
    shown = f"[{host}]" if ":" in host else host
    return not private_hosts.isdisjoint({host, shown, f"{shown}:{port}"})


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # is read only now, and may be none
    except ValueError:
        raise _no_url() from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise FetchFailed(Trouble.UNREACHABLE, "Only http:// and https:// addresses are fetched.")
    if "@" in parts.netloc:
        raise FetchFailed(Trouble.UNREACHABLE, "Addresses with a user name or password are not fetched.")
    if len(url) > LONGEST_URL:
        raise FetchFailed(Trouble.UNREACHABLE, "This address is too long.")
    return parts


def _host(parts: SplitResult) -> str:
    try:
        host = host_name(parts.hostname or "")
        if "%" in host:  # the zone of an IPv6 address means something on this machine only
            raise _no_url()
        if ":" in host:
            return str(ipaddress.ip_address(host))
        if _ENDS_IN_NUMBER.fullmatch(host):
            return str(ipaddress.ip_address(socket.inet_aton(host.removesuffix("."))))
    except (ValueError, OSError):
        raise _no_url() from None
    return host


def _no_url() -> FetchFailed:
    return FetchFailed(Trouble.UNREACHABLE, "This is not the address of a page.")
