"""What the reader promises over pages of many makes: shares of right values, and nothing invented."""

from functools import cache

import pytest

from tests.pages.metadata_table import FIXTURES, TARGETS, Result, results, share_right, table


@cache
def rows() -> list[Result]:
    return list(results())


@pytest.mark.parametrize("field", TARGETS)
def test_target_is_met(field: str) -> None:
    count = table(rows())[field]
    wrong = [row for row in rows() if row.field == field and row.verdict in ("wrong", "missing")]
    assert share_right(count) >= TARGETS[field], wrong


def test_nothing_is_invented() -> None:
    assert [row for row in rows() if row.verdict == "invented"] == []


def test_every_page_is_in_the_table() -> None:
    pages = {path.stem for path in FIXTURES.glob("*.html")}
    assert pages == {row.page for row in rows()}
    assert len(pages) >= 40
