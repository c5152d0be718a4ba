"""The proxy forwards everything, and each of its faults looks to both sides as the real one would."""

import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
import redis

from newsletter.smtp.session import open_session
from newsletter.smtp.sink import Sink
from newsletter.smtp.url import parse_smtp_url
from tests.processes import wait_until
from tests.servers import start_postgres, start_valkey
from tests.servers.processes import ROOT, free_port
from tests.servers.proxy import Proxy, Way

soon = partial(wait_until, patience=5)


class Echo:
    """Says everything back, in a thread for each connection; `heard` is what each one said."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.heard: list[bytearray] = []
        self.ends: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock: socket.socket) -> None:
        heard = bytearray()
        self.heard.append(heard)
        with sock:
            try:
                while octets := sock.recv(65_536):
                    heard += octets
                    sock.sendall(octets)
                self.ends.append("closed")
            except OSError as error:
                self.ends.append(type(error).__name__)


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.listener.shutdown(socket.SHUT_RDWR)  # it waits in accept()
    server.listener.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(echo.port) as started:
        yield started


def dial(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def read(sock: socket.socket, size: int) -> bytes:
    octets = b""
    while len(octets) < size and (more := sock.recv(size - len(octets))):
        octets += more
    return octets


def silent(sock: socket.socket, seconds: float = 0.15) -> bool:
    return not select.select([sock], [], [], seconds)[0]


def test_what_goes_in_comes_out_and_ends(proxy: Proxy, echo: Echo) -> None:
    text = bytes(range(256)) * 4000
    with dial(proxy) as client:
        sender = threading.Thread(target=client.sendall, args=(text,))
        sender.start()
        assert read(client, len(text)) == text
        sender.join()
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    soon(lambda: proxy.open_connections == 0)
    assert (echo.heard, echo.ends, proxy.accepted) == ([bytearray(text)], ["closed"], 1)


def test_a_delay_delays_and_does_not_narrow(proxy: Proxy, echo: Echo) -> None:
    with dial(proxy) as client:
        proxy.delay = 0.05
        began = time.monotonic()
        client.sendall(b"x")
        assert read(client, 1) == b"x"
        assert time.monotonic() - began >= 0.1
        # A hundred pieces at once take one round trip, not a hundred.
        began = time.monotonic()
        for number in range(100):
            client.sendall(b"%04d" % number)
            time.sleep(0.0005)
        assert read(client, 400) == b"".join(b"%04d" % number for number in range(100))
        assert 0.1 <= time.monotonic() - began < 2
        began = time.monotonic()
        text = b"y" * 8_000_000
        sender = threading.Thread(target=client.sendall, args=(text,))
        sender.start()
        assert read(client, len(text)) == text
        sender.join()
        assert 0.1 <= time.monotonic() - began < 5


def test_the_order_stays_when_the_delay_shrinks(proxy: Proxy) -> None:
    with dial(proxy) as client:
        proxy.delay = 0.2
        client.sendall(b"first ")
        time.sleep(0.02)
        proxy.delay = 0.0
        client.sendall(b"second")
        assert read(client, 12) == b"first second"


def test_a_cut_resets_both_sides(proxy: Proxy, echo: Echo) -> None:
    with dial(proxy) as client:
        client.sendall(b"x")
        assert read(client, 1) == b"x"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    soon(lambda: echo.ends == ["ConnectionResetError"])
    soon(lambda: proxy.open_connections == 0)
    with dial(proxy) as client:
        client.sendall(b"y")
        assert read(client, 1) == b"y"


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("delay", [0.0, 0.01])
def test_cut_after_so_many_octets(proxy: Proxy, echo: Echo, way: Way, delay: float) -> None:
    proxy.delay = delay
    with dial(proxy) as before, dial(proxy) as idle:
        before.sendall(b"x" * 50)
        assert len(read(before, 50)) == 50
        proxy.cut_after(100, way)
        for client in (before, dial(proxy)):
            with client:
                client.sendall(b"y" * 99)
                assert read(client, 99) == b"y" * 99
                client.sendall(b"zz")
                rest = b""
                with pytest.raises(ConnectionResetError):  # noqa: PT012 - what came before it counts, too
                    while octets := client.recv(10):
                        rest += octets
                assert rest == (b"z" if way is Way.BACK else b"")
        expected = b"y" * 99 + (b"z" if way is Way.THERE else b"zz")
        soon(lambda: sorted(map(bytes, echo.heard)) == [b"", b"x" * 50 + expected, expected])
        proxy.heal()
        idle.sendall(b"w" * 1000)
        assert len(read(idle, 1000)) == 1000


def test_a_black_hole_swallows_in_silence(proxy: Proxy, echo: Echo) -> None:
    with dial(proxy) as old, dial(proxy) as idle:
        old.sendall(b"x")
        assert read(old, 1) == b"x"
        proxy.black_hole()
        with dial(proxy) as new:
            for client in (old, new):
                client.sendall(b"lost" * 500_000)  # more than the kernels would hold
                assert silent(client)
            soon(lambda: len(echo.heard) == 3)
            assert sorted(map(len, echo.heard)) == [0, 0, 1]
            proxy.heal()
            for client in (old, new):
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
        idle.sendall(b"y")
        assert read(idle, 1) == b"y"


@pytest.mark.parametrize("delay", [0.0, 0.02])
def test_a_hold_loses_nothing(proxy: Proxy, delay: float) -> None:
    proxy.delay = delay
    with dial(proxy) as client:
        client.sendall(b"before ")
        assert read(client, 7) == b"before "
        client.sendall(b"first ")
        proxy.hold()
        client.sendall(b"second")
        client.shutdown(socket.SHUT_WR)
        held = read(client, 6) if not silent(client) else b""  # the first may have been through
        proxy.heal()
        assert held + read(client, 100) == b"first second"


def test_refusing_leaves_the_others_alone(proxy: Proxy) -> None:
    with dial(proxy) as client:
        client.sendall(b"x")
        assert read(client, 1) == b"x"
        port = proxy.port
        proxy.refuse()
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            dial(proxy)
        client.sendall(b"y")
        assert read(client, 1) == b"y"
        proxy.heal()
        assert proxy.port == port
        dial(proxy).close()


def test_last_words_come_before_the_reset() -> None:
    """A server says something and goes while the client still talks: what it said arrives."""
    with socket.create_server(("127.0.0.1", 0)) as listener, Proxy(listener.getsockname()[1]) as proxy:
        proxy.delay = 0.05
        with dial(proxy) as client:
            server, _ = listener.accept()
            server.sendall(b"421 Bye")
            server.close()
            for _ in range(5):
                client.sendall(b"MAIL")
                time.sleep(0.02)
            assert read(client, 7) == b"421 Bye"
            with pytest.raises(OSError, match=r"reset|roken"):  # noqa: PT012 - which of the calls meets it
                while True:
                    client.sendall(b"more")
                    time.sleep(0.01)


def test_nobody_behind_it() -> None:
    with Proxy(free_port()) as proxy, pytest.raises(ConnectionResetError), dial(proxy) as client:
        client.recv(1)


def test_a_client_s_reset_arrives(proxy: Proxy, echo: Echo) -> None:
    client = dial(proxy)
    client.sendall(b"x")
    assert read(client, 1) == b"x"
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    soon(lambda: echo.ends == ["ConnectionResetError"])
    soon(lambda: proxy.open_connections == 0)


def test_smtp_valkey_and_postgres_go_through() -> None:
    with Sink() as sink, Proxy.before(sink.url, delay=0.001) as proxy:
        session = open_session(parse_smtp_url(proxy.url), "client.example.org")
        assert session.alive()
        session.close()
    with Proxy.before(start_valkey()) as proxy, redis.Redis.from_url(proxy.url) as client:
        assert client.ping()
    with Proxy.before(start_postgres()) as proxy:
        url = proxy.url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            proxy.cut()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")


def test_it_can_be_a_process(echo: Echo) -> None:
    command = [sys.executable, "-m", "tests.servers.proxy", str(echo.port), "0.02"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            began = time.monotonic()
            client.sendall(b"x")
            assert read(client, 1) == b"x"
            assert time.monotonic() - began >= 0.04
        process.stdin.close()
        assert process.wait(10) == 0
