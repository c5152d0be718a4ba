"""Pages and commands run on SQLite; each of their modules has a test that asks the same of PostgreSQL."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FOLDERS = ("web/accounts", "web/admin", "web/public", "cli")
MODULES = sorted(
    path.relative_to(TESTS).as_posix()
    for folder in FOLDERS
    for path in (TESTS / folder).rglob("test_*.py")
    if path.parent.name != "run"  # processes, not commands
)
MARK = re.compile(r"^\s*@both_databases$", re.MULTILINE)
# A module that says which database it is about.
CHOSEN = re.compile(r"^pytestmark = .*\"database_url\"", re.MULTILINE)
# What reads or writes the database. The rest asks it nothing.
USES = re.compile(r"def test_\w+\([^)]*\b(session|client|admin_client|editor_client|visitor|run)\b")


@pytest.mark.parametrize("module", MODULES)
def test_some_test_runs_on_both(module: str) -> None:
    text = (TESTS / module).read_text(encoding="utf-8")
    assert MARK.search(text) or CHOSEN.search(text) or not USES.search(text)
