"""Commands are quick because they import little: what only some of them need is not imported by others."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# What takes long to import, and belongs to the web server, the workers, or to single commands.
ELSEWHERE = {
    "PIL",
    "aiosmtpd",
    "alembic",
    "babel",
    "celery",
    "cryptography",
    "cssutils",
    "dns",
    "email_validator",
    "flask",
    "flask_security",
    "jinja2",
    "kombu",
    "lxml",
    "markdown_it",
    "nh3",
    "premailer",
    "psycopg",
    "pydantic_settings",
    "redis",
    "requests",
    "structlog",
    "supervisor",
    "werkzeug",
}

COMMAND = "from newsletter.cli import main; main()"
ASK = """
import json, sys
from newsletter.cli import main
try:
    main()
except SystemExit as ended:
    print(file=sys.stderr)
    print(json.dumps([ended.code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


def environment(data_dir: Path) -> dict[str, str]:
    """The environment of a command on `data_dir` with all parts embedded."""
    return os.environ | {"DATA_DIR": str(data_dir), "DATABASE_URL": "", "REDIS_URL": "", "SMTP_URL": ""}


def imported(data_dir: Path, *arguments: str) -> set[str]:
    """The top-level packages that `newsletter ARGUMENTS…` imports on SQLite; fails unless it exits with 0."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK, *arguments],
        env=environment(data_dir),
        capture_output=True,
        text=True,
        check=True,
    )
    code, names = json.loads(asked.stderr.splitlines()[-1])
    assert code == 0, asked.stderr
    return set(names)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A data directory with an empty database that is up to date."""
    folder = tmp_path_factory.mktemp("var")
    (folder / "newsletter.db").write_bytes(sqlite_template.read_bytes())
    return folder


@pytest.mark.parametrize(
    "command", ["issue list --json", "publication list --json", "mailing list --json", "media list --json"]
)
def test_a_command_on_the_database_imports_what_it_needs(data_dir: Path, command: str) -> None:
    names = imported(data_dir, *command.split())
    assert "sqlalchemy" in names
    assert names & (ELSEWHERE | {"rich"}) == set()


def test_a_command_ends_without_a_search_for_garbage_and_leaves_no_log_of_the_database(
    data_dir: Path,
) -> None:
    ends = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count(), file=sys.stderr))"
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; {ends}; {COMMAND}", "publication", "list", "--json"],
        env=environment(data_dir),
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(ended.stderr) > 10_000
    assert [path.name for path in data_dir.glob("newsletter.db*")] == ["newsletter.db"]


@pytest.mark.parametrize("words", ["--help", "--version", "run --help"])
def test_help_imports_hardly_anything(tmp_path: Path, words: str) -> None:
    names = imported(tmp_path, *words.split())
    assert names & (ELSEWHERE | {"pydantic", "rich", "sqlalchemy"}) == set()


def test_an_upgrade_imports_no_accounts(tmp_path: Path) -> None:
    names = imported(tmp_path, "db", "upgrade")
    assert "alembic" in names
    assert names & {"flask", "flask_security"} == set()
