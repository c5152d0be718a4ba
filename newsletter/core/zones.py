"""Time zones by their names in the IANA database, such as `Europe/Rome`."""

from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

# Zones that people know by a city; names such as `US/Eastern` or `Etc/GMT+3` are aliases or without a place.
REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/"),
    *("Indian/", "Pacific/"),
)


@lru_cache(maxsize=128)
def find_zone(name: str) -> ZoneInfo | None:
    """The zone called `name`; None when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no relative path; a folder such as `Europe`
        return None


def zone_or_utc(name: str) -> ZoneInfo:
    """The zone called `name`, or UTC: for showing a time that is right either way."""
    return find_zone(name) or ZoneInfo("UTC")


@cache
def zone_names() -> frozenset[str]:
    """The name of every zone there is."""
    return frozenset(available_timezones())


@cache
def city_zones() -> tuple[str, ...]:
    """What a form proposes: UTC, then the zones named after a city, by name."""
    return ("UTC", *sorted(name for name in zone_names() if name.startswith(REGIONS)))


def zone_called(text: str) -> str:
    """The zone that is meant by `text`: its name, in any case of letters, or its city; else `text` itself."""
    return _by_spelling().get(_spelling(text)) or text.strip()


@cache
def _by_spelling() -> dict[str, str]:
    """Every zone by its name, and those that forms propose by their city; of two such cities the first."""
    by_city = {_spelling(name.rpartition("/")[2]): name for name in reversed(city_zones())}
    return by_city | {_spelling(name): name for name in zone_names()}


def _spelling(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()
