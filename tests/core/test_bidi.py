"""Characters that turn words around, or that nobody sees."""

import pytest

from newsletter.core.bidi import find_misleading, find_override, main_direction, without_misleading


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Plan \u202efdp.exe", "Character 6, the invisible U+202E (right-to-left override), reverses"),
        ("a\u202db", "reverses the text after it"),
        ("a\u202bb", "is never closed"),
        ("a\u2067b\u2069 c\u2068", "Character 7"),
        ("pay\u200bday", "U+200B (zero width space), cannot be seen"),
        ("news\ufeff", "cannot be seen"),
        ("\u200dnews", "cannot be seen"),
        ("🎉\u200d", "cannot be seen"),
        ("naïve\u200cé", "cannot be seen"),
    ],
)
def test_misleading_lines_are_told_with_the_place(line: str, problem: str) -> None:
    assert problem in find_misleading(line)
    assert find_misleading(without_misleading(line)) == ""


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Plain",
        "Grundstücks\u00adverkehr",
        "می\u200cخواهم",
        "👩\u200d🔧 at work",
        "🏳️\u200d🌈",
        "ភាសា\u200bខ្មែរ",
        "of \u2068علي\u2069 and \u202bعلي\u202c",
        "مرحبا\u200f!",
    ],
)
def test_what_scripts_and_emoji_need_may_stay(line: str) -> None:
    assert find_misleading(line) == ""
    assert without_misleading(line) == line


def test_only_overrides_are_refused_in_long_texts() -> None:
    assert find_override("a\u200bb \u2068") == ""
    assert "Character 2" in find_override("a\u202eb")


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("", ""),
        ("12 – 5", ""),
        ("Hafen", "ltr"),
        ("ميناء", "rtl"),
        ("Reuters: افتتح الميناء الجديد", "rtl"),
        ("العربية reports from the harbour", "ltr"),
        ("Ελλάδα", "ltr"),
    ],
)
def test_the_direction_of_most_letters(text: str, direction: str) -> None:
    assert main_direction(text) == direction
