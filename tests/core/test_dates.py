"""Days in words: one form for each language."""

from datetime import date

import pytest

from newsletter.core.dates import write_day

DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("language", "long", "full"),
    [
        ("en", "30 November 2026", "Monday, 30 November 2026"),
        ("en-US", "November 30, 2026", "Monday, November 30, 2026"),
        ("en-XX", "30 November 2026", "Monday, 30 November 2026"),
        ("de-AT", "30. November 2026", "Montag, 30. November 2026"),
        ("it", "30 novembre 2026", "lunedì 30 novembre 2026"),
        ("fr", "30 novembre 2026", "lundi 30 novembre 2026"),
        ("ar", "30 نوفمبر 2026", "الاثنين، 30 نوفمبر 2026"),
        ("tlh", "30 November 2026", "Monday, 30 November 2026"),
    ],
)
def test_a_day_in_words(language: str, long: str, full: str) -> None:
    assert write_day(DAY, language) == long
    assert write_day(DAY, language, "full") == full
