"""The processes of the web server: as many as asked for, started again, ended in order."""

import http.client
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.web.body_limits import LARGEST_FORM
from tests.features.conftest import prepare_database
from tests.preloaded import start
from tests.processes import Installation, wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc"),
]


@pytest.fixture
def installation(tmp_path: Path, redis_url: str) -> Iterator[Installation]:
    with Installation(tmp_path / "var", redis_url=redis_url, WEB_CONCURRENCY="2") as made:
        prepare_database(made)
        yield made


def children(installation: Installation) -> set[int]:
    return {process.pid for process in installation.processes("web/child")}


def test_processes_share_a_port_are_started_again_and_end_in_order(installation: Installation) -> None:
    installation.start("web")
    wait_until(lambda: len(children(installation)) == 2)
    (victim, *_) = before = children(installation)
    installation.kill(victim)
    wait_until(lambda: len(children(installation) - {victim}) == 2, lambda: installation.said("web"))
    assert before - {victim} < children(installation)
    assert installation.said("web").count("it is started again") == 1
    installation.wait_until_ready("web")

    # A request of which the half is there is answered, and nobody has to be killed.
    with socket.create_connection(("127.0.0.1", installation.port), timeout=10) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: local")
        time.sleep(0.3)
        main = installation._started["web"]
        main.terminate()
        time.sleep(0.3)
        client.sendall(b"host\r\n\r\n")
        assert client.recv(20).startswith(b"HTTP/1.1 200")
    main.join(timeout=8)
    assert main.exitcode == 0
    assert installation.processes() == []


def test_none_outlives_a_parent_that_was_killed(installation: Installation) -> None:
    installation.start("web")
    installation.kill("web")
    wait_until(lambda: installation.processes() == [], lambda: str(installation.processes()))
    installation.start("web")  # and the port is free again


def test_a_too_large_form_is_refused_with_a_sentence(installation: Installation) -> None:
    installation.start("web")
    for length in (LARGEST_FORM + 1, 10 * LARGEST_FORM):
        with closing(http.client.HTTPConnection("127.0.0.1", installation.port, timeout=30)) as server:
            server.request("POST", "/subscribe/morning", b"x" * length, {"Content-Type": "text/plain"})
            answer = server.getresponse()
            assert answer.status == 413
            assert "<title>" in answer.read().decode()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_an_application_that_cannot_be_made_ends_it(installation: Installation, processes: str) -> None:
    code, said = serve_nothing(installation, WEB_CONCURRENCY=processes)
    assert code == 3
    assert "the web server cannot start" in said


def test_a_port_that_is_taken_ends_it(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        code, said = serve_nothing(installation)
    assert code == 1
    assert "cannot listen" in said


def serve_nothing(installation: Installation, **variables: str) -> tuple[int | None, str]:
    """How a web server ends that has no application, and what it said."""
    said = installation.logs / "nothing.log"
    command = "python -m newsletter.cli.serve newsletter.app:no_such_thing"
    ended = start(command, {**installation.environment, **variables}, said)
    ended.join(60)
    return ended.exitcode, said.read_text()
