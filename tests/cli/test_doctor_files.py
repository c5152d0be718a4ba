"""The doctor finds files and folders that other users of the machine can open."""

from pathlib import Path

import pytest

from newsletter.settings import Settings
from tests.cli.conftest import Run
from tests.databases import both_databases


@pytest.fixture
def database(settings: Settings) -> Path:
    """The file of the test's database, which is in no data directory, closed to others (if it is a file)."""
    file = Path(settings.effective_database_url.removeprefix("sqlite:///"))
    for each in file.parent.glob(f"{file.name}*"):
        each.chmod(0o600)
    return file


@both_databases
def test_the_doctor_names_what_others_can_open(run: Run, settings: Settings, database: Path) -> None:
    assert run("doctor", "--json").json["files"]["ok"], database
    notes = settings.data_dir / "log" / "web.log"
    notes.parent.mkdir(parents=True)
    notes.touch(mode=0o600)
    assert run("doctor", "--json").json["files"]["ok"]
    notes.chmod(0o640)
    said = run("doctor", "--json").json["files"]
    assert not said["ok"]
    assert str(notes) in said["message"]
    assert f"chmod -R go-rwx {settings.data_dir}" in said["message"]


def test_the_doctor_looks_at_a_database_that_lies_elsewhere(run: Run, database: Path) -> None:
    assert run("doctor", "--json").json["files"]["ok"]
    database.chmod(0o644)
    said = run("doctor", "--json").json["files"]
    assert not said["ok"]
    assert f"chmod go-rwx {database}*" in said["message"]
