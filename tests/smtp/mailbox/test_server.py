"""The mailbox's SMTP server as a process: it catches what is sent, keeps the newest, and stops when told."""

import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from newsletter.smtp.mailbox import list_messages, read_message
from newsletter.smtp.mailbox.__main__ import main
from newsletter.smtp.mailbox.server import SIZE_LIMIT, SLACK, Catcher
from tests.servers.processes import ROOT


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter.smtp.mailbox", "--dir", folder, "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        listening = process.stdout.readline()
        yield process, int(listening.split("127.0.0.1:")[1].split()[0])
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """The folder and the port of a mailbox for all who do nothing to its process."""
    folder = tmp_path_factory.mktemp("mailbox")
    with running(folder) as (_, port):
        yield folder, port


@pytest.fixture
def folder(shared: tuple[Path, int]) -> Path:
    """Its folder, empty."""
    for message in shared[0].iterdir():
        message.unlink()
    return shared[0]


@pytest.fixture
def port(shared: tuple[Path, int]) -> int:
    return shared[1]


def test_it_keeps_exactly_what_was_sent(folder: Path, port: int) -> None:
    raw = b"Subject: Hello\r\n\r\n.dot\r\n..dots\r\n\xc3\xa9\r\n"
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("a@example.org", ["b@example.org", "c@example.org"], raw)
    (summary,) = list_messages(folder)
    message = read_message(folder, summary.id)
    assert message.raw == raw
    assert (message.sender, message.recipients) == ("a@example.org", ("b@example.org", "c@example.org"))


@pytest.mark.parametrize("body", [b".\r\n", b"..\r\n", b"a.\r\n.\r\nb\r\n", b"\r\n.\r\n.\r\n"])
def test_dots_survive(folder: Path, port: int, body: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(2):  # the second shows that nothing of the first was left over
            client.sendmail("a@example.org", ["b@example.org"], body)
    assert [read_message(folder, each.id).raw for each in list_messages(folder)] == [body, body]


def test_a_message_that_breaks_the_limits_is_refused_and_the_next_one_taken(folder: Path, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@example.org", ["b@example.org"], b"x" * 999 + b"\r\n")
        assert refused.value.smtp_code == 500
        assert client.docmd("DATA") == (503, b"5.5.1 say RCPT first")
        client.mail("a@example.org")
        client.rcpt("b@example.org")
        assert client.data(b"y\r\n" * (SIZE_LIMIT // 3 + 1))[0] == 552
        client.sendmail("a@example.org", ["b@example.org"], b"x" * 998 + b"\r\n")
    (summary,) = list_messages(folder)
    assert summary.size == 1000


def test_it_takes_the_null_sender_and_internationalised_addresses(folder: Path, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("", ["postmaster@example.org"], b"Subject: bounce\r\n\r\n")
        client.sendmail(
            "grüße@example.org", ["köln@example.org"], b"Subject: x\r\n\r\n", mail_options=["SMTPUTF8"]
        )
    newest, oldest = list_messages(folder)
    assert oldest.sender == ""
    assert (newest.sender, newest.recipients) == ("grüße@example.org", ("köln@example.org",))


def test_it_stops_with_code_0_when_asked_to(tmp_path: Path) -> None:
    with running(tmp_path) as (process, port):
        with smtplib.SMTP("127.0.0.1", port):
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_it_listens_on_the_loopback_interface_only(folder: Path, port: int) -> None:
    with socket.socket() as other:
        other.settimeout(5)
        with pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.2", port))


def test_a_taken_port_is_one_sentence(folder: Path, port: int) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "newsletter.smtp.mailbox", "--dir", folder, "--port", str(port)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "address already in use" in second.stderr.lower()


def test_it_has_to_be_told_its_folder_and_port(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mailbox"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "are required: --dir, --port" in capsys.readouterr().err


def test_what_does_not_come_in_its_order_is_refused(folder: Path, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        assert client.docmd("DATA") == (503, b"5.5.1 say EHLO first")
        client.ehlo()
        client.mail("a@example.org")
        client.rcpt("b@example.org")
        assert client.docmd("DATA", "now") == (501, b"5.5.4 DATA takes no argument")
    assert list_messages(folder) == []


def test_a_message_that_cannot_be_kept_is_put_off(tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"
    with running(folder) as (_, port), smtplib.SMTP("127.0.0.1", port) as client:
        folder.rmdir()
        folder.write_text("a file where the folder was")
        with pytest.raises(smtplib.SMTPDataError, match=r"4\.3\.1 it cannot be kept") as refused:
            client.sendmail("a@example.org", ["b@example.org"], b"Subject: x\r\n\r\n")
        assert refused.value.smtp_code == 452


def test_what_a_killed_server_left_unfinished_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "20270101-0.new").write_bytes(b"Subj")
    Catcher(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_keeps_the_newest_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    envelope = Envelope()
    envelope.content = b"Subject: x\r\n\r\n"
    catcher = Catcher(tmp_path, kept=5)
    ids = [catcher.keep(envelope) for _ in range(SLACK + 4)]
    catcher = Catcher(tmp_path, kept=5)
    ids += [catcher.keep(envelope) for _ in range(2)]
    assert [summary.id for summary in list_messages(tmp_path)] == ids[:-6:-1]
    assert len(list(tmp_path.iterdir())) == 5


def test_a_folder_that_is_gone_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"
    with running(folder) as (_, port), smtplib.SMTP("127.0.0.1", port) as client:
        folder.rmdir()
        client.sendmail("a@example.org", ["b@example.org"], b"Subject: x\r\n\r\n")
    assert len(list_messages(folder)) == 1


def test_it_is_fast_enough_for_a_digest_to_a_few_thousand(folder: Path, port: int) -> None:
    raw = b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 280
    with smtplib.SMTP("127.0.0.1", port) as client:
        began = time.monotonic()
        for _ in range(100):
            client.sendmail("a@example.org", ["b@example.org"], raw)
        assert time.monotonic() - began < 10  # the figure itself is far better; this catches waits
