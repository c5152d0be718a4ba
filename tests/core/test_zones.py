"""Time zones by name."""

from zoneinfo import ZoneInfo

import pytest

from newsletter.core.zones import city_zones, find_zone, zone_called, zone_names, zone_or_utc


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/Nowhere", "../etc/passwd", "/etc/passwd", "a\0b", "?" * 300]
)
def test_what_is_no_zone_is_not_found(name: str) -> None:
    assert find_zone(name) is None
    assert zone_or_utc(name) == ZoneInfo("UTC")


def test_zones_are_found_by_name() -> None:
    assert find_zone("Europe/Rome") == ZoneInfo("Europe/Rome")
    assert zone_or_utc("Asia/Tokyo").key == "Asia/Tokyo"


def test_forms_propose_utc_and_the_zones_of_cities() -> None:
    assert city_zones()[0] == "UTC"
    assert {"Europe/Rome", "America/Argentina/Buenos_Aires", "Arctic/Longyearbyen"} <= set(city_zones())
    assert not {"US/Eastern", "Etc/GMT+3", "EST"} & set(city_zones())
    assert set(city_zones()) <= zone_names()


def test_a_city_names_its_zone() -> None:
    said = {
        "Rome": "Europe/Rome",
        " new  york": "America/New_York",
        "europe/rome": "Europe/Rome",
        "utc": "UTC",
    }
    assert {text: zone_called(text) for text in said} == said
    assert zone_called("Atlantis") == "Atlantis"
