"""Mail servers of a domain (MX), and whether a sending host's address leads back to its name (PTR)."""

import ipaddress
from dataclasses import dataclass

from newsletter.dns_records.ask import Lookup

NULL_MX = "."


@dataclass(frozen=True)
class MailServers:
    """Where mail for `domain` goes, in the order in which senders try. `problem`: a sentence, or empty."""

    domain: str
    hosts: tuple[str, ...]
    problem: str = ""


def check_mail_servers(domain: str, lookup: Lookup) -> MailServers:
    """Ask who takes mail for `domain` (RFC 5321 §5.1, RFC 7505). Raises `DnsSilent`."""
    entries = sorted(_preference_and_host(text) for text in lookup(domain, "MX"))
    hosts = tuple(host for _preference, host in entries)
    if NULL_MX in hosts:
        sentence = (
            f"The domain {domain} says that it accepts no mail (null MX): replies and bounces are lost,"
            " and some receivers refuse what it sends."
        )
        return MailServers(domain, hosts, sentence)
    if hosts:
        if not any(_addresses(host, lookup) for host in hosts):
            sentence = f"No mail server of {domain} ({', '.join(hosts[:3])}) has an address in the DNS."
            return MailServers(domain, hosts, sentence)
        return MailServers(domain, hosts)
    if _addresses(domain, lookup):
        return MailServers(domain, (domain,))  # the host itself is meant
    sentence = (
        f"The domain {domain} has no mail server (MX): replies and bounces are lost, and some receivers"
        " refuse what it sends."
    )
    return MailServers(domain, (), sentence)


def check_reverse_name(host: str, lookup: Lookup) -> str:
    """What is wrong with the reverse names of a sending host's addresses, a sentence; empty: nothing.

    Receivers want each address to have a name (PTR) that leads back to the address. Raises `DnsSilent`.
    """
    addresses = _addresses(host, lookup)
    if not addresses:
        return f"The name that we greet with, {host}, has no address in the DNS."
    for address in addresses:
        names = lookup(address, "PTR")
        if not names:
            return f"The address {address} of {host} has no reverse name (PTR): its provider sets it."
        if not any(address in _addresses(name, lookup) for name in names[:10]):
            return f"The reverse name of {address} is {names[0]}, which does not lead back to it."
    return ""


def _addresses(host: str, lookup: Lookup) -> list[str]:
    texts = [*lookup(host, "A"), *lookup(host, "AAAA")]
    return [str(ipaddress.ip_address(text)) for text in texts]


def _preference_and_host(text: str) -> tuple[int, str]:
    preference, _space, host = text.partition(" ")
    return int(preference), host
