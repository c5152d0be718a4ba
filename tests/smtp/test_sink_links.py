"""The sink's sockets: clients that do not read, vanish, or break the handshake; nobody else is disturbed."""

import contextlib
import resource
import selectors
import smtplib
import socket
import ssl
import struct
import threading
import time

import pytest

from newsletter.smtp.sink import Act, At, Options, Rule, Sink, read_records
from newsletter.smtp.sink.link import Link
from newsletter.smtp.sink.loop import Loop

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
            began = time.monotonic()
            for _ in range(40):
                client.say(group * 16)
                assert client.codes(48) == [250] * 48
            assert time.monotonic() - began < 1.2
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
        with socket.create_connection(("127.0.0.1", sink.port), timeout=3) as client:
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
        with socket.create_connection(("127.0.0.1", sink.port), timeout=3) as client:

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
        with secure(socket.create_connection(("127.0.0.1", sink.port), timeout=3), certificate) as client:
            client.suppress_ragged_eofs = False  # an end without close_notify would raise
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


class TestSink:
    def test_it_may_be_stopped_twice(self):
        sink = Sink().start()
        sink.stop()
        sink.stop()

    def test_a_stop_cuts_whoever_is_there(self, raw):
        sink = Sink().start()
        with raw(sink) as client:
            assert client.codes(1) == [220]
            sink.stop()
            assert client.codes(1) == [0]

    @pytest.mark.parametrize("options", [Options(host="::1"), Options(host="localhost")])
    def test_other_loopback_addresses(self, options):
        with Sink(options) as sink:
            host = sink.url.removeprefix("smtp://").partition("?")[0].rpartition(":")[0].strip("[]")
            with smtplib.SMTP(host, sink.port) as client:
                client.sendmail("a@b.c", ["d@b.c"], b"x\r\n")
            assert len(sink.records) == 1

    def test_a_disk_that_is_full_takes_nothing(self, tmp_path, raw):
        full = tmp_path / "full"
        full.symlink_to("/dev/full")
        with Sink(record=full) as sink:
            for _ in range(2):
                with raw(sink) as client:
                    client.say(HELLO + ONE[:-5])
                    assert client.codes(5) == [220, 250, 250, 250, 354]
                    client.say(ONE[-5:])
                    assert client.codes(1) == [0]
            assert (sink.records, sink.counts.messages) == ([], 0)

    def test_a_disk_that_fills_up_keeps_whole_records_of_what_was_accepted(self, tmp_path, raw):
        path, limits = tmp_path / "records", resource.getrlimit(resource.RLIMIT_FSIZE)
        accepted = []
        with Sink(record=path) as sink:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
            try:
                for number in range(20):
                    with raw(sink) as client:
                        client.say(HELLO + ONE.replace(b"d@", b"%d@" % number))
                        if client.codes(6) == [220, 250, 250, 250, 354, 250]:
                            accepted.append(f"{number}@b.c")
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            assert 0 < len(accepted) < 20
            assert [record.recipient for record in read_records(path)] == accepted
            assert path.read_bytes().endswith(b"\n")
            assert sink.counts.messages == len(sink.records) == len(accepted)


class TestLoop:
    def test_timers_go_off_in_order(self):
        loop, seen = Loop(selectors.SelectSelector()), []
        for number in range(5):
            loop.later(0.0, lambda number=number: seen.append(number))
        loop.later(0.02, loop.end)
        loop.later(0.01, lambda: seen.append("later"))
        loop.run()
        loop.close()
        assert seen == [0, 1, 2, 3, 4, "later"]

    def test_what_the_kernel_has_no_room_for_leaves_later(self):
        class Quiet(Link):
            def opened(self):
                self.send(b"late")

            def work(self, buffer, end):
                return end

            def gone(self):
                loop.end()

        loop = Loop()
        ours, theirs = socket.socketpair()
        with theirs:
            ours.setblocking(False)
            filled = 0
            with contextlib.suppress(BlockingIOError):
                while True:
                    filled += ours.send(b"x" * 100)
            link = Quiet(loop, ours)
            link.begin(None)
            link.close()
            heard = bytearray()
            reader = threading.Thread(target=lambda: heard.extend(theirs.makefile("rb").read()))
            reader.start()
            loop.run()
            reader.join()
        loop.close()
        assert bytes(heard) == b"x" * filled + b"late"

    def test_nothing_is_watched_twice_or_unwatched_unless_watched(self):
        loop = Loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            loop.watch(ours, 0, lambda _events: None)
            seen = []
            loop.watch(ours, selectors.EVENT_READ, seen.append)
            loop.watch(ours, selectors.EVENT_READ, lambda _events: loop.end())
            theirs.send(b"x")
            loop.run()
            loop.watch(ours, 0, seen.append)
        loop.close()
        assert seen == []
