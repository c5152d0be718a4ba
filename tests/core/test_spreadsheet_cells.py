"""No text is a formula in a spreadsheet, and each can be had back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.spreadsheet_cells import FORMULA_STARTS, original_text, safe_text


@given(st.text(alphabet="'=+-@\t\r\nab ＝", max_size=8))
def test_every_text_can_be_had_back(text: str) -> None:
    cell = safe_text(text)
    assert original_text(cell) == text
    assert not cell.startswith(FORMULA_STARTS)


@pytest.mark.parametrize(
    ("text", "cell"), [("=1", "'=1"), ("'=1", "''=1"), ("'tis", "'tis"), ("Ana", "Ana"), ("", "")]
)
def test_only_what_would_be_a_formula_is_changed(text: str, cell: str) -> None:
    assert safe_text(text) == cell
