"""The supervisor understands the configuration as it is meant, wherever the data directory is."""

import os
import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from supervisor.options import ServerOptions

from newsletter.cli.run.config import configuration, environment
from newsletter.cli.run.programs import Program, programs
from newsletter.settings import Settings
from tests.extent import usual
from tests.processes import procfile

NAMES = st.text(alphabet=st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=20)


def understood(text: str, values: dict[str, str], folder: Path) -> dict[str, object]:
    """What supervisord makes of the configuration, by program; the environment is put back afterwards."""
    path = folder / "supervisord.conf"
    path.write_text(text, encoding="ascii")
    before, place = dict(os.environ), Path.cwd()
    for name in ("log", "run"):
        (folder / name).mkdir(exist_ok=True)
    try:
        os.environ.clear()
        os.environ.update(values)
        os.chdir(folder)
        options = ServerOptions()
        options.realize(["-c", str(path)])
        return {
            process.name: process
            for group in options.process_group_configs
            for process in group.process_configs
        }
    finally:
        os.chdir(place)
        os.environ.clear()
        os.environ.update(before)


# The supervisor takes a tenth of a second to read a file.
@settings(max_examples=usual(10, soak=1_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAMES, min_size=1, max_size=3))
def test_odd_paths_reach_the_programs_unchanged(tmp_path: Path, odd: list[str]) -> None:
    arguments = ("program", *odd)
    program = Program("bulk", arguments)
    given_settings = Settings(data_dir=tmp_path)
    values = environment(given_settings, [program], tmp_path / odd[0], {"PATH": os.environ["PATH"]})
    process = understood(configuration([program], as_root=False), values, tmp_path)["bulk"]
    command = shlex.split(process.command)  # type: ignore[attr-defined]
    assert tuple(command[-len(arguments) :]) == arguments
    assert command[0] == sys.executable
    assert str(tmp_path / odd[0]) in command


def test_embedded_parts_start_first_and_everything_restarts(tmp_path: Path) -> None:
    given_settings = Settings(data_dir=tmp_path)
    everything = programs(given_settings)
    values = environment(given_settings, everything, tmp_path / "lock", os.environ)
    understood_programs = understood(configuration(everything, as_root=False), values, tmp_path)
    assert set(understood_programs) == {program.name for program in everything}
    for process in understood_programs.values():
        assert process.autorestart is not False  # type: ignore[attr-defined]
        assert process.killasgroup  # type: ignore[attr-defined]
        assert process.startretries > 100_000  # type: ignore[attr-defined]
        assert process.stdout_logfile.startswith("log/")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given_urls", "parts"),
    [
        ({}, {"valkey", "mailbox"}),
        ({"redis_url": "redis://localhost"}, {"mailbox"}),
        ({"smtp_url": "smtp://localhost"}, {"valkey"}),
        ({"redis_url": "redis://localhost", "smtp_url": "smtp://localhost"}, set()),
    ],
)
def test_only_what_no_url_names_is_embedded(
    tmp_path: Path, given_urls: dict[str, str], parts: set[str]
) -> None:
    given_settings = Settings.model_validate({"data_dir": tmp_path, **given_urls})
    assert {program.name for program in programs(given_settings) if program.part} == parts


def test_the_web_server_is_that_of_the_procfile(tmp_path: Path) -> None:
    lines = procfile()
    (service,) = [program for program in programs(Settings(data_dir=tmp_path)) if not program.part]
    assert shlex.split(lines["web"])[-1] == service.arguments[-1]
    assert list(lines)[:2] == ["release", "web"]
