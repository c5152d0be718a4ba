"""The limits of a transport as people type them, checked field by field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from newsletter.core.errors import Refused
from newsletter.core.text import is_line
from newsletter.smtp.url import Dialogue
from newsletter.transports.hours import parse_hours, parse_zone
from newsletter.transports.models import Transport
from newsletter.transports.provider_defaults import provider_defaults_for
from newsletter.transports.providers import PROVIDERS
from newsletter.transports.transport_config import Limits

NAME_LENGTH = 120
MOST_CONNECTIONS = 1_000
MOST_MESSAGES = 1_000_000_000
LEAST_PER_SECOND, MOST_PER_SECOND = 0.001, 100_000.0
MOST_WEIGHT = 1_000


@dataclass(frozen=True)
class LimitSettings:
    """Limits as they may be stored. None: the default of the relay (`transports.provider_defaults`).

    `dialogue`: the fastest way that it may be spoken to, a name of `smtp.url.Dialogue`.
    """

    weight: int = 1
    connections: int | None = None
    messages_per_connection: int | None = None
    per_second: float | None = None
    per_day: int | None = None
    provider_limits: Mapping[str, float] = field(default_factory=dict, hash=False)
    hours: str = ""
    zone: str = "UTC"
    warm_up_from: date | None = None
    warm_up_per_day: int | None = None
    dialogue: str = Dialogue.CHUNKING.name.lower()

    @classmethod
    def of(cls, transport: Transport) -> "LimitSettings":
        """The limits in the row of `transport`."""
        return cls(**{name: getattr(transport, name) for name in FIELDS})

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON has them, for the audit and for forms."""
        first_day = self.warm_up_from.isoformat() if self.warm_up_from else None
        return {name: getattr(self, name) for name in FIELDS} | {
            "warm_up_from": first_day,
            "provider_limits": dict(self.provider_limits),
        }

    def limits(self, host: str) -> Limits:
        """The limits that hold for a relay at `host`: these, and its defaults where a field is None."""
        defaults = provider_defaults_for(host)
        return Limits(
            connections=self.connections or defaults.connections,
            messages_per_connection=self.messages_per_connection or defaults.messages_per_connection,
            per_second=self.per_second or defaults.per_second,
            per_day=self.per_day or defaults.per_day,
            provider_limits=self.provider_limits,
            hours=self.hours,
            zone=self.zone,
            warm_up_from=self.warm_up_from,
            warm_up_per_day=self.warm_up_per_day,
        )


FIELDS = tuple(LimitSettings.__dataclass_fields__)


def check_limits(typed: Mapping[str, str], begun: LimitSettings | None = None) -> LimitSettings:
    """`begun`, or no limits, with what was typed: texts by the names of the fields; an empty one is no limit.

    Raises `Refused`, which names every bad field.
    """
    values = {name: getattr(begun or LimitSettings(), name) for name in FIELDS}
    problems: dict[str, str] = {}
    for name, text in typed.items():
        try:
            values[name] = _CHECKS[name](text.strip())
        except ValueError as error:
            problems[name] = str(error)
        except Refused as error:
            problems[name] = error.message
    if not problems and (values["warm_up_from"] is None) != (values["warm_up_per_day"] is None):
        missing = "warm_up_from" if values["warm_up_from"] is None else "warm_up_per_day"
        problems[missing] = "A warm-up needs its first day and the number of messages for that day."
    if problems:
        raise Refused("bad_limits", "These limits cannot be used.", problems)
    return LimitSettings(**values)


def check_name(text: str) -> str:
    """A name for people. Raises `Refused`."""
    name = " ".join(text.split())
    if len(name) > NAME_LENGTH or not is_line(name):
        sentence = f"Enter a name of at most {NAME_LENGTH} characters."
        raise Refused("bad_name", sentence, {"name": sentence})
    return name


def _whole(least: int, most: int) -> Callable[[str], int | None]:
    def check(text: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or not least <= int(text[:12]) <= most:
            message = f"Enter a whole number from {least} to {most}."
            raise ValueError(message)
        return int(text)

    return check


def _weight(text: str) -> int:
    weight = _whole(0, MOST_WEIGHT)(text)
    return 1 if weight is None else weight


def _rate(text: str) -> float | None:
    if not text:
        return None
    try:
        rate = float(text.replace(",", "."))
    except ValueError:
        rate = 0.0
    if not LEAST_PER_SECOND <= rate <= MOST_PER_SECOND:
        message = "Enter messages a second, such as 10, or 0.5 for one every two seconds."
        raise ValueError(message)
    return rate


def _provider_rates(text: str) -> dict[str, float]:
    """`gmail=20 yahoo=5`, with spaces or commas between."""
    rates: dict[str, float] = {}
    for piece in text.replace(",", " ").split():
        provider, _sign, number = piece.partition("=")
        if provider not in PROVIDERS:
            message = f"“{provider[:40]}” is not a known provider. Known: {', '.join(PROVIDERS)}."
            raise ValueError(message)
        rate = _rate(number)
        if rate is None:
            message = "Enter each provider with its messages a second, such as gmail=20."
            raise ValueError(message)
        rates[provider] = rate
    return rates


def _dialogue(text: str) -> str:
    word = text.lower() or LimitSettings().dialogue
    if word.upper() not in Dialogue.__members__:
        message = f"Write one of {', '.join(name.lower() for name in Dialogue.__members__)}."
        raise ValueError(message)
    return word


def _hours(text: str) -> str:
    return str(parse_hours(text) or "")


def _zone(text: str) -> str:
    return parse_zone(text or "UTC").key


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = "Enter a date such as 2026-09-01."
        raise ValueError(message) from None


_CHECKS: dict[str, Callable[[str], object]] = {
    "weight": _weight,
    "connections": _whole(1, MOST_CONNECTIONS),
    "messages_per_connection": _whole(1, MOST_MESSAGES),
    "per_second": _rate,
    "per_day": _whole(1, MOST_MESSAGES),
    "provider_limits": _provider_rates,
    "hours": _hours,
    "zone": _zone,
    "warm_up_from": _date,
    "warm_up_per_day": _whole(1, MOST_MESSAGES),
    "dialogue": _dialogue,
}
