"""The address and credentials of a relay as people type them, checked field by field."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from newsletter.core.errors import Refused
from newsletter.core.host_names import host_name, is_loopback
from newsletter.smtp.url import Protection, Relay
from newsletter.transports.security import Security

# What people write into the field for a host, the first that fits.
_MISTAKES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda text: not text, "Enter the relay's host name, such as smtp.example.org."),
    (lambda text: "://" in text, "Enter the host name only, without the part before “//”."),
    (lambda text: any(map(str.isspace, text)), "A host name cannot contain spaces."),
    (lambda text: "/" in text or "@" in text, "Enter the host name only, without user, path or slash."),
    (lambda text: text.count(":") == 1, "Enter the host name only; the port has its own field."),
)
USERNAME_LENGTH = 320
PASSWORD_LENGTH = 1_000


@dataclass(frozen=True)
class RelaySettings:
    """A relay as it may be stored or tried. The password never shows in `repr`."""

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def relay(self) -> Relay:
        """What the SMTP client wants to know of it."""
        protection = Protection.usual(self.host, self.security.encryption)
        return Relay(
            host=self.host,
            port=self.port,
            encryption=protection.encryption,
            user=self.username or None,
            password=self.password or None,
            verify=protection.verify,
            auth_in_clear=protection.auth_in_clear,
        )

    def for_audit(self) -> dict[str, Any]:
        """Everything but the password."""
        return {
            "host": self.host,
            "port": self.port,
            "security": self.security.value,
            "username": self.username,
        }


def check_relay(
    *, host: str, port: str, security: str, username: str = "", password: str = ""
) -> RelaySettings:
    """The relay in what was typed; an empty port is the usual one. `Refused` names every bad field."""
    problems: dict[str, str] = {}
    chosen = Security(security) if security in set(Security) else Security.STARTTLS
    if security not in set(Security):
        problems["security"] = "Choose STARTTLS, TLS or none."
    checked_host, problem = _host(host)
    problems |= {"host": problem} if problem else {}
    username = username.strip()
    # A mail server of this machine takes mail without a name on 25, and need not listen on 587.
    here = chosen is Security.STARTTLS and not username and is_loopback(checked_host)
    checked_port, problem = _port(port, Security.NONE.usual_port if here else chosen.usual_port)
    problems |= {"port": problem} if problem else {}
    problems |= _credentials(username, password)
    if username and password and chosen is Security.NONE and checked_host and not is_loopback(checked_host):
        problems["security"] = "The password would be sent unencrypted: choose STARTTLS or TLS."
    if problems:
        raise Refused("bad_relay", "The relay cannot be used with these settings.", problems)
    return RelaySettings(checked_host, checked_port, chosen, username, password)


def with_kept_password(typed: RelaySettings, kept: RelaySettings | None) -> RelaySettings:
    """`typed` with the password of `kept` (the stored relay) in the place of an empty one.

    Only for the same host, user and encryption: else whoever finds a signed-in browser could have the
    password sent to a server of their own. Raises `Refused`.
    """
    if typed.password or kept is None or not kept.password or not typed.username:
        return typed
    same = (typed.host, typed.username) == (kept.host, kept.username)
    if not same or (typed.security is Security.NONE and kept.security is not Security.NONE):
        sentence = "Enter the password again: it is only kept for the same host, user name and encryption."
        raise Refused("bad_relay", sentence, {"password": sentence})
    return RelaySettings(typed.host, typed.port, typed.security, typed.username, kept.password)


def _host(text: str) -> tuple[str, str]:
    text = text.strip()
    for looks_wrong, sentence in _MISTAKES:
        if looks_wrong(text):
            return "", sentence
    try:
        return host_name(text.strip("[]") if ":" in text else text), ""
    except ValueError:
        return "", f"“{text[:80]}” is not a valid host name or IP address."


def _port(text: str, usual: int) -> tuple[int, str]:
    text = text.strip()
    if not text:
        return usual, ""
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= 65_535:
        return 0, f"Enter a number from 1 to 65535, usually {usual}."
    return int(text), ""


def _credentials(username: str, password: str) -> dict[str, str]:
    for name, text, longest in (
        ("username", username, USERNAME_LENGTH),
        ("password", password, PASSWORD_LENGTH),
    ):
        if len(text) > longest:
            return {name: f"Use at most {longest:,} characters."}
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            return {name: "Remove the control characters."}
    if password and not username:
        return {"username": "Enter the user name for this password."}
    return {}
