"""By which networks a visitor is counted. Every rate limit by visitor uses these and nothing else."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

# Providers give a household or a server a /64, a company a /56 or /48 (RFC 6177): whoever has one of these
# must not have as many allowances as it has addresses, nor must all its people share a single one.
OF_ONE_VISITOR = 64
OF_ONE_SITE = 48
SITE_FACTOR = 8


@dataclass(frozen=True)
class Network:
    """What is counted as one visitor, and how many times the usual figure it may have."""

    key: str
    factor: int = 1


def networks_of(address: str) -> tuple[Network, ...]:
    """The networks by which the visitor at `address` is counted, all of them at once.

    IPv4 by address, also inside IPv6 (RFC 4291 §2.5.5.2); IPv6 by /64 and, more loosely, by /48. What is no
    address is one network of its own.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return (Network(address or "unknown"),)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return (
                Network(_around(parsed, OF_ONE_VISITOR)),
                Network(_around(parsed, OF_ONE_SITE), SITE_FACTOR),
            )
        parsed = parsed.ipv4_mapped
    return (Network(str(parsed)),)


def _around(address: IPv6Address, length: int) -> str:
    return str(ip_network((address, length), strict=False))
