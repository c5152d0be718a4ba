"""What an answer says about its body, and what its absence means."""

import pytest

from newsletter.core.errors import Decision
from newsletter.pages.page import Trouble
from newsletter.pages.response import FetchFailed, read_content_type


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/html; charset=UTF-8", ("text/html", "utf-8")),
        ("TEXT/HTML ; Charset='latin1'", ("text/html", "latin1")),
        ('application/rss+xml;charset="windows-1252"', ("application/rss+xml", "windows-1252")),
        ("text/html; charset=", ("text/html", "")),
        ("image/png", ("image/png", "")),
        ("x/y; charset*=utf-8''%FFe", ("x/y", "")),
        ("a/b\r\n c", ("a/b\r\n c", "")),
        (" ", ("", "")),
    ],
)
def test_content_types(value: str, expected: tuple[str, str]) -> None:
    assert read_content_type(value) == expected


def test_only_an_absent_server_is_worth_another_try() -> None:
    assert FetchFailed(Trouble.UNREACHABLE, "Nobody is there.").decision is Decision.RETRY
    failed = FetchFailed(Trouble.PRIVATE, "It is a private address.")
    assert failed.decision is Decision.REFUSE
    assert (failed.code, str(failed)) == ("fetch_private", "It is a private address.")
