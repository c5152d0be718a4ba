"""One row of a file: who it is about, what it says of them, and whether they may be written to."""

import ipaddress
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from newsletter.core import clock
from newsletter.core.addresses import Address
from newsletter.core.errors import Refused
from newsletter.core.language_tag import language_tag
from newsletter.core.text import one_line
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.attributes.values import read_json_value, read_value
from newsletter.subscribers.frequency import MONTHLY
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.imports.titles import ATTRIBUTE, Field

MOST_TAGS = 50  # of one person in a file
LONGEST_TAG = 120  # characters
LONGEST_SOURCE = 200  # characters


class Details(NamedTuple):
    """What a row says beside address and name. `attributes` are typed values by key."""

    language: str = ""
    attributes: Mapping[str, Any] = {}
    tags: tuple[str, ...] = ()  # names, as they are written
    muted_topics: tuple[str, ...] = ()
    consent_at: datetime | None = None
    consent_source: str = ""
    consent_ip: str = ""
    left_at: datetime | None = None  # when they left, bounced or complained
    monthly: bool | None = None  # one summary a month instead of each issue; None: nothing is said
    paused_until: datetime | None = None


NO_DETAILS = Details()


class Row(NamedTuple):
    """One person of the file; `left_out` is why the file itself says that they are not to be written to."""

    line: int
    address: Address
    name: str
    left_out: FileState | None = None
    details: Details = NO_DETAILS


def read_details(
    further: Sequence[tuple[int, str]], cells: Sequence[str], attributes: Mapping[str, Attribute]
) -> Details:
    """What the columns `further` say. Raises `Refused` for a value that does not fit its attribute."""
    facts: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for place, field in further:
        cell = cells[place].strip()
        if not cell:
            continue
        if field.startswith(ATTRIBUTE):
            attribute = attributes[field.removeprefix(ATTRIBUTE)]
            values[attribute.key] = read_value(attribute, cell)
        elif field == Field.ATTRIBUTES:
            values |= _from_object(cell, attributes)
        else:
            name, read = _READERS[field]
            facts[name] = read(cell)
    if values:
        facts["attributes"] = {key: value for key, value in values.items() if value is not None}
    return Details(**facts) if facts else NO_DETAILS


def read_moment(cell: str) -> datetime | None:
    """The moment in an ISO 8601 cell; without a zone it is in UTC. None for another notation."""
    try:
        moment = datetime.fromisoformat(cell.strip().removesuffix(" UTC"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the latter: outside of the years that there are
        return None


def running_pause(details: Details) -> datetime | None:
    """Until when a pause goes on that is not over by now."""
    until = details.paused_until
    return until if until is not None and until > clock.now() else None


def _from_object(cell: str, attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    """The values of a JSON object whose keys are attributes; other keys are not kept."""
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise Refused("bad_value", f"“{cell[:40]}” is not a JSON object of attributes.")
    return {
        key: read_json_value(attributes[key], value) for key, value in values.items() if key in attributes
    }


def _names(cell: str) -> tuple[str, ...]:
    """The names in a list: of JSON, or separated by commas, semicolons or bars."""
    listed: list[Any] | None = None
    if cell.startswith("["):
        try:
            listed = json.loads(cell)
        except (ValueError, RecursionError):
            listed = None
    parts = (
        [part.get("name") if isinstance(part, dict) else part for part in listed]
        if isinstance(listed, list)
        else re.split(r"[,;|]", cell)
    )
    names = (one_line(str(part)).strip(" \"'")[:LONGEST_TAG] for part in parts if part)
    return tuple(dict.fromkeys(name for name in names if name))[:MOST_TAGS]


def _language(cell: str) -> str:
    """A language tag (BCP 47) of at most 16 characters; empty for the name of a language."""
    return language_tag(cell) if len(cell) <= 16 else ""


def _ip(cell: str) -> str:
    try:
        return str(ipaddress.ip_address(cell))
    except ValueError:
        return ""


def _is_monthly(cell: str) -> bool:
    return cell.strip().lower() == MONTHLY


def _source(cell: str) -> str:
    return one_line(cell)[:LONGEST_SOURCE]


_READERS: dict[str, tuple[str, Any]] = {
    Field.LANGUAGE: ("language", _language),
    Field.TAGS: ("tags", _names),
    Field.MUTED_TOPICS: ("muted_topics", _names),
    Field.CONSENT_AT: ("consent_at", read_moment),
    Field.CONSENT_SOURCE: ("consent_source", _source),
    Field.CONSENT_IP: ("consent_ip", _ip),
    Field.FREQUENCY: ("monthly", _is_monthly),
    Field.PAUSED_UNTIL: ("paused_until", read_moment),
}
