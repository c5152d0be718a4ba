"""The data directory is a whole path, whoever named it: processes that use it work in other folders."""

from pathlib import Path

import pytest

from newsletter.settings import load_settings


@pytest.mark.parametrize("named", [{}, {"DATA_DIR": "var"}, {"DATA_DIR": "./x/../var"}])
def test_a_relative_folder_is_below_the_working_directory(
    named: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(named)
    assert settings.data_dir == tmp_path / "var"
    assert settings.runtime_dir.is_absolute()
