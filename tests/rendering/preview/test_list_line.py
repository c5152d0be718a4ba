"""What three mail programs show of a message before it is opened."""

import pytest

from newsletter.rendering.preview.list_line import MAIL_LISTS, cut, list_lines


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("Nine letters", 12, "Nine letters"),
        ("Nine letters", 11, "Nine lette…"),
        ("Nine letters", 6, "Nine…"),
        ("Two\n  lines", 20, "Two lines"),
        ("新聞週報新聞", 7, "新聞週…"),
        ("Cafe\u0301 noir", 6, "Cafe\u0301…"),
        ("👩\u200d🚀 in space", 4, "👩…"),
        ("صحيفة الأسبوع", 8, "صحيفة ا…"),
        ("", 5, ""),
    ],
)
def test_a_line_is_cut_where_it_is_too_wide(text: str, columns: int, shown: str) -> None:
    assert cut(text, columns) == shown


def test_each_program_cuts_at_its_own_width() -> None:
    long = "x" * 10_000
    lines = list_lines(long, long, long)
    assert [line.mail_list for line in lines] == list(MAIL_LISTS)
    for line in lines:
        widths = (line.mail_list.sender, line.mail_list.subject, line.mail_list.preheader)
        assert (len(line.sender), len(line.subject), len(line.preheader)) == widths
    assert len({line.subject for line in lines}) == 3
