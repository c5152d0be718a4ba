"""Which names of charsets are believed."""

import pytest

from newsletter.core.charsets import text_charset


@pytest.mark.parametrize("name", ["utf-8", " UTF8 ", "latin1", "windows-1252", "ISO_8859-1", "utf-16"])
def test_charsets_of_texts(name: str) -> None:
    assert "Bö".encode(name.strip()).decode(text_charset(name)) == "Bö"


NONE = "none-such a\0b punycode PunyCode! idna raw_unicode_escape undefined base64 hex zip rot13 üü \ud800"


@pytest.mark.parametrize("name", ["", "unicode escape", *NONE.split(" ")])
def test_what_is_none(name: str) -> None:
    assert text_charset(name) == ""
