"""The socket of a session: it waits for nothing that is there, and for nothing longer than it may."""

import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from newsletter.smtp.reply import Garbled, Reply
from newsletter.smtp.wire import LONGEST_LINE, MOST_AHEAD, MOST_KNOWN, MOST_LINES, Lost, Wire

BIG = b"x" * 8_000_000  # more than the kernel's buffers hold


@pytest.fixture
def pair() -> Iterator[tuple[Wire, socket.socket]]:
    """A wire, and the server's end of it."""
    ours, theirs = _sockets()
    wire = Wire(ours)
    yield wire, theirs
    wire.close()
    theirs.close()


@pytest.fixture
def encrypted(certificate) -> Iterator[tuple[Wire, ssl.SSLSocket]]:
    """The same with TLS."""
    ours, theirs = _sockets()
    wrapped: list[ssl.SSLSocket] = []

    def shake() -> None:
        wrapped.append(certificate.context.wrap_socket(theirs, server_side=True))

    thread = threading.Thread(target=shake)
    thread.start()
    context = ssl.create_default_context(cafile=certificate.pem)
    wire = Wire(context.wrap_socket(ours, server_hostname="localhost"))
    thread.join()
    yield wire, wrapped[0]
    wire.close()
    wrapped[0].close()


def _sockets() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.socket()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ours.connect(listener.getsockname())
        theirs, _ = listener.accept()
    theirs.settimeout(5)
    return ours, theirs


def test_replies_that_came_together_are_read_one_by_one(pair):
    wire, server = pair
    server.sendall(b"250 a\r\n250-b\r\n250 c\r\n354 d\r\n25")
    assert [wire.read_reply(1) for _ in range(3)] == [Reply(250, "a"), Reply(250, "b\nc"), Reply(354, "d")]
    assert wire.unread
    server.sendall(b"0 e\r\n")
    assert wire.read_reply(1) == Reply(250, "e")
    assert not wire.unread


def test_a_reply_that_is_said_again_means_the_same(pair):
    wire, server = pair
    server.sendall(b"250 2.1.5 a\r\n" * 3)
    first, second, third = (wire.read_reply(1) for _ in range(3))
    assert first == Reply(250, "a", "2.1.5")
    assert first is second is third


def test_a_server_that_never_says_the_same_twice_fills_no_memory(pair):
    wire, server = pair
    for number in range(3 * MOST_KNOWN):
        server.sendall(b"250 2.0.0 queued as %d\r\n" % number)
        assert wire.read_reply(1).text == f"queued as {number}"
    server.sendall(b"250 2.0.0 queued as %d\r\n" % (3 * MOST_KNOWN - 1))
    assert wire.read_reply(1).text == f"queued as {3 * MOST_KNOWN - 1}"


def test_a_reply_has_one_deadline_for_all_its_lines(pair):
    wire, server = pair
    gone = threading.Event()

    def dribble() -> None:
        with suppress(OSError):
            while not gone.wait(0.05):
                server.sendall(b"250-more\r\n")

    thread = threading.Thread(target=dribble)
    thread.start()
    with pytest.raises(Lost, match=r"nothing for 0\.4 seconds") as lost:
        wire.read_reply(0.4)
    gone.set()
    thread.join()
    assert lost.value.silent


@pytest.mark.parametrize(
    ("endless", "found"),
    [(b"250-more\r\n" * (MOST_LINES + 2), "more than"), (b"x" * (LONGEST_LINE + 1), "without end")],
    ids=["reply", "line"],
)
def test_what_has_no_end_is_garbled(pair, endless, found):
    wire, server = pair
    server.sendall(endless)
    with pytest.raises(Garbled, match=found):
        wire.read_reply(1)


def test_what_was_said_before_the_end_is_still_read(pair):
    wire, server = pair
    server.sendall(b"421 bye\r\n")
    server.shutdown(socket.SHUT_WR)
    assert wire.read_reply(1) == Reply(421, "bye")
    with pytest.raises(Lost, match="closed the connection") as lost:
        wire.read_reply(1)
    assert not lost.value.silent


def test_a_connection_that_breaks_while_reading_is_lost(pair):
    wire, server = pair
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    server.close()
    with pytest.raises(Lost, match="lost while reading"):
        wire.read_reply(1)


def test_a_server_that_reads_only_when_it_is_read_does_not_bring_both_to_a_standstill(pair):
    """RFC 2920 §3.1: its replies fill every buffer, and it takes nothing before they are read."""
    wire, server = pair
    server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    replies = MOST_AHEAD // 2 // 10
    took: list[int] = []

    def serve() -> None:
        server.sendall(b"250 okay\r\n" * replies)  # stands still until we read
        while (missing := len(BIG) - sum(took)) > 0:
            took.append(len(server.recv(min(missing, 1 << 20))))

    thread = threading.Thread(target=serve)
    thread.start()
    wire.send(BIG, 3)
    thread.join()
    assert sum(took) == len(BIG)
    assert {wire.read_reply(1) for _ in range(replies)} == {Reply(250, "okay")}
    assert not wire.unread


def test_a_server_that_only_talks_is_not_listened_to_for_ever(pair):
    wire, server = pair
    server.settimeout(0.05)
    done = threading.Event()

    def chatter() -> None:
        while not done.is_set():
            with suppress(TimeoutError):
                server.send(b"250 okay\r\n" * 1000)

    thread = threading.Thread(target=chatter)
    thread.start()
    with pytest.raises(Lost, match=r"took nothing for 0\.4 seconds") as lost:
        wire.send(BIG, 0.4)
    done.set()
    thread.join()
    assert lost.value.silent
    assert sum(len(line) + 1 for line in wire._lines) < 2 * MOST_AHEAD


@pytest.mark.parametrize("ends", ["close", "shutdown"])
def test_a_server_that_goes_away_meanwhile_did_not_take_the_last_octet(pair, ends):
    wire, server = pair
    server.sendall(b"421 4.3.2 bye\r\n")
    if ends == "close":
        server.close()
    else:
        server.shutdown(socket.SHUT_WR)
    start = time.monotonic()
    with pytest.raises(Lost) as lost:
        wire.send(BIG, 5)
    assert time.monotonic() - start < 2
    assert lost.value.taken < len(BIG)


def test_a_slow_reader_may_take_longer_than_the_time_for_one_block(pair):
    wire, server = pair
    took = 0

    def sip() -> None:
        nonlocal took
        while took < len(BIG):
            time.sleep(0.05)
            took += len(server.recv(500_000))

    thread = threading.Thread(target=sip)
    thread.start()
    start = time.monotonic()
    wire.send(BIG, 0.4)
    assert time.monotonic() - start > 0.4
    thread.join()


WAITING = pytest.mark.parametrize(
    "work", [lambda wire: wire.send(BIG, 60), lambda wire: wire.read_reply(60)], ids=["send", "read"]
)


@WAITING
def test_in_a_hurry_nothing_is_waited_for(pair, work):
    wire, _ = pair
    threading.Timer(0.2, wire.hurry, [0.1]).start()
    start = time.monotonic()
    with pytest.raises(Lost):
        work(wire)
    assert time.monotonic() - start < 2


@WAITING
def test_a_signal_may_hurry_the_very_thread_that_waits(pair, work):
    wire, _ = pair
    before = signal.signal(signal.SIGALRM, lambda *_: wire.hurry(0.1))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        start = time.monotonic()
        with pytest.raises(Lost):
            work(wire)
        assert time.monotonic() - start < 2
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_in_a_hurry_what_is_here_is_still_read(pair):
    wire, server = pair
    server.sendall(b"250 taken\r\n")
    time.sleep(0.1)
    wire.hurry(0)
    assert wire.read_reply(60) == Reply(250, "taken")


def test_tls_waits_in_the_same_way(encrypted):
    wire, server = encrypted
    took = 0

    def serve() -> None:
        nonlocal took
        time.sleep(0.2)
        while took < len(BIG):
            took += len(server.recv(500_000))
            if took > len(BIG) // 2:
                server.sendall(b"250 half\r\n" if took < len(BIG) else b"250 all\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    wire.send(BIG, 2)
    thread.join()
    replies = [wire.read_reply(1)]
    while replies[-1].text != "all":
        replies.append(wire.read_reply(1))
    assert {reply.text for reply in replies} == {"half", "all"}
    with pytest.raises(Lost, match=r"nothing for 0\.1"):
        wire.read_reply(0.1)


def test_closing_twice_is_closing_once(pair):
    wire, _ = pair
    wire.close()
    wire.abort()
    with pytest.raises(Lost):
        wire.send(b"NOOP\r\n", 1)
    with pytest.raises(Lost):
        wire.read_reply(1)
