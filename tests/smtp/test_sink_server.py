"""The sink as a whole: stops, other addresses, and a disk that is full."""

import resource
import smtplib

import pytest

from newsletter.smtp.sink import Options, Sink, read_records

HELLO = b"EHLO x\r\n"
ONE = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\nDATA\r\nx\r\n.\r\n"


def test_it_may_be_stopped_twice():
    sink = Sink().start()
    sink.stop()
    sink.stop()


def test_a_stop_cuts_whoever_is_there(raw):
    sink = Sink().start()
    with raw(sink) as client:
        assert client.codes(1) == [220]
        sink.stop()
        assert client.codes(1) == [0]


@pytest.mark.parametrize("options", [Options(host="::1"), Options(host="localhost")])
def test_other_loopback_addresses(options):
    with Sink(options) as sink:
        host = sink.url.removeprefix("smtp://").partition("?")[0].rpartition(":")[0].strip("[]")
        with smtplib.SMTP(host, sink.port) as client:
            client.sendmail("a@b.c", ["d@b.c"], b"x\r\n")
        assert len(sink.records) == 1


def test_a_disk_that_is_full_takes_nothing(tmp_path, raw):
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


def test_a_disk_that_fills_up_keeps_whole_records_of_what_was_accepted(tmp_path, raw):
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
