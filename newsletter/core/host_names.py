"""Names and IP addresses of hosts: what may be connected to, what is this machine, what EHLO says."""

import ipaddress
import re

from newsletter.core.idn import to_ascii_domain

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?")
# With room for a return path's local part in the 254 octets of an address.
_DOMAIN = re.compile(r"(?=.{1,189}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def host_name(text: str) -> str:
    """`text` as a host to connect to: a domain name (its IDN labels encoded) or an IP address.

    Raises `ValueError`, also for names that DNS cannot hold (RFC 1035 §2.3.4).
    """
    host = to_ascii_domain(text.lower())
    if is_ip_address(host):
        return host
    name = host.removesuffix(".")
    if not _HOST.fullmatch(name) or len(name) > 253 or not all(0 < len(x) < 64 for x in name.split(".")):
        message = "not a valid domain name"
        raise ValueError(message)
    return name


def is_ip_address(host: str) -> bool:
    """Whether `host` is an IPv4 or IPv6 address, without brackets."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine: `localhost`, `*.localhost` (RFC 6761), 127/8, ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_ip_address(host) and ipaddress.ip_address(host).is_loopback


def ehlo_name(host: str) -> str:
    """`host`, a result of `host_name`, as EHLO says it: a name, or an address literal (RFC 5321 §4.1.3)."""
    if not is_ip_address(host):
        return host
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


def listening_host(text: str) -> str:
    """`text` as an address of this machine to listen on; `ValueError` says what it has to be."""
    text = text.strip().removeprefix("[").removesuffix("]")
    try:
        return host_name(text) if text else ""
    except ValueError:
        message = "it must be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all"
        raise ValueError(message) from None


def mail_domain(text: str) -> str:
    """`text` as a domain of addresses, in ASCII; empty stays empty. `ValueError` says what it has to be."""
    try:
        domain = to_ascii_domain(text.strip().lower()).removesuffix(".")
    except ValueError:
        domain = "-"
    if domain and not _DOMAIN.fullmatch(domain):
        message = "it must be a domain name such as mail.example.org"
        raise ValueError(message)
    return domain
