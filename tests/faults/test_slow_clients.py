"""Hundreds of clients that send nothing, or an octet now and then, keep nobody else waiting."""

import http.client
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.runtime import Runtime
from tests.extent import SOAK
from tests.factories import create_morning, make_readers
from tests.features.conftest import prepare_database
from tests.processes import Installation

pytestmark = pytest.mark.faults

SLOW = 500  # clients, a third of them of each kind
TRIES = 4  # of each thing that the others do; the machine may be busy with something else during one
PATIENCE = 1.0  # seconds that any of it may take
BUSY = 3  # times what signing in takes when nobody attacks, where the machine is too busy for `PATIENCE`
LONGEST = 45.0  # seconds until the last slow client has been sent away
FORM = "application/x-www-form-urlencoded"
PASSWORD = "a lighthouse in the fog"
KINDS = (
    (b"", b""),
    (b"GET /subscribe/morning HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"a"),
    (
        b"POST /subscribe/morning HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        + FORM.encode()
        + b"\r\nContent-Length: 900\r\n\r\nname=",
        b"a",
    ),
)


@pytest.fixture
def installation(tmp_path: Path, redis_url: str) -> Iterator[Installation]:
    with Installation(tmp_path / "var", redis_url=redis_url, WEB_THREADS="4") as made:
        prepare_database(made)
        yield made


def test_slow_clients_keep_nobody_waiting(installation: Installation) -> None:
    runtime = Runtime(installation.settings)
    with runtime.session() as session:
        readers = make_readers(session, create_morning(session), TRIES)
        owner = create_user(
            session, email="ed@press.example", role=RoleName.OWNER, password=PASSWORD, actor="test"
        )
        session.commit()
        links = [urlsplit(runtime.links.unsubscribe(reader.id)).path for reader in readers]
        address = owner.email
    runtime.engine.dispose()
    installation.start("web")
    patience = max(PATIENCE, BUSY * seconds_of(lambda: sign_in(installation, address)))
    with ExitStack() as attack:
        slow = [attack.enter_context(connect(installation)) for _ in range(SLOW)]
        for number, client in enumerate(slow):
            client.sendall(KINDS[number % 3][0])
        over = threading.Event()
        dripping = threading.Thread(target=drip, args=(slow, over))
        dripping.start()
        attack.callback(dripping.join)
        attack.callback(over.set)
        form = ask(installation, "GET", "/subscribe/morning")[1]
        time.sleep(2.5)  # nobody fills in a form more quickly

        in_time(patience, lambda number: sign_up(installation, form, number))
        in_time(patience, lambda _: sign_in(installation, address))
        in_time(patience, lambda number: leave(installation, links[number]))
        if SOAK:
            deadline = time.monotonic() + LONGEST
            assert all(is_closed(client, deadline) for client in slow)


def connect(installation: Installation) -> socket.socket:
    return socket.create_connection(("127.0.0.1", installation.port), timeout=10)


def drip(clients: list[socket.socket], over: threading.Event) -> None:
    """Send an octet to each every two seconds, until `over`."""
    while not over.wait(2):
        for number, client in enumerate(clients):
            with suppress(OSError):  # it was sent away
                client.sendall(KINDS[number % 3][1])


def is_closed(client: socket.socket, deadline: float) -> bool:
    """Whether the server closes the connection in time."""
    client.settimeout(max(0.1, deadline - time.monotonic()))
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def seconds_of(act: Callable[[], None]) -> float:
    """How long it takes."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


def in_time(patience: float, act: Callable[[int], None]) -> None:
    """Do it until it took less than `patience` seconds, at most `TRIES` times."""
    took: list[float] = []
    while not took or (took[-1] >= patience and len(took) < TRIES):
        took.append(seconds_of(lambda: act(len(took))))
    assert took[-1] < patience, took


def ask(
    installation: Installation, method: str, path: str, body: str | None = None, cookie: str = ""
) -> tuple[http.client.HTTPResponse, str]:
    headers = {"Cookie": cookie} | ({} if body is None else {"Content-Type": FORM})
    with closing(http.client.HTTPConnection("127.0.0.1", installation.port, timeout=60)) as server:
        server.request(method, path, body, headers)
        answer = server.getresponse()
        return answer, answer.read().decode()


def sign_up(installation: Installation, page: str, number: int) -> None:
    fields = dict(re.findall(r'<input type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    sent = urlencode({**fields, "email": f"ana{number}@readers.example", "name": "Ana", "website": ""})
    answer, text = ask(installation, "POST", "/subscribe/morning?lang=en", sent)
    assert (answer.status, "Check your inbox" in text) == (200, True), text


def sign_in(installation: Installation, email: str) -> None:
    shown, page = ask(installation, "GET", "/sign-in")
    (token,) = re.findall(r'name="csrf_token" value="([^"]+)"', page)
    cookie = (shown.headers["Set-Cookie"] or "").partition(";")[0]
    sent = urlencode({"csrf_token": token, "email": email, "password": PASSWORD})
    answer, _ = ask(installation, "POST", "/sign-in", sent, cookie)
    assert answer.status == 303


def leave(installation: Installation, path: str) -> None:
    answer, _ = ask(installation, "POST", path, "List-Unsubscribe=One-Click")
    assert answer.status == 200
