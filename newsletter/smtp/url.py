"""`SMTP_URL`: one line that says which relay takes the mail, and how."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from newsletter.core.errors import Refused
from newsletter.core.host_names import host_name, is_loopback
from newsletter.smtp.timeouts import Timeouts

LONGEST_TIMEOUT = 3600.0


class Encryption(StrEnum):
    """When the session is encrypted."""

    IMPLICIT = "implicit"  # TLS from the first octet (RFC 8314 §3.3)
    REQUIRED = "required"  # STARTTLS (RFC 3207), or no session
    OFFERED = "offered"  # STARTTLS where the relay offers it
    NEVER = "never"


class Dialogue(IntEnum):
    """How the commands of several messages follow each other, the slowest first."""

    PLAIN = 1  # each command waits for the reply to the one before
    PIPELINING = 2  # a body travels with the commands of the next message (RFC 2920)
    CHUNKING = 3  # whole messages follow each other (RFC 3030 with RFC 2920)


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail leaves. The password never shows in `repr`, `describe` or an error."""

    host: str
    port: int
    encryption: Encryption = Encryption.REQUIRED
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True
    auth_in_clear: bool = False
    ca_file: Path | None = None
    dialogue: Dialogue = Dialogue.CHUNKING  # the fastest that may be used where EHLO offers it
    timeouts: Timeouts = field(default_factory=Timeouts)

    @property
    def where(self) -> str:
        """`host:port`, brackets round an IPv6 address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def describe(self) -> str:
        """For logs and pages: everything but the password."""
        user = f"{self.user}@" if self.user else ""
        return f"{user}{self.where} (encryption {self.encryption})"


@dataclass(frozen=True, slots=True)
class Protection:
    """When a session is encrypted, whether the certificate must be valid, and a password may go in clear."""

    encryption: Encryption
    verify: bool = True
    auth_in_clear: bool = False

    @classmethod
    def usual(cls, host: str, encryption: Encryption) -> "Protection":
        """What `encryption` means for a relay that nothing else is said about.

        Nobody else is on the way to this machine: there STARTTLS is used where it is offered, and no
        certificate need be valid, so that a local Postfix with a self-made one, or with none, just works.
        """
        if not is_loopback(host):
            return cls(encryption)
        required = encryption is Encryption.REQUIRED
        return cls(Encryption.OFFERED if required else encryption, verify=False, auth_in_clear=True)


def parse_smtp_url(text: str, others: Sequence[str] = ()) -> Relay:
    """The relay that `SMTP_URL` describes. `others`: options that the caller reads, and that may be misspelt.

    `smtp://user:password@host:587` is STARTTLS, required unless `?starttls=offered` or `never`. `smtps://` is
    TLS from the start. Without `starttls`, `verify` and `ca`, a loopback address has `Protection.usual`. The
    port is 465 for smtps, 587 with credentials, else 25. Other options:
    `verify=no` (loopback only), `auth_in_clear=yes`, `ca=/path/to/ca.pem`, `dialogue=plain`, `pipelining`
    or `chunking` (the fastest that is used where the relay offers it; chunking), `timeout_<phase>=seconds`.

    Raises `Refused` with one sentence that never repeats a credential.
    """
    parts = _split(text)
    host = _host(parts)
    user, password = _credentials(parts)
    options = _options(parts, others)
    encryption = _encryption(parts.scheme, options)
    if options.keys() & {"starttls", "verify", "ca"}:
        protection = Protection(encryption)
    else:
        protection = Protection.usual(host, encryption)
    relay = Relay(
        host=host,
        port=_port(parts, user),
        encryption=protection.encryption,
        user=user,
        password=password,
        verify=_switch(options, "verify", protection.verify),
        auth_in_clear=_switch(options, "auth_in_clear", protection.auth_in_clear),
        ca_file=_ca_file(options),
        dialogue=_dialogue(options),
        timeouts=_timeouts(options),
    )
    _check(relay)
    return relay


def _refused(message: str) -> Refused:
    return Refused("smtp_url", f"SMTP_URL {message}", {"SMTP_URL": message})


def _split(text: str) -> SplitResult:
    if any(ord(character) <= 32 or ord(character) == 127 for character in text):
        raise _refused("holds a space or a control character; write it percent-encoded.")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _refused("is not a URL; it should look like smtp://user:password@host:587.") from None
    if parts.scheme not in {"smtp", "smtps"}:
        raise _refused("must start with smtp:// (STARTTLS) or smtps:// (TLS from the start).")
    if parts.fragment or parts.path not in {"", "/"}:
        raise _refused(
            "has something after the host; in a password write @ : / ? # % as %40 %3A %2F %3F %23 %25."
        )
    return parts


def _host(parts: SplitResult) -> str:
    if not parts.hostname:
        raise _refused("names no host; it should look like smtp://user:password@host:587.")
    try:
        return host_name(parts.hostname)
    except ValueError:
        raise _refused("names a host that is not a valid domain name.") from None


def _port(parts: SplitResult, user: str | None) -> int:
    try:
        port = parts.port
    except ValueError:
        raise _refused(
            "has no valid port (1 to 65535); in a password write @ : / ? # % percent-encoded."
        ) from None
    if port == 0:
        raise _refused("has port 0; ports go from 1 to 65535.")
    if port is not None:
        return port
    if parts.scheme == "smtps":
        return 465
    return 587 if user else 25


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    if parts.username is None and parts.password is None:
        return None, None
    if not parts.username or not parts.password:
        raise _refused("must give both a user and a password before the @, or neither.")
    try:
        user, password = (unquote(part, errors="strict") for part in (parts.username, parts.password))
    except UnicodeDecodeError:
        raise _refused("has a user or password whose percent-encoding is not UTF-8.") from None
    if any(ord(character) < 32 or ord(character) == 127 for character in user + password):
        raise _refused("has a control character in the user or password.")
    return user, password


def _options(parts: SplitResult, others: Sequence[str]) -> dict[str, str]:
    timeouts = (f"timeout_{name}" for name in Timeouts.names())
    known = ["starttls", "verify", "auth_in_clear", "ca", "dialogue", *timeouts]
    options: dict[str, str] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key not in known:
            raise _refused(f"has an unknown option; the known ones are {', '.join([*known, *others])}.")
        if key in options:
            raise _refused(f"gives the option {key} twice.")
        options[key] = value
    return options


def _encryption(scheme: str, options: dict[str, str]) -> Encryption:
    wish = options.get("starttls")
    if scheme == "smtps":
        if wish is not None:
            raise _refused("is smtps:// (TLS from the start), so starttls has no meaning; remove it.")
        return Encryption.IMPLICIT
    if wish is None:
        return Encryption.REQUIRED
    if wish not in {"never", "offered", "required"}:
        raise _refused("has an unknown starttls; use never, offered or required.")
    return Encryption(wish)


def _switch(options: dict[str, str], key: str, default: bool) -> bool:
    value = options.get(key)
    if value is None:
        return default
    if value not in {"yes", "no"}:
        raise _refused(f"has an unknown {key}; use yes or no.")
    return value == "yes"


def _ca_file(options: dict[str, str]) -> Path | None:
    if "ca" not in options:
        return None
    path = Path(options["ca"])
    if not path.is_file():
        raise _refused("names a ca file that does not exist.")
    return path


def _dialogue(options: dict[str, str]) -> Dialogue:
    given = options.get("dialogue", Dialogue.CHUNKING.name.lower())
    try:
        return Dialogue[given.upper()]
    except KeyError:
        words = ", ".join(dialogue.name.lower() for dialogue in Dialogue)
        raise _refused(f"has an unknown dialogue; use one of {words}.") from None


def _timeouts(options: dict[str, str]) -> Timeouts:
    chosen: dict[str, float] = {}
    for name in Timeouts.names():
        if (text := options.get(f"timeout_{name}")) is None:
            continue
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds <= LONGEST_TIMEOUT:
            raise _refused(f"has a wrong timeout_{name}; use seconds from 0.1 to 3600.")
        chosen[name] = seconds
    return Timeouts(**chosen)


def _check(relay: Relay) -> None:
    if not relay.verify and not is_loopback(relay.host):
        raise _refused("says verify=no, which is only for this machine (localhost, 127.0.0.1, ::1).")
    if relay.user and relay.encryption is Encryption.NEVER and not relay.auth_in_clear:
        raise _refused(
            "would send the password without encryption; remove starttls=never, or add auth_in_clear=yes."
        )
