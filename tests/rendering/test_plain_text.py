"""Plain text: short lines, whole URLs."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.plain_text import WIDTH, tidy, underlined, wrapped


@given(st.text(st.sampled_from("abc de\n-1. "), max_size=300))
def test_lines_are_short_and_words_are_kept(text: str) -> None:
    result = wrapped(text)
    assert result.split() == text.split()
    assert all(len(line) <= WIDTH or " " not in line.strip() for line in result.split("\n"))


def test_urls_are_never_broken() -> None:
    url = "https://example.org/" + "a-b/" * 40
    assert url in wrapped(f"See {url} for more.").split()


def test_entries_of_lists_hang_by_their_mark() -> None:
    assert wrapped("- " + "word " * 20).split("\n")[1].startswith("  word")
    assert wrapped("10. " + "word " * 20).split("\n")[1].startswith("    word")


def test_an_indent_stands_before_every_line() -> None:
    assert wrapped("a\nb", "> ") == "> a\n> b"
    assert all(line.startswith("> ") for line in wrapped("word " * 40, "> ").split("\n"))


def test_headings_are_underlined() -> None:
    assert underlined("A\n title") == "A title\n-------"
    assert underlined("é", "=") == "é\n==="


def test_tidying() -> None:
    assert tidy("\n\na  \n\n\n\nb\n\n") == "a\n\nb\n"
