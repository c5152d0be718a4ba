"""Pages and commands run on SQLite; each module has a test that asks PostgreSQL the same."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
# What they have in common, and what asks no database.
MODULES = sorted(
    path.relative_to(TESTS).as_posix()
    for folder in ("web", "cli")
    for path in (TESTS / folder).rglob("test_*.py")
)
WITHOUT: set[str] = set()
MARK = re.compile(r"^\s*@both_databases$", re.MULTILINE)


@pytest.mark.parametrize("module", sorted(set(MODULES) - WITHOUT))
def test_has_a_test_that_runs_on_both(module: str) -> None:
    assert MARK.search((TESTS / module).read_text(encoding="utf-8"))
