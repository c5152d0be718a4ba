"""Files and folders are their owner's alone, whoever makes them; the doctor looks."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.settings import Settings, load_settings
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    """As most machines have it: everybody may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def database(settings: Settings) -> Path:
    """The file of the test's database, which is in no data directory, closed to others."""
    file = Path(settings.effective_database_url.removeprefix("sqlite:///"))
    for each in file.parent.glob(f"{file.name}*"):
        each.chmod(0o600)
    return file


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_whoever_loads_its_environment_shares_nothing_that_it_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    loaded = load_settings()
    assert loaded.secrets  # makes the key, and the folder it lies in
    (loaded.data_dir / "media").mkdir()
    assert _mode(loaded.data_dir) == _mode(loaded.data_dir / "media") == 0o700
    assert _mode(loaded.data_dir / "secret-key") == 0o600


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
