"""The recording sink: what it records, when, and its faults."""

import smtplib
import socket
import time

import pytest

from newsletter.core.errors import Refused
from newsletter.smtp.sink import Options, Record, Sink, read_records

MESSAGE = b"Subject: x\r\nMessage-ID: <1@example.com>\r\n\r\n.dot\r\n"


def test_a_stranger_s_client_is_understood(make_sink):
    sink = make_sink()
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.sendmail("a@example.com", ["b@example.org", "c@example.org"], MESSAGE)
    assert sink.records == [
        Record("b@example.org", "<1@example.com>", "a@example.com", len(MESSAGE) + 1, 1, MESSAGE),
        Record("c@example.org", "<1@example.com>", "a@example.com", len(MESSAGE) + 1, 1, MESSAGE),
    ]
    assert (sink.counts.connections, sink.counts.lost, sink.counts.messages) == (1, 0, 1)


def test_everything_in_one_write(make_sink, raw):
    sink = make_sink()
    with raw(sink) as client:
        data = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<%d@b.c>\r\nDATA\r\nMessage-ID: %d\r\n\r\n..x\r\n.\r\n"
        bdat = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<%d@b.c>\r\nBDAT 5\r\nMessaBDAT 14 LAST\r\nge-ID: %d\r\n\r\n.\r"
        empty = b"MAIL FROM:<>\r\nRCPT TO:<4@b.c>\r\nDATA\r\n.\r\n"
        client.say(b"EHLO x\r\n" + data % (1, 1) + bdat % (2, 2) + data % (3, 3) + empty + b"QUIT\r\n")
        assert client.codes(20) == [220, 250, 250, 250, 354, 250] + [250] * 4 + [250, 250, 354, 250] * 2 + [
            221,
            0,
        ]
    assert [(record.recipient, record.message_id, record.content) for record in sink.records] == [
        ("1@b.c", "1", b"Message-ID: 1\r\n\r\n.x\r\n"),
        ("2@b.c", "2", b"Message-ID: 2\r\n\r\n.\r"),
        ("3@b.c", "3", b"Message-ID: 3\r\n\r\n.x\r\n"),
        ("4@b.c", "", b""),
    ]


def test_octet_by_octet(make_sink, raw):
    sink = make_sink()
    with raw(sink) as client:
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        text = b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\nDATA\r\n..\r\n\r\n.\r\nRSET\r\n"
        for octet in text:
            client.say(bytes((octet,)))
        assert client.codes(7) == [220, 250, 250, 250, 354, 250, 250]
    assert [record.content for record in sink.records] == [b".\r\n\r\n"]


@pytest.mark.parametrize("end", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r"])
def test_only_crlf_dot_crlf_ends_a_message(make_sink, end, raw):
    """Were it otherwise, a smuggled message could pass for one of ours."""
    sink = make_sink()
    with raw(sink) as client:
        client.say(b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\nDATA\r\nx" + end)
        client.say(b"MAIL FROM:<evil@b.c>\r\nRCPT TO:<e@b.c>\r\nDATA\r\ny\r\n.\r\n")
        assert client.codes(6) == [220, 250, 250, 250, 354, 250]
    assert [record.recipient for record in sink.records] == ["d@b.c"]


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (b"RCPT TO:<a@b.c>\r\n", [503]),
        (b"DATA\r\n", [503]),
        (b"MAIL FROM:<a@b.c>\r\nDATA\r\n", [250, 554]),
        (b"MAIL FROM:<a@b.c>\r\nMAIL FROM:<a@b.c>\r\n", [250, 503]),
        (b"MAIL FROM: <a@b.c>\r\n", [501]),
        (b"MAIL FROM:<a@b.c> X=Y\r\n", [555]),
        (b"MAIL FROM:<a@b.c> SIZE=101\r\n", [552]),
        (b"MAIL FROM:<a@b.c>\r\nRCPT TO:<>\r\n", [250, 501]),
        (b"MAIL FROM:<a@b.c>\r\nRCPT TO:<\xc3\xa9@b.c>\r\n", [250, 553]),
        (b"MAIL FROM:<a@b.c> SMTPUTF8\r\nRCPT TO:<\xc3\xa9@b.c>\r\n", [250, 250]),
        (b"BDAT 3 LAST\r\nabcNOOP\r\n", [503, 250]),
        (b"BDAT x\r\n", [501]),
        (b"MAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\nBDAT 1\r\nxDATA\r\n", [250, 250, 250, 503]),
        (b"WHAT\r\n", [500]),
        (b"EHLO\r\n", [501]),
        (b"STARTTLS\r\n", [502]),
        (b"AUTH PLAIN AAAA\r\n", [504]),
        (b"BDAT 0\r\nBDAT 2\r\nxxNOOP\r\n", [503, 503, 250]),
        (b"x" * 9000, [500, 0]),
    ],
)
def test_bad_commands(make_sink, lines, codes, raw):
    sink = make_sink(size=100)
    with raw(sink) as client:
        client.say(b"EHLO x\r\n" + lines)
        assert client.codes(2 + len(codes)) == [220, 250, *codes]
    assert sink.records == []


@pytest.mark.parametrize("body", [b"DATA\r\n" + b"x" * 99 + b"\r\n.\r\n", b"BDAT 101 LAST\r\n" + b"x" * 101])
def test_a_message_that_is_too_big_is_not_taken(make_sink, body, raw):
    sink = make_sink(size=100)
    with raw(sink) as client:
        client.say(b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\n" + body)
        codes = client.codes(6 if b"DATA" in body else 5)
    assert codes[-1] == 552
    assert sink.records == []


def test_authentication_can_be_required(make_sink):
    sink = make_sink(users={"u": "p"}, auth_required=True, auth_in_clear=True)
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("a@b.c", ["d@b.c"], MESSAGE)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("u", "wrong")
        client.login("u", "p")
        client.sendmail("a@b.c", ["d@b.c"], MESSAGE)
    assert len(sink.records) == 1


@pytest.mark.parametrize(
    ("options", "said", "codes"),
    [
        ({}, b"AUTH PLAIN AHUAcA==\r\n", [538]),
        ({"auth_in_clear": True}, b"AUTH CRAM-MD5\r\n", [504]),
        ({"auth_in_clear": True}, b"AUTH PLAIN AHUAcA==\r\nAUTH PLAIN AHUAcA==\r\n", [235, 503]),
        ({"auth_in_clear": True}, b"AUTH LOGIN\r\ndQ==\r\ncA==\r\n", [334, 334, 235]),
        ({"auth_in_clear": True}, b"AUTH LOGIN dQ==\r\ncA==\r\n", [334, 235]),
        ({"auth_in_clear": True}, b"AUTH PLAIN\r\n*\r\nMAIL FROM:<a@b.c>\r\n", [334, 501, 250]),
        ({"auth_in_clear": True}, b"AUTH PLAIN AAAA\r\n", [535]),
        ({"auth_in_clear": True}, b"AUTH PLAIN\r\nMAIL FROM:<a@b.c>\r\n", [334, 501]),  # no command there
    ],
)
def test_authentication_step_by_step(make_sink, raw, options, said, codes):
    sink = make_sink(users={"u": "p"}, **options)
    with raw(sink) as client:
        client.say(b"EHLO x\r\n" + said)
        assert client.codes(2 + len(codes)) == [220, 250, *codes]


def test_records_are_in_the_file_before_the_reply(tmp_path, raw):
    path = tmp_path / "records"
    with Sink(record=path, remember=False, fsync=True) as sink, raw(sink) as client:
        client.say(b"EHLO x\r\n")
        assert client.codes(2) == [220, 250]
        for number in range(20):
            client.say(b"MAIL FROM:<a@b.c>\r\nRCPT TO:<%d@b.c>\r\nDATA\r\n" % number + MESSAGE + b".\r\n")
            assert client.codes(4) == [250, 250, 354, 250]
            assert [record.recipient for record in read_records(path)][-1] == f"{number}@b.c"
        assert sink.records == []


def test_a_torn_last_line_is_left_out(tmp_path):
    path = tmp_path / "records"
    with (
        Sink(Options(keep_content=True), record=path) as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        for to in ("ü@b.c", "d@b.c"):
            client.sendmail("a@b.c", [to], MESSAGE, mail_options=["SMTPUTF8"])
    whole = path.read_bytes()
    assert list(read_records(path)) == sink.records
    assert sink.records[0].content == MESSAGE.replace(b"\r\n.dot", b"\r\n.dot")
    path.write_bytes(whole[:-5])
    assert [record.recipient for record in read_records(path)] == ["ü@b.c"]


def test_octets_that_are_no_utf8_come_back_from_the_file(tmp_path):
    path = tmp_path / "records"
    with Sink(record=path) as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.sendmail("a@b.c", ['"q\\"\t"@b.c'], b'Message-ID: <\xe9\\"@b.c>\r\n\r\n')
    assert list(read_records(path)) == sink.records
    assert sink.records[0][:2] == ('"q\\"\t"@b.c', '<\udce9\\"@b.c>')


def test_one_port_serves_again_after_refusing(make_sink, raw):
    sink = make_sink()
    port = sink.port
    sink.refuse()
    with pytest.raises(ConnectionRefusedError):
        raw(sink)
    sink.listen()
    assert sink.port == port
    with raw(sink) as client:
        assert client.codes(1) == [220]


def test_a_taken_port_is_told(make_sink):
    taken = make_sink()
    with pytest.raises(OSError, match="in use"):
        Sink(port=taken.port).start()


def test_it_listens_on_loopback_only():
    with pytest.raises(Refused, match="loopback only"):
        Sink(Options(host="0.0.0.0"))


def test_latency_is_shared_by_what_is_pipelined(make_sink, raw):
    sink = make_sink(latency=0.15)
    with raw(sink) as client:
        start = time.monotonic()
        client.say(b"EHLO x\r\n" + b"NOOP\r\n" * 20)
        assert client.codes(22) == [220] + [250] * 21
        assert 0.15 <= time.monotonic() - start < 2, "each of them would wait for 0.15 seconds"
        client.say(b"QUIT\r\n")
        assert client.codes(2) == [221, 0]
