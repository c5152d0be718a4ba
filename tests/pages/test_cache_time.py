"""When a server wants to be asked again."""

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from newsletter.pages.cache_time import LONGEST_WAIT, conditional_headers, next_request_seconds

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
AN_HOUR_LATER = "Fri, 27 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=600"}, 600),
        ({"Cache-Control": "public, MAX-AGE = 600, must-revalidate"}, 600),
        ({"Cache-Control": 'max-age="600"'}, 600),
        ({"Cache-Control": "s-maxage=900"}, None),
        ({"Cache-Control": "x-max-age=900, max-age=-1"}, None),
        ({"Cache-Control": "max-age=99999999999999"}, LONGEST_WAIT),
        ({"Cache-Control": "max-age=600", "Age": "200"}, 400),
        ({"Cache-Control": "max-age=600", "Age": "900"}, 0),
        ({"Cache-Control": "max-age=600", "Age": "old"}, 600),
        ({"Cache-Control": "no-cache, max-age=600"}, 0),
        ({"Cache-Control": "no-store"}, 0),
        ({"Cache-Control": "max-age=60", "Expires": AN_HOUR_LATER}, 60),
        ({"Cache-Control": "private", "Expires": AN_HOUR_LATER}, 3_600),
        ({"Expires": AN_HOUR_LATER, "Date": "Fri, 27 Nov 2026 08:30:00 GMT"}, 1_800),
        ({"Expires": AN_HOUR_LATER, "Date": "today"}, 3_600),
        ({"Expires": "Friday, 27-Nov-26 09:00:00 GMT"}, 3_600),
        ({"Expires": "Fri, 27 Nov 2026 07:00:00 GMT"}, 0),
        ({"Expires": "0"}, 0),
        ({"Expires": "-1"}, 0),
        ({"Retry-After": "120", "Cache-Control": "max-age=600"}, 120),
        ({"Retry-After": AN_HOUR_LATER}, 3_600),
        ({"Retry-After": "Fri, 27 Nov 2026 07:00:00 GMT"}, 0),
        ({"Retry-After": "999999999999999999999"}, LONGEST_WAIT),
        ({"Retry-After": "soon", "Cache-Control": "max-age=600"}, 600),
        ({"Retry-After": "-5"}, None),
    ],
)
def test_when_to_ask_again(headers: dict[str, str], seconds: int | None) -> None:
    assert next_request_seconds(headers, NOW) == seconds
    in_lower_case = CaseInsensitiveDict({name.lower(): value for name, value in headers.items()})
    assert next_request_seconds(in_lower_case, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({}, {}),
        ({"ETag": 'W/"a"'}, {"If-None-Match": 'W/"a"'}),
        ({"Last-Modified": AN_HOUR_LATER}, {"If-Modified-Since": AN_HOUR_LATER}),
        (
            {"ETag": ' "a" ', "Last-Modified": AN_HOUR_LATER},
            {"If-None-Match": '"a"', "If-Modified-Since": AN_HOUR_LATER},
        ),
        ({"ETag": "", "Last-Modified": " "}, {}),
        ({"ETag": '"a"\r\nX: y', "Last-Modified": "ä"}, {}),
        ({"ETag": "a" * 2_000}, {}),
    ],
)
def test_asking_whether_anything_changed(headers: dict[str, str], sent: dict[str, str]) -> None:
    assert conditional_headers(headers) == sent
