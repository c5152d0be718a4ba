"""`newsletter mail listen`, and the address that it takes mail for."""

import logging
import os
import signal
import smtplib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.cli import environment
from newsletter.curation.models import Entry
from newsletter.publications.models import Publication
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication
from tests.incoming.conftest import MAIL, SENDER
from tests.servers.imap import ImapServer
from tests.servers.processes import free_port


@pytest.fixture(autouse=True)
def publication(session: Session) -> Publication:
    made = make_publication(session)
    session.commit()
    return made


@pytest.fixture(autouse=True)
def _logs_stay_as_they_were() -> Iterator[None]:
    """The command sends the logs of its process to its standard error, which ends with the test."""
    root = logging.getLogger()
    handlers, level, before = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


def bring_and_stop(port: int, address: str) -> None:
    """Bring a mail as soon as somebody listens, and ask this process to end."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                client.sendmail(SENDER, [address], MAIL % b"1")
            break
        except ConnectionRefusedError:
            time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)


@both_databases
def test_mail_is_taken_until_the_end(run: Run, session: Session) -> None:
    address = run("inbox", "address", "--publication", "weekly", "--json").json["address"]
    port = free_port()
    somebody = threading.Thread(target=bring_and_stop, args=(port, address))
    somebody.start()
    ran = run("mail", "listen", "--port", str(port), "--json")
    somebody.join(30)
    assert (ran.code, ran.json) == (0, {"host": "127.0.0.1", "port": port})
    assert len(session.scalars(select(Entry)).all()) == 2


def test_a_port_that_is_taken_or_zero_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run("mail", "listen", "--port", str(port))
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert f"Port {port} is taken by another program, so no mail comes in" in ran.err
    ran = run("mail", "listen", "--host", "192.0.2.1", "--port", "0")
    assert (ran.code, "see MAIL_HOST" in ran.err) == (1, True)
    monkeypatch.setenv("MAIL_PORT", "0")
    environment.runtime.cache_clear()
    ran = run("mail", "listen")
    assert (ran.code, "MAIL_PORT is 0" in ran.err) == (2, True)


def test_a_mailbox_is_looked_into(run: Run, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "IMAP_URL is not set" in run("mail", "poll").err
    address = run("inbox", "address", "--publication", "weekly", "--json").json["address"]
    with ImapServer() as server:
        server.deliver(f"Delivered-To: {address}\r\n".encode() + MAIL % b"1")
        monkeypatch.setenv("IMAP_URL", server.url)
        environment.runtime.cache_clear()
        assert run("mail", "poll", "--json").json == {"taken": 1, "refused": 0, "later": 0}
        assert "0 taken, 0 refused, 0 left for later" in run("mail", "poll").out
    away = run("mail", "poll")
    assert (away.code, "The mailbox of IMAP_URL cannot be read" in away.err) == (1, True)
    assert server.password not in away.err
    assert len(session.scalars(select(Entry)).all()) == 2


def test_the_address_is_shown_replaced_and_turned_off(run: Run) -> None:
    def address(*options: str) -> str:
        shown: str = run("inbox", "address", "--publication", "weekly", *options, "--json").json["address"]
        return shown

    first = address()
    assert first.startswith("inbox+")
    assert first == address()
    second = address("--rotate")
    assert second not in {first, None}
    assert address("--off") is None
    assert "Create an address with --rotate" in run("inbox", "address", "--publication", "weekly").out
    assert address("--rotate") not in {first, second, None}
    both = run("inbox", "address", "--publication", "weekly", "--rotate", "--off")
    assert (both.code, "not both" in both.err) == (2, True)
