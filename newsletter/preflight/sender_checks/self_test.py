"""The self-test: what a receiver says of a test message that we really sent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from newsletter.dns_records.authentication_results import AuthenticationResults


@dataclass(frozen=True)
class SelfTest:
    """What `server` said about a message. `signer`: the sender's own or a related domain that signed it."""

    server: str
    spf: str
    dkim: str
    dmarc: str
    signer: str

    @property
    def is_signed(self) -> bool:
        """Whether a signature of the sender's passed, not only one of the relay's."""
        return bool(self.signer)

    @property
    def is_aligned(self) -> bool:
        """What DMARC says; where the receiver does not look at it, a signature of the sender's decides."""
        return self.dmarc == "pass" if self.dmarc else self.is_signed

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        return (("spf", self.spf), ("dkim", self.dkim), ("dmarc", self.dmarc))

    def as_json(self) -> dict[str, Any]:
        """In JSON's types, for the database."""
        return asdict(self)


def self_test_of(domain: str, results: AuthenticationResults) -> SelfTest:
    """The test of mail from `domain`, by what the receiver said."""
    related = [name for name in results.dkim_domains if name and _related(name, domain)]
    signer = related[0] if related else ""
    return SelfTest(results.server, results.spf, results.dkim, results.dmarc, signer)


def self_test_from_json(facts: Mapping[str, Any]) -> SelfTest | None:
    """What `as_json` wrote; None for an empty one."""
    return SelfTest(**facts) if facts else None


def _related(name: str, domain: str) -> bool:
    return f".{domain}".endswith(f".{name}") or f".{name}".endswith(f".{domain}")
