"""What the web server takes from its clients: whole requests, in time, and no more than there is room for."""

import socket
import threading
import time

import pytest

from newsletter.cli.serve.server import ROOM
from newsletter.web.body_limits import LARGEST_FORM, LARGEST_UPLOAD
from tests.cli.serve.conftest import Serve, Served, read_to_end, told

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
FORM = b"POST /subscribe/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
UPLOAD = b"POST /admin/p/x/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
QUICK = {"head": 0.8, "body": 0.8, "idle": 0.8}
SLACK = 2.0  # seconds that a busy machine may add


def announced(octets: int) -> bytes:
    return b"Content-Length: %d\r\n\r\n" % octets


def seconds_until_closed(client: socket.socket, drips: bytes = b"") -> float:
    """How long the server bears with a client that sends `drips`, an octet every tenth of a second."""
    began, left = time.monotonic(), bytearray(drips)
    client.settimeout(0.1)
    while time.monotonic() < began + 10:
        try:
            if left:
                client.send(bytes([left.pop(0)]))
            if client.recv(1000) == b"" and not left:
                break
            time.sleep(0 if not left else 0.05)
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("begin", "drips", "total"),
    [
        (b"", b"", 0.8),
        (b"GET / HTTP/1.1\r\nX-", b"", 0.8),
        (b"GET / HTTP/1.1\r\nX-", b"a" * 500, 0.8),
        (FORM + announced(500), b"", 1.6),
        (FORM + announced(500), b"a" * 499, 1.6),
        (FORM + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 100, 1.6),
        (GET, b"", 0.8),
        (GET, GET[:20], 0.8),
    ],
    ids=[
        "silent",
        "half a head",
        "dripping head",
        "half a body",
        "dripping body",
        "dripping chunks",
        "idle",
        "dripping second head",
    ],
)
def test_who_is_slow_is_closed_by_a_total_deadline(
    serve: Serve, begin: bytes, drips: bytes, total: float
) -> None:
    served = serve(**QUICK)
    with served.connect() as client:
        client.sendall(begin)
        if begin == GET:
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
        assert total - 0.2 < seconds_until_closed(client, drips) < total + SLACK
    assert served.asked == (["/"] if begin == GET else [])


def test_slow_clients_take_no_thread(serve: Serve) -> None:
    served = serve(threads=1)
    slow = [served.connect() for _ in range(30)]
    for number, client in enumerate(slow):
        client.sendall(b"GET / HT" if number % 2 else FORM + announced(10) + b"123")
    began = time.monotonic()
    assert told(served.ask(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")))["octets"] == 0
    assert time.monotonic() - began < 1 + SLACK
    for client in slow:
        client.close()


def test_who_is_slow_but_in_time_is_answered(serve: Serve) -> None:
    served = serve()
    with served.connect() as client:
        for octet in (FORM + announced(5) + b"12345").split(b"\n"):
            client.sendall(octet + b"\n" if octet != b"12345" else octet)
            time.sleep(0.05)
        assert told(read_to_end(client)) == {
            "length": "5",
            "octets": 5,
            "visitor": "127.0.0.1",
            "forwarded": None,
            "under_scored": None,
        }


def test_a_too_large_form_reaches_the_application_without_its_body(serve: Serve) -> None:
    served = serve()
    length = LARGEST_FORM + 1
    assert told(served.ask(FORM + announced(length) + b"x" * length))["octets"] == 0
    assert told(served.ask(FORM + announced(length)))["length"] == str(length)
    assert told(served.ask(FORM + announced(10**12)))["length"] == str(10**12)
    assert told(served.ask(FORM + b"Expect: 100-continue\r\n" + announced(length)))["octets"] == 0
    chunk = b"%x\r\n%b\r\n" % (length, b"x" * length)
    chunked = told(served.ask(FORM + b"Transfer-Encoding: chunked\r\n\r\n" + chunk))
    assert chunked["octets"] == 0
    assert int(chunked["length"]) > LARGEST_FORM
    assert told(served.ask(FORM + announced(LARGEST_FORM) + b"x" * LARGEST_FORM))["octets"] == LARGEST_FORM


def test_what_follows_a_refused_body_is_no_second_request(serve: Serve) -> None:
    served = serve()
    answer = served.ask(b"POST /subscribe/x HTTP/1.1\r\nHost: x\r\n" + announced(LARGEST_FORM + 1) + GET * 3)
    assert answer.count(b"HTTP/1.1") == 1
    assert served.asked == ["/subscribe/x"]


def test_who_sends_on_after_a_refusal_is_not_listened_to_for_ever(serve: Serve) -> None:
    served = serve(discarding=0.5)
    with served.connect() as client:
        client.sendall(FORM + announced(10**9))
        assert told(read_to_end(client))["octets"] == 0
        assert seconds_until_closed(client, drips=b"x" * 90) < 0.5 + SLACK


def test_uploads_are_taken_in_as_long_as_there_is_room(serve: Serve) -> None:
    served = serve()
    octets = 2 * LARGEST_FORM
    assert told(served.ask(UPLOAD + announced(octets) + b"x" * octets))["octets"] == octets
    assert told(served.ask(UPLOAD + announced(LARGEST_UPLOAD + 1)))["octets"] == 0
    waiting = [served.connect() for _ in range(ROOM // LARGEST_UPLOAD)]
    for client in waiting:
        client.sendall(UPLOAD + announced(LARGEST_UPLOAD))
    time.sleep(0.3)
    for framing in (announced(octets), b"Transfer-Encoding: chunked\r\n\r\n"):
        assert served.ask(UPLOAD + framing).startswith(b"HTTP/1.1 503")
    assert told(served.ask(UPLOAD + announced(3) + b"abc"))["octets"] == 3
    for client in waiting:
        client.close()
    time.sleep(0.3)
    assert told(served.ask(UPLOAD + announced(octets) + b"x" * octets))["octets"] == octets


@pytest.mark.parametrize(
    ("request_octets", "status"),
    [
        (b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"nonsense\r\n\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused(serve: Serve, request_octets: bytes, status: int) -> None:
    served = serve()
    assert served.ask(request_octets).split()[1] == b"%d" % status
    assert served.asked == []


def test_which_headers_the_application_sees(serve: Serve) -> None:
    headers = b"Under_Scored: 1\r\nX-Forwarded-For: a\r\nX-Forwarded-For: b"
    answer = serve().ask(b"GET / HTTP/1.1\r\nConnection: close\r\n" + headers + b"\r\n\r\n")
    assert told(answer)["under_scored"] is None
    assert told(answer)["forwarded"] == "a, b"  # how many of them are believed is TRUSTED_PROXIES


def test_asked_to_stop_it_answers_what_is_under_way_and_takes_nothing_new(serve: Serve) -> None:
    served = serve(last_request=0.3)
    under_way, half, idle = clients = [served.connect() for _ in range(3)]
    under_way.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    half.sendall(b"GET /half HTTP/1.1\r\nHo")
    idle.sendall(GET)
    assert idle.recv(1000).startswith(b"HTTP/1.1 200")
    wait_for(served, "/slow")
    threading.Timer(0.5, served.held.set).start()
    served.server.stop()
    assert idle.recv(1000) == b""
    half.sendall(b"st: x\r\n\r\n")
    for client in (under_way, half):
        answer = read_to_end(client)
        assert b"\r\nConnection: close\r\n" in answer
        told(answer)
    for client in clients:
        client.close()
    served.thread.join(5)
    assert not served.thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        served.connect()


def test_it_ends_in_time_even_if_a_request_does_not(serve: Serve) -> None:
    served = serve(finishing=0.5)
    with served.connect() as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(served, "/slow")
        began = time.monotonic()
        served.server.stop()
        served.thread.join(5)
        assert time.monotonic() - began < 0.5 + SLACK


def wait_for(served: Served, path: str) -> None:
    deadline = time.monotonic() + 10
    while path not in served.asked:
        assert time.monotonic() < deadline
        time.sleep(0.01)
