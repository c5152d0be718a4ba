"""The sink as a process of its own, whose file outlives it."""

import contextlib
import json
import signal
import smtplib
import subprocess
import sys
import threading

import pytest

from newsletter.smtp.sink import Options, read_records
from newsletter.smtp.sink.__main__ import options, parser


@contextlib.contextmanager
def running(*arguments):
    """The process and its port."""
    command = [sys.executable, "-m", "newsletter.smtp.sink", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            word, port = process.stdout.readline().split()
            assert word == "listening"
            yield process, int(port)
        finally:
            process.kill()


def send(port, *recipients, user=None):
    with smtplib.SMTP("127.0.0.1", port) as client:
        if user:
            client.login(*user)
        for recipient in recipients:
            client.sendmail("a@b.c", [recipient], f"Message-ID: <{recipient}>\r\n\r\n")


def test_it_records_counts_and_ends_when_told(tmp_path):
    path = tmp_path / "records"
    with running("--record", path) as (process, port):
        send(port, "d@b.c", "e@b.c")
        assert [record.message_id for record in read_records(path)] == ["<d@b.c>", "<e@b.c>"]
        process.send_signal(signal.SIGUSR1)
        assert json.loads(process.stdout.readline())["messages"] == 2
        process.terminate()
        counts = json.loads(process.stdout.readline())
        assert process.wait(5) == 0
    assert (counts["connections"], counts["lost"], counts["messages"]) == (1, 0, 2)


def test_without_switches_it_is_the_usual_sink():
    assert options(parser().parse_args(["--record", "records"])) == Options()


@pytest.mark.faults
def test_what_was_accepted_survives_kill_9(tmp_path):
    path = tmp_path / "records"
    accepted = []
    with running("--record", path) as (process, port):

        def flood():
            with contextlib.suppress(OSError), smtplib.SMTP("127.0.0.1", port) as client:
                for number in range(100_000):
                    client.sendmail("a@b.c", [f"{number}@b.c"], b"Subject: x\r\n\r\n")
                    accepted.append(f"{number}@b.c")

        thread = threading.Thread(target=flood)
        thread.start()
        threading.Event().wait(0.3)
        process.kill()
        thread.join()
    taken = [record.recipient for record in read_records(path)]
    assert accepted
    assert taken[: len(accepted)] == accepted
    assert len(taken) - len(accepted) <= 1


def test_faults_and_switches_come_from_the_command_line(tmp_path):
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"at": "rcpt", "code": 550, "text": "5.1.1 No", "recipient": "no@*"}]))
    switches = ("--no-pipelining", "--no-chunking", "--no-smtputf8", "--size", "1000", "--keep-content")
    auth = ("--user", "u:p", "--auth-required", "--auth-in-clear")
    path = tmp_path / "records"
    with running("--record", path, "--faults", f"@{faults}", *switches, *auth) as (_, port):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(port, "no@b.c", user=("u", "p"))
        send(port, "yes@b.c", user=("u", "p"))
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            offered = client.esmtp_features
    assert [(record.recipient, record.content) for record in read_records(path)] == [
        ("yes@b.c", b"Message-ID: <yes@b.c>\r\n\r\n")
    ]
    assert offered["size"] == "1000"
    assert not {"pipelining", "chunking", "smtputf8"} & set(offered)


@pytest.mark.parametrize(
    "arguments",
    [["--faults", "lunch"], ["--host", "0.0.0.0"], ["--certificate", "/nowhere"], ["--faults", "@/nowhere"]],
)
def test_it_says_why_it_cannot_start(tmp_path, arguments):
    command = [
        sys.executable,
        "-m",
        "newsletter.smtp.sink",
        "--record",
        str(tmp_path / "records"),
        *arguments,
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1


def test_starttls(tmp_path, certificate):
    with running("--record", tmp_path / "records", "--certificate", certificate.pem) as (_, port):
        with smtplib.SMTP("127.0.0.1", port) as client:
            assert client.starttls()[0] == 220
            client.sendmail("a@b.c", ["d@b.c"], b"x\r\n")
        assert len(list(read_records(tmp_path / "records"))) == 1
