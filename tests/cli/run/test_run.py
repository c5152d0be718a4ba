"""`newsletter run` as an operator meets it: it starts, recovers, refuses in one sentence, ends completely."""

import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from newsletter.health.file_modes import open_to_others
from newsletter.smtp.mailbox import list_messages
from tests.cli.run.running import Run, wait_until
from tests.servers import create_database, start_postgres, start_valkey

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc"),
]

# Names that a shell, a configuration file or a socket might stumble over.
STRANGE, LONG = "a b;#%s %(x)s é'\"\\", "long/" + "/".join(["x" * 60] * 4)
ALWAYS_THERE = {"transactional", "periodic"}  # the others are started when a job waits for them


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Start runs that are surely gone at the end of the test."""
    runs: list[Run] = []

    def start_run(data_dir: Path | None = None, **variables: Any) -> Run:
        output = tmp_path / f"output{len(runs)}.txt"
        runs.append(Run(data_dir or tmp_path / "var", output, **variables))
        return runs[-1].start()

    yield start_run
    for run in runs:
        run.clean_up()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """One with a short path: pytest's own are long enough to be avoided."""
    with TemporaryDirectory(prefix="nl") as name:
        yield Path(name)


def ready_workers(run: Run) -> Counter[str]:
    """How often the worker of each queue has said that it is ready."""
    return Counter(re.findall(r"(\w+)@\S+ ready", run.logged("service")))


def stopped_cleanly(run: Run, how: signal.Signals = signal.SIGTERM) -> None:
    assert run.stop(how) == 0, run.said()
    assert run.processes() == []
    assert "Traceback" not in run.said()


def test_it_starts_recovers_and_ends(start: Callable[..., Run], short_folder: Path) -> None:
    run = start(short_folder / STRANGE)
    run.wait_until_healthy()
    assert (run.data_dir / "newsletter.db").exists()
    (mailbox,) = re.findall(rf"http://127\.0\.0\.1:{run.port}/dev/mailbox\S+", run.said())
    with urlopen(mailbox.replace("/dev/mailbox", "/dev/mailbox.json")) as answer:
        assert answer.status == 200
    forwarded = Request(mailbox, headers={"X-Forwarded-For": "203.0.113.7"})
    with pytest.raises(HTTPError, match="404"):
        urlopen(forwarded)
    assert open_to_others([run.data_dir]) == []

    # A second run on the same data directory is refused and told who has it.
    second = start(run.data_dir)
    assert second.ended() == 2
    assert run.process is not None
    assert f"in use by another run (process {run.process.pid})" in second.said()
    assert second.said().count("\n") == 1

    # The mailbox catches what is sent to it.
    with smtplib.SMTP("127.0.0.1", int(run.environment["MAILBOX_PORT"])) as client:
        client.sendmail("a@example.org", ["b@example.org"], b"Subject: x\r\n\r\n")
    assert len(list_messages(run.data_dir / "mailbox")) == 1

    # The link to the first account comes last: what is logged does not push it away.
    wait_until(lambda: set(ready_workers(run)) == ALWAYS_THERE, run.said)
    (link,) = re.findall(r"^http://\S+/set-up/\S+$", run.said(), re.MULTILINE)
    assert run.said().splitlines()[-1] == link
    with urlopen(link, timeout=30) as answer:
        assert "Create account and start" in answer.read().decode()
    assert (run.data_dir / "log" / "service.log").stat().st_size > 0

    whatever_dies_is_started_again(run)

    # Asked to stop, it stops everything and says that all is well.
    stopped_cleanly(run)


def whatever_dies_is_started_again(run: Run) -> None:
    for queue in ALWAYS_THERE:
        (victim, *_) = run.forked(queue)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: ready_workers(run)[queue] == 2, run.said)  # noqa: B023
    (victim,) = run.forked("web")
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: set(run.forked("web")) - {victim}, run.said)
    run.wait_until_healthy()
    for program in ("workers.preload", "valkey-server", "newsletter.smtp.mailbox"):
        victims = run.processes(program)
        assert victims, program
        os.kill(victims[0], signal.SIGKILL)
        wait_until(lambda: set(run.processes(program)) - set(victims), run.said)  # noqa: B023
    run.wait_until_healthy()
    wait_until(lambda: ready_workers(run)["periodic"] == 3, run.said)
    assert "exited: service (terminated by SIGKILL" in run.said()


def test_killed_it_leaves_nothing_and_the_next_run_starts(
    start: Callable[..., Run], short_folder: Path
) -> None:
    run = start(short_folder / LONG)
    run.wait_until_healthy()
    make_owner(run)
    inode = (run.data_dir / "newsletter.db").stat().st_ino
    run.stop(signal.SIGKILL)
    again = start(run.data_dir, PORT=str(run.port), MAILBOX_PORT=run.environment["MAILBOX_PORT"])
    again.wait_until_healthy()
    assert (run.data_dir / "newsletter.db").stat().st_ino == inode
    assert "set-up" not in again.said()  # there is an account now
    stopped_cleanly(again, signal.SIGINT)


def make_owner(run: Run) -> None:
    """As an operator does while it runs."""
    program = [sys.executable, "-P", "-c", "from newsletter.cli import main; main()"]
    made = subprocess.run(
        [*program, "user", "create", "a@example.org", "--role", "owner"],
        env=run.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert f"http://127.0.0.1:{run.port}/invitation/" in made.stdout


def test_with_urls_given_nothing_is_embedded_and_a_killed_supervisor_is_started_again(
    start: Callable[..., Run],
) -> None:
    url = create_database(start_postgres(), f"run_{os.getpid()}")
    run = start(DATABASE_URL=url, REDIS_URL=start_valkey(), SMTP_URL="smtp://127.0.0.1:2525")
    run.wait_until_healthy()
    assert run.processes("valkey-server") == []
    assert run.processes("newsletter.smtp.mailbox") == []
    assert not (run.data_dir / "newsletter.db").exists()
    assert "dev/mailbox" not in run.said()

    # Its supervisor alone is started again.
    (supervisor,) = run.processes("supervisor.supervisord")
    children = set(run.processes()) - {supervisor}
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: "Starting it again" in run.said(), run.said)
    wait_until(lambda: not children & set(run.processes()), run.said)
    run.wait_until_healthy()
    stopped_cleanly(run)


def test_asked_to_stop_while_it_starts_it_stops(start: Callable[..., Run]) -> None:
    run = start()
    wait_until((run.data_dir / "run.lock").exists, run.said)
    assert run.stop() == 0, run.said()
    # What it had begun to prepare ends with it.
    wait_until(lambda: run.processes() == [], run.said)
    assert "Traceback" not in run.said()


@pytest.mark.parametrize("variable", ["PORT", "MAILBOX_PORT"])
def test_a_taken_port_is_one_sentence(start: Callable[..., Run], variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        run = start(**{variable: str(other.getsockname()[1])})
        assert run.ended() == 2
    assert f"for example {variable}=" in run.said()
    assert run.said().count("\n") == 1


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"DATABASE_URL": "postgresql://ana:hush@127.0.0.1:1/news"},
            "start that database or correct the URL",
        ),
        ({"REDIS_URL": "redis://:hush@127.0.0.1:1"}, "start that server or correct the URL"),
        ({"HOST": "192.0.2.1"}, "set HOST=127.0.0.1"),
        ({"DATA_DIR": "/proc/self/var"}, "make it writable, or choose another with DATA_DIR"),
    ],
)
def test_bad_surroundings_are_one_sentence(
    start: Callable[..., Run], variables: dict[str, str], sentence: str
) -> None:
    run = start(**variables)
    assert run.ended() == 2
    assert sentence in run.said()
    assert run.said().count("\n") == 1
    assert "hush" not in run.said()


def test_a_database_that_cannot_be_upgraded_is_one_sentence(
    start: Callable[..., Run], tmp_path: Path
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "newsletter.db").write_bytes(b"this is no database" * 100)
    run = start()
    assert run.ended() == 1
    assert run.said().count("\n") == 1
    assert "Traceback" not in run.said()
