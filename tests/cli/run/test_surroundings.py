"""Bad surroundings are told in one sentence that says what to do."""

import os
import socket
from pathlib import Path

import pytest

from newsletter.cli.run import surroundings
from newsletter.core.errors import Refused
from newsletter.settings import Settings
from tests.servers.processes import free_port


def test_a_data_dir_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"cannot be written \(Not a directory\).*DATA_DIR"):
        surroundings.check_data_dir(tmp_path / "file" / "var")


def test_a_data_dir_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    place = Path("/proc/self") if os.geteuid() == 0 else tmp_path  # root may write everywhere but there
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
    with pytest.raises(Refused, match=r"cannot be written .*DATA_DIR"):
        surroundings.check_data_dir(place / "var")


@pytest.mark.parametrize("variable", ["PORT", "MAILBOX_PORT"])
def test_a_taken_port_is_refused_with_another_one(tmp_path: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        ports = {"port": free_port(), "mailbox_port": free_port(), variable.lower(): taken}
        with pytest.raises(Refused, match=rf"Port {taken} is taken .* {variable}={taken + 1}\."):
            surroundings.check_ports(Settings.model_validate({"data_dir": tmp_path, **ports}))


def test_free_ports_are_not_refused(tmp_path: Path) -> None:
    surroundings.check_ports(Settings(data_dir=tmp_path, port=free_port(), mailbox_port=free_port()))
    surroundings.check_ports(
        Settings(data_dir=tmp_path, host="::1", port=free_port(), mailbox_port=free_port())
    )


def test_a_host_that_is_not_here_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"HOST=.* set HOST=127\.0\.0\.1"):
        surroundings.check_ports(Settings(data_dir=tmp_path, host="192.0.2.1", port=free_port()))


@pytest.mark.parametrize("host", ["no such host", "a" * 70])
def test_what_is_no_host_is_no_setting(tmp_path: Path, host: str) -> None:
    with pytest.raises(ValueError, match=r"an address of this machine, such as 127\.0\.0\.1"):
        Settings(data_dir=tmp_path, host=host, port=free_port())


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:hush@127.0.0.1:1/news",
        "postgresql+psycopg://ana:hush@127.0.0.1:1/news",
        "postgres://ana:hush@127.0.0.1:1/news",
    ],
)
def test_a_database_that_does_not_answer_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(
        Refused, match=r"DATABASE_URL \(127\.0\.0\.1:1\) cannot be used: .*refused"
    ) as refused:
        surroundings.check_database(url)
    assert "hush" not in refused.value.message
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    "url", ["redis://:hush@127.0.0.1:1/0", "unix:///nowhere/at.all", "http://127.0.0.1:1"]
)
def test_a_redis_that_does_not_answer_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Refused, match=r"REDIS_URL \(.*\) cannot be used: ") as refused:
        surroundings.check_redis(url)
    assert "hush" not in refused.value.message
    assert "\n" not in refused.value.message


def test_servers_that_answer_are_not_refused(postgres_url: str, redis_url: str) -> None:
    surroundings.check_database(postgres_url)
    surroundings.check_redis(redis_url)
    surroundings.check_database("sqlite:///anywhere.db")


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(runtime / "valkey.sock"))
    (runtime / "supervisord.pid").write_text("1\n")
    surroundings.prepare_runtime_dir(runtime)
    assert list(runtime.iterdir()) == []
    assert runtime.stat().st_mode & 0o777 == 0o700


def test_a_runtime_dir_that_somebody_laid_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "theirs")
    with pytest.raises(Refused, match="belongs to another user"):
        surroundings.prepare_runtime_dir(tmp_path / "run")
