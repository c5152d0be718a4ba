"""The sink's sockets: clients that do not read, vanish, or break the handshake; nobody else is disturbed."""

import contextlib
import smtplib
import socket
import ssl
import struct
import time

import pytest

from newsletter.smtp.sink import Act, At, Rule, Sink

# So many EHLOs have replies of more octets than the kernel holds for a client with a small buffer.
MANY = 20_000
WORDY = "x" * 400 + ".localhost"
HELLO = b"EHLO x\r\n"
ONE = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\nDATA\r\nx\r\n.\r\n"


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def narrow(sink: Sink) -> socket.socket:
    """A client that the kernel keeps little for."""
    sock = socket.socket()
    sock.settimeout(5)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", sink.port))
    return sock


def secure(sock: socket.socket, certificate) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=certificate.pem)
    return context.wrap_socket(sock, server_hostname="localhost")


class TestPlain:
    def test_replies_wait_for_a_client_that_reads_late(self, make_sink):
        sink = make_sink(name=WORDY)
        with narrow(sink) as client, client.makefile("rb") as replies:
            client.sendall(HELLO * MANY + ONE)
            time.sleep(0.5)
            lines = list(iter(lambda: next(replies), b"250 2.0.0 Taken\r\n"))
            assert sum(line.startswith(b"250 ") for line in lines) == MANY + 2
            client.sendall(HELLO * MANY + b"QUIT\r\n")
            time.sleep(0.5)
            assert sink.open_connections == 1  # it does not close before it has said everything
            lines = replies.readlines()
        assert sum(line.startswith(b"250 ") for line in lines) == MANY
        assert lines[-1] == b"221 2.0.0 Bye\r\n"
        assert (len(sink.records), sink.counts.lost) == (1, 0)

    @pytest.mark.parametrize("last", [b"", b"QUIT\r\n"])
    def test_a_client_that_goes_without_reading(self, make_sink, eventually, raw, last):
        sink = make_sink(name=WORDY)
        client = narrow(sink)
        client.sendall(HELLO * MANY + last)
        time.sleep(0.5)
        reset(client)
        eventually(lambda: sink.open_connections == 0)
        with raw(sink) as other:
            other.say(HELLO + ONE)
            assert other.codes(6) == [220, 250, 250, 250, 354, 250]

    def test_a_reset_ends_the_connection(self, make_sink, eventually, raw):
        sink = make_sink()
        with raw(sink) as client:
            client.say(HELLO)
            assert client.codes(2) == [220, 250]
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        eventually(lambda: sink.open_connections == 0)
        assert sink.counts.lost == 1

    def test_replies_to_a_client_that_has_gone_are_dropped(self, make_sink, eventually, raw):
        sink = make_sink(latency=0.1)
        with raw(sink) as client:
            client.say(HELLO + ONE + b"QUIT\r\n")
        eventually(lambda: sink.counts.messages == 1 and sink.open_connections == 0)
        time.sleep(0.15)
        with raw(sink) as client:
            assert client.codes(1) == [220]

    def test_a_stall_that_outlives_its_connection(self, make_sink, eventually, raw):
        sink = make_sink(Rule(At.RCPT, Act.STALL, seconds=0.1, times=1))
        with raw(sink) as client:
            client.say(HELLO + ONE)
            assert client.codes(3) == [220, 250, 250]
        eventually(lambda: sink.open_connections == 0)
        time.sleep(0.15)
        assert sink.records == []
        with raw(sink) as client:
            client.say(HELLO + ONE)
            assert client.codes(6)[-1] == 250

    def test_no_reply_waits_for_an_acknowledgement(self, make_sink, raw):
        """Nagle's algorithm would hold the second of two replies for 40 ms, each time."""
        sink = make_sink(keep_content=False)
        body = b"x" * 20_000
        group = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\nBDAT %d LAST\r\n" % len(body) + body
        with raw(sink) as client:
            client.say(HELLO)
            assert client.codes(2) == [220, 250]
            took = []
            for _ in range(40):
                began = time.monotonic()
                client.say(group * 16)
                assert client.codes(48) == [250] * 48
                took.append(time.monotonic() - began)
            assert sorted(took)[10] < 0.04, "however busy the machine is, not all of them have waited"
        assert sink.counts.messages == 640

    def test_replies_octet_by_octet(self, make_sink, raw):
        sink = make_sink(dribble=True)
        with raw(sink) as client:
            client.say(HELLO + ONE)
            assert client.codes(6) == [220, 250, 250, 250, 354, 250]


class TestTls:
    @pytest.mark.parametrize("implicit", [True, False])
    @pytest.mark.parametrize("how", ["reset", "noise"])
    def test_a_handshake_that_breaks(self, make_sink, eventually, certificate, implicit, how):
        sink = make_sink(tls=certificate.context, implicit_tls=implicit)
        with socket.create_connection(("127.0.0.1", sink.port), timeout=10) as client:
            if not implicit:
                client.sendall(b"STARTTLS\r\n")
                heard = b""
                while heard.count(b"\n") < 2:
                    heard += client.recv(100)
            if how == "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                client.sendall(b"MAIL FROM:<a@b.c>\r\n" * 3)
                with contextlib.suppress(ConnectionResetError):
                    while client.recv(100):  # an alert, then the end
                        pass
        eventually(lambda: sink.open_connections == 0)
        assert sink.counts.connections == (0 if implicit else 1)

    def test_a_client_that_goes_between_starttls_and_handshake(self, make_sink, eventually, raw, certificate):
        sink = make_sink(tls=certificate.context, latency=0.1)
        for sooner in (True, False):
            with raw(sink) as client:
                client.say(b"STARTTLS\r\n")
                time.sleep(0.05 if sooner else 0.0)
                client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        eventually(lambda: sink.counts.connections == 2 and sink.open_connections == 0)

    def test_no_handshake_for_a_client_that_does_not_read(self, make_sink, eventually, certificate):
        sink = make_sink(name=WORDY, tls=certificate.context)
        with narrow(sink) as client:
            client.sendall(HELLO * MANY + b"STARTTLS\r\n")
            eventually(lambda: sink.counts.lost == 1)
            with client.makefile("rb") as replies:
                replies.readline()

    @pytest.mark.parametrize("size", [100, 1_000_000])
    def test_messages_of_any_size(self, make_sink, certificate, size):
        sink = make_sink(tls=certificate.context)
        body = b"Message-ID: <1@b.c>\r\n\r\n" + b"x" * size + b"\r\n"
        with smtplib.SMTP("localhost", sink.port) as client:
            client.starttls(context=ssl.create_default_context(cafile=certificate.pem))
            for _ in range(3):
                client.sendmail("a@b.c", ["d@b.c"], body)
        assert [(record.message_id, record.content) for record in sink.records] == [("<1@b.c>", body)] * 3

    def test_half_a_record_waits_for_the_other_half(self, make_sink, certificate):
        sink = make_sink(tls=certificate.context, implicit_tls=True)
        context = ssl.create_default_context(cafile=certificate.pem)
        coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
        talk = context.wrap_bio(coming, going, server_hostname="localhost")
        with socket.create_connection(("127.0.0.1", sink.port), timeout=10) as client:

            def until(step):
                while True:
                    try:
                        done = step()
                    except ssl.SSLWantReadError:
                        client.sendall(going.read())
                        coming.write(client.recv(65_536))
                    else:
                        return done

            until(talk.do_handshake)
            client.sendall(going.read())
            assert until(talk.read).startswith(b"220 ")
            talk.write(b"NOOP\r\n")
            record = going.read()
            for half in (record[:9], record[9:]):
                client.sendall(half)
                time.sleep(0.05)
            assert until(talk.read) == b"250 2.0.0 OK\r\n"

    def test_the_end_is_said_in_tls_too(self, make_sink, certificate):
        sink = make_sink(tls=certificate.context, implicit_tls=True)
        with secure(socket.create_connection(("127.0.0.1", sink.port), timeout=10), certificate) as client:
            vars(client)["suppress_ragged_eofs"] = False  # an end without close_notify would raise
            client.sendall(b"QUIT\r\n")
            heard = b""
            while octets := client.recv(1000):
                heard += octets
            assert heard.endswith(b"221 2.0.0 Bye\r\n")

    def test_replies_wait_in_tls_too(self, make_sink, certificate):
        sink = make_sink(name=WORDY, tls=certificate.context, implicit_tls=True)
        with secure(narrow(sink), certificate) as client:
            client.sendall(HELLO * MANY + b"QUIT\r\n")
            with client.makefile("rb") as replies:
                assert sum(line.startswith(b"250 ") for line in replies) == MANY
