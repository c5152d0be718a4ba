"""Encryption of the session with a relay (TLS, STARTTLS, none), in the words of the settings page."""

from enum import StrEnum

from newsletter.smtp.url import Encryption


class Security(StrEnum):
    """The three ways to talk to a relay."""

    STARTTLS = "starttls"  # begins in clear, encrypted before anything is said (RFC 3207), or no session
    TLS = "tls"  # encrypted from the first octet (RFC 8314 §3.3)
    NONE = "none"

    @property
    def encryption(self) -> Encryption:
        return _ENCRYPTION[self]

    @property
    def usual_port(self) -> int:
        """The port that relays listen on for it (RFC 6409 §3.1, RFC 8314 §7.3, RFC 5321 §4.5.4.2)."""
        return _PORTS[self]

    @classmethod
    def of(cls, encryption: Encryption) -> "Security":
        """The nearest way to what `SMTP_URL` says."""
        return next((way for way, same in _ENCRYPTION.items() if same is encryption), cls.STARTTLS)


_ENCRYPTION = {
    Security.STARTTLS: Encryption.REQUIRED,
    Security.TLS: Encryption.IMPLICIT,
    Security.NONE: Encryption.NEVER,
}
_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
