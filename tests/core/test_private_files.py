"""Files and folders are their owner's alone, whoever makes them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.settings import load_settings


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    """As most machines have it: everybody may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


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
