"""Which IP addresses belong to the public internet, as the registries of IANA for special purposes have it.

https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry
"""

import ipaddress
from typing import Final

from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES

# All that IANA has given out for unicast (RFC 4291 §2.4). Addresses that stand for IPv4 ones, such as
# ::ffff:127.0.0.1, ::127.0.0.1 and 64:ff9b::7f00:1, are outside of it, as is fec0::/10.
_UNICAST: Final = ipaddress.ip_network("2000::/3")
# `ipaddress` of Python 3.11 calls some of these global.
_SPECIAL: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # protocol assignments, with Teredo and ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address of any kind is inside
        "3fff::/20",  # documentation
    )
)


def is_public(text: str) -> bool:
    """Whether `text` is an address that anybody on the internet may reach; False for what is no address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.version == 6 and address not in _UNICAST:
        return False
    if address.is_multicast or not address.is_global:
        return False
    return not any(address in network for network in (*_SPECIAL, *EXTRA_BLOCKED_NET_RANGES))
