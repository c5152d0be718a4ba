"""Ask the DNS, with a limit of time. No answer is an error; a name without such records is an empty list."""

from collections.abc import Callable
from typing import Protocol

import dns.exception
import dns.inet
import dns.rdatatype
import dns.resolver
import dns.reversename

from newsletter.core.errors import Refused
from newsletter.core.text import full_stop

DNS_SECONDS = 5.0


class DnsSilent(Refused):
    """The DNS does not answer, which says nothing about what it holds."""

    def __init__(self, name: str, reason: str) -> None:
        sentence = f"The DNS does not answer for {name}: {full_stop(reason)}"
        super().__init__("dns", sentence, {"record": sentence})


class Lookup(Protocol):
    """Returns the records of a name as text, the strings of a TXT record joined; none: an empty list.

    Raises `DnsSilent`.
    """

    def __call__(self, name: str, kind: str = "TXT", /) -> list[str]: ...


# The same for TXT records only.
TxtLookup = Callable[[str], list[str]]


def ask_dns(
    name: str,
    kind: str = "TXT",
    resolver: dns.resolver.Resolver | None = None,
    *,
    seconds: float = DNS_SECONDS,
) -> list[str]:
    """The records of `name`, by the system's resolver, within some seconds. Truncated answers are asked for
    again over TCP.

    `kind`: TXT, A, AAAA, MX ("10 mx.example.org"), or PTR, for which `name` is an IP address; names have no
    final dot, but the root is ".".
    """
    try:
        resolver = resolver or dns.resolver.Resolver()
        asked = dns.reversename.from_address(name) if kind == "PTR" else f"{name}."
        answer = resolver.resolve(asked, kind, lifetime=seconds)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, UnicodeError, OSError) as error:
        raise DnsSilent(name, str(error) or type(error).__name__) from error
    if kind == "TXT":
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
    return [_without_dot(record.to_text()) for record in answer]


def resolver_of(server: str) -> dns.resolver.Resolver:
    """A resolver that asks one server, `ADDRESS` or `ADDRESS:PORT`. Raises `Refused` for anything else."""
    host, colon, port = server.rpartition(":")
    if not colon or dns.inet.is_address(server):
        host, port = server, "53"
    host = host.removeprefix("[").removesuffix("]")
    if (
        not dns.inet.is_address(host)
        or not port.isascii()
        or not port.isdigit()
        or not 0 < int(port) < 65_536
    ):
        sentence = f"“{server[:80]}” is not the address of a name server, such as 9.9.9.9 or 127.0.0.1:5353."
        raise Refused("name_server", sentence, {"server": sentence})
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [host], int(port)
    return resolver


def _without_dot(text: str) -> str:
    return text if text == "." or text.endswith(" .") else text.removesuffix(".").lower()
