"""The web server in this process, with an application that tells what it was given, and clients by socket."""

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from newsletter.cli.serve.deadlines import Deadlines
from newsletter.cli.serve.processes import listen
from newsletter.cli.serve.server import Server
from tests.servers.processes import free_port

Serve = Callable[..., "Served"]


@dataclass
class Served:
    """A server that runs in a thread. `held` lets the answers to `/slow` go."""

    server: Server
    port: int
    thread: threading.Thread
    held: threading.Event
    asked: list[str] = field(default_factory=list)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def ask(self, octets: bytes) -> bytes:
        """All that comes back until the server closes the connection."""
        with self.connect() as client:
            client.sendall(octets)
            return read_to_end(client)

    def end(self) -> None:
        self.held.set()
        self.server.stop()
        self.thread.join(15)
        assert not self.thread.is_alive()


def read_to_end(client: socket.socket) -> bytes:
    """What arrives until the end; a reset fails the test."""
    received = b""
    while octets := client.recv(65_536):
        received += octets
    return received


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers, with `Deadlines` of their own; they are gone at the end."""
    running: list[Served] = []

    def start(threads: int = 2, **seconds: Any) -> Served:
        held, port, asked = threading.Event(), free_port(), list[str]()

        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            asked.append(environ["PATH_INFO"])
            if environ["PATH_INFO"] == "/slow":
                held.wait(20)
            told = {
                "length": environ.get("CONTENT_LENGTH"),
                "octets": len(environ["wsgi.input"].read()),
                "visitor": environ["REMOTE_ADDR"],
                "forwarded": environ.get("HTTP_X_FORWARDED_FOR"),
                "under_scored": environ.get("HTTP_UNDER_SCORED"),
            }
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(told).encode()]

        server = Server(application, listen("127.0.0.1", port), threads, replace(Deadlines(), **seconds))
        thread = threading.Thread(target=server.run)
        running.append(Served(server, port, thread, held, asked))
        thread.start()
        return running[-1]

    yield start
    for served in running:
        served.end()


def told(answer: bytes) -> Any:
    """What the application was given, by its answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), answer
    return json.loads(body)
