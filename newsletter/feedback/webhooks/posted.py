"""What a provider posts, and the account that it must be signed for."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.core.errors import Refused
from newsletter.feedback.events import FeedbackEvent

MOST_OCTETS = 2 * 1024 * 1024  # of one post
MOST_EVENTS = 1_000
WINDOW = timedelta(minutes=5)  # of time between signing and reading, to either side


class WebhookRefused(Refused):
    """A post that changes nothing; its code says why: webhook_unsigned, webhook_forged, webhook_stale, …"""


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it came: its octets, its headers with names in lower case, and the time."""

    raw: bytes
    headers: Mapping[str, str]
    now: datetime


@dataclass(frozen=True, slots=True)
class HookAccount:
    """What is known of the account at the provider.

    secret:            the signing key, the public key, or the password, as the provider's pages show it
    topics:            the topics of Amazon SNS that are believed (`arn:…`)
    fetch_certificate: gets the PEM certificate at a URL whose host was checked; may raise anything
    """

    secret: str = field(default="", repr=False)
    topics: tuple[str, ...] = ()
    fetch_certificate: Callable[[str], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a genuine post says.

    replay_key:  the same each time that the same post comes; a second one changes nothing
    confirm_url: to be asked for once, where a provider wants its subscription confirmed
    """

    events: tuple[FeedbackEvent, ...]
    replay_key: str
    confirm_url: str = ""


def unsigned() -> WebhookRefused:
    return WebhookRefused("webhook_unsigned", "The post is not signed.")


def forged() -> WebhookRefused:
    return WebhookRefused("webhook_forged", "The signature of the post is not genuine.")


def check_time(signed_at: datetime, now: datetime, window: timedelta = WINDOW) -> None:
    """Raise `WebhookRefused` for what was signed too long ago, or in the future."""
    if abs(now - signed_at) > window:
        raise WebhookRefused("webhook_stale", "The post was signed at another time.")


def check_password(posted: Posted, secret: str) -> None:
    """The password of those that sign nothing: `Bearer SECRET`, or `Basic` with SECRET as `user:password`.

    Raises `WebhookRefused`.
    """
    scheme, _, given = posted.headers.get("authorization", "").partition(" ")
    if not given:
        raise unsigned()
    if scheme.lower() == "basic":
        given = _decoded(given).decode("utf-8", "replace")
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        raise forged()


def moment(seconds: Any) -> datetime:
    """The moment of a Unix time; `WebhookRefused` for what is none."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise unsigned() from error


def moment_or_none(value: Any) -> datetime | None:
    """A moment as payloads write it: Unix time, or ISO 8601; None for anything else."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        parsed = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def decoded_signature(text: str) -> bytes:
    """Base64 as signatures are written; `WebhookRefused` for what is none."""
    octets = _decoded(text)
    if not octets:
        raise forged()
    return octets


def read_json(raw: bytes) -> Any:
    """The JSON of a post; `WebhookRefused` for what is none, or too much."""
    if len(raw) > MOST_OCTETS:
        raise WebhookRefused("webhook_too_large", "The post is too large.")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise unreadable() from error


def unreadable() -> WebhookRefused:
    return WebhookRefused("webhook_unreadable", "The post cannot be read.")


def mapping(value: Any) -> dict[str, Any]:
    """`value` where it is a JSON object, else an empty one: providers leave out what they like."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The objects in a JSON array, at most `MOST_EVENTS`."""
    return [each for each in value[:MOST_EVENTS] if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """`value` as text; empty for null and for what is no scalar."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""
