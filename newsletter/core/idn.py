"""International domain names (IDNA 2008, RFC 5890 to 5894) in the form that DNS, SMTP and headers hold."""

import idna


def to_ascii_domain(domain: str) -> str:
    """`domain` as A-labels (`xn--…`), or as it came when it is ASCII.

    Characters are mapped first as UTS #46 says, so that `BÜCHER。example` is found, too, but `ß` and `ς` stay
    what they are (RFC 5894 §7.2): the names that older rules map them to may belong to strangers.
    Raises `ValueError` (`idna.IDNAError` is one) for a name that IDNA 2008 does not allow.
    """
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")


def to_ascii_address(address: str) -> str:
    """The email address with its domain as A-labels; what stands before the @ stays. Raises `ValueError`."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{to_ascii_domain(domain)}"
