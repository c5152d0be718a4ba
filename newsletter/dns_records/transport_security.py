"""Whether a domain asks senders for TLS (MTA-STS, RFC 8461) and for reports about it (TLS-RPT, RFC 8460).

Both are about mail that the domain gets, and are shown as information: nobody's newsletter depends on them.
"""

from newsletter.dns_records.ask import Lookup
from newsletter.dns_records.tags import begins_with


def find_mta_sts(domain: str, lookup: Lookup) -> list[str]:
    """The records that announce a policy; the policy itself is at https://mta-sts.DOMAIN/."""
    return [text for text in lookup(f"_mta-sts.{domain}") if begins_with(text, "v=stsv1")]


def find_tls_reports(domain: str, lookup: Lookup) -> list[str]:
    """The records that say where reports go."""
    return [text for text in lookup(f"_smtp._tls.{domain}") if begins_with(text, "v=tlsrptv1")]
