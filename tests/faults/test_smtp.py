"""A relay that refuses, stalls, falls silent and breaks off: whoever can still get a copy gets one."""

import random
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from newsletter.core import clock
from newsletter.mailings.accounts import Accounts, accounts
from newsletter.mailings.models import DeliveryRetry, Mailing, Outcome
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.smtp.sink import Act, At, Options, Rule, Script, Sink
from newsletter.smtp.url import Dialogue
from tests.faults.drainer import over
from tests.faults.promise import UNDER_WAY, read_ledger

READERS = 600
SEED = 20261128
QUICK = {
    f"timeout_{name}": 0.4
    for name in ("connect", "greeting", "command", "mail", "rcpt", "data", "block", "end", "probe")
}

pytestmark = pytest.mark.faults

Judge = Callable[..., Accounts]
MakeProcess = Callable[..., SendingProcess]
MakeMailing = Callable[..., int]


def count(runtime: Runtime, mailing_id: int) -> Accounts:
    with runtime.session() as session:
        return accounts(session, mailing_id)


def send_to_the_end(runtime: Runtime, process: SendingProcess, mailing_id: int) -> timedelta:
    """Send, with the clock set on to whenever something is due again; how much time that was."""
    start, passed = clock.now(), timedelta()
    for _ in range(100):
        with time_machine.travel(start + passed):
            process.drain(mailing_id, seconds=20)
            if over(runtime, mailing_id):
                return passed
            passed = max(next_due(runtime, mailing_id) - start, passed) + timedelta(seconds=1)
    raise AssertionError(count(runtime, mailing_id))


def next_due(runtime: Runtime, mailing_id: int) -> datetime:
    """When the sweep would ring again."""
    first = select(func.min(DeliveryRetry.due)).where(DeliveryRetry.mailing_id == mailing_id)
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        assert mailing.held_reason == ""
        waits = session.scalar(first) if mailing.next_seq > mailing.members else None
    return max(filter(None, (mailing.not_before, waits, clock.now())))


def test_some_are_told_to_come_back(
    dialogue: Dialogue,
    runtime: Runtime,
    make_mailing: MakeMailing,
    make_process: MakeProcess,
    sink: Sink,
    hold_promise: Judge,
) -> None:
    """451 to 5 % once, at the body."""
    mailing_id, process = make_mailing(READERS), make_process(dialogue)
    sink.script = Script([Rule(At.BODY, code=451, probability=0.05, each=True, times=1)])
    process.drain(mailing_id, seconds=30)
    assert 10 < count(runtime, mailing_id).retry < 80
    passed = send_to_the_end(runtime, process, mailing_id)
    assert timedelta(minutes=4) < passed < timedelta(hours=1)
    found = hold_promise(mailing_id, dialogue)
    assert (found.sent, found.rejected, found.unanswered) == (READERS, 0, 0)


def test_a_storm_of_refusals_of_every_kind(
    dialogue: Dialogue,
    runtime: Runtime,
    make_mailing: MakeMailing,
    make_process: MakeProcess,
    sink: Sink,
    hold_promise: Judge,
) -> None:
    mailing_id, process = make_mailing(READERS), make_process(dialogue)
    sink.script = Script(
        [
            Rule(At.RCPT, code=550, text="5.1.1 No such user", recipient="*50@readers.example"),
            Rule(At.BODY, code=554, text="5.6.0 Not this content", recipient="*75@readers.example"),
            Rule(At.RCPT, code=450, text="4.2.2 Full", probability=0.4, each=True, times=2),
            Rule(At.MAIL, code=421, text="4.3.2 Closing", skip=200, times=1),
            Rule(At.RCPT, code=421, text="4.3.2 Closing", skip=100, times=1),
            Rule(At.BODY, code=421, text="4.3.2 Closing", skip=150, times=2),
        ],
        seed=SEED,
    )
    send_to_the_end(runtime, process, mailing_id)
    found = hold_promise(mailing_id, dialogue)
    assert found.rejected_reasons == {"content": 6, "no_such_user": 6}
    assert (found.sent, found.unanswered) == (READERS - 12, 0)


def test_silence_after_the_last_octet(
    dialogue: Dialogue,
    runtime: Runtime,
    make_mailing: MakeMailing,
    make_process: MakeProcess,
    sink: Sink,
    hold_promise: Judge,
) -> None:
    """For 1 %, half of them taken: these are unanswered, with BDAT some behind them; nobody is resent."""
    mailing_id = make_mailing(READERS)
    process = make_process(dialogue, **QUICK)
    taken, lost = ({f"reader{n}@readers.example" for n in range(at, READERS + 1, 200)} for at in (50, 150))
    silent = taken | lost
    sink.script = Script(
        [
            Rule(At.BODY, Act.SILENT, recipient=address, recorded=address in taken)
            for address in sorted(silent)
        ]
    )
    send_to_the_end(runtime, process, mailing_id)
    found = hold_promise(mailing_id, dialogue, relay=True)
    assert found.sent + found.unanswered == READERS
    with runtime.session() as session:
        unanswered = read_ledger(session, mailing_id).who(Outcome.UNANSWERED)
    assert silent <= unanswered
    assert len(unanswered) <= UNDER_WAY[dialogue] * len(silent)
    got = {record.recipient for record in sink.records}
    assert taken <= got
    assert not lost & got


def test_stalls_in_each_phase(
    dialogue: Dialogue,
    runtime: Runtime,
    make_mailing: MakeMailing,
    make_process: MakeProcess,
    sink: Sink,
    hold_promise: Judge,
) -> None:
    mailing_id = make_mailing(READERS)
    process = make_process(dialogue, **QUICK)
    phases = [At.GREETING, At.EHLO, At.MAIL, At.RCPT, At.DATA, At.CONTENT, At.BODY]
    stalls = [
        Rule(at, Act.STALL, seconds=1.2, skip=0 if at in {At.GREETING, At.EHLO} else 40 * place, times=1)
        for place, at in enumerate(phases)
    ]
    sink.script = Script(stalls)
    send_to_the_end(runtime, process, mailing_id)
    found = hold_promise(mailing_id, dialogue, relay=True)
    assert found.sent + found.unanswered == READERS
    assert 1 <= found.unanswered <= 2 * UNDER_WAY[dialogue], "after the last octet alone: content and body"


def test_connections_are_cut_anywhere(
    dialogue: Dialogue,
    runtime: Runtime,
    make_mailing: MakeMailing,
    make_process: MakeProcess,
    sink: Sink,
    hold_promise: Judge,
) -> None:
    mailing_id, process = make_mailing(READERS), make_process(dialogue, window_size=20)
    sink.script = cuts(random.Random(SEED))
    send_to_the_end(runtime, process, mailing_id)
    found = hold_promise(mailing_id, dialogue, relay=True)
    assert found.sent + found.unanswered == READERS
    assert found.unanswered < READERS / 4


def cuts(luck: random.Random) -> Script:
    """Connections that end at random octets of bodies, and at any command."""
    inside = [
        Rule(At.CONTENT, Act.DROP, octets=luck.randrange(4_000), skip=luck.randrange(READERS // 2), times=1)
        for _ in range(8)
    ]
    between = [
        Rule(at, Act.DROP, skip=luck.randrange(READERS // 2), times=1, recorded=luck.random() < 0.5)
        for at in (At.MAIL, At.RCPT, At.DATA, At.BODY, At.BODY, At.MAIL, At.RCPT)
    ]
    return Script([*inside, *between])


def test_a_relay_that_comes_and_goes(
    dialogue: Dialogue,
    runtime: Runtime,
    make_mailing: MakeMailing,
    make_process: MakeProcess,
    sink: Sink,
    hold_promise: Judge,
) -> None:
    """Connections are refused for a while again and again, and those that are open are ended."""
    mailing_id, process = make_mailing(READERS), make_process(dialogue, window_size=20)
    sink.script = Script([Rule(At.MAIL, Act.DROP, probability=0.03)], seed=SEED)
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.wait(0.2):
            sink.refuse()
            ended.wait(0.2)
            sink.listen()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        send_to_the_end(runtime, process, mailing_id)
    finally:
        ended.set()
        thread.join()
    found = hold_promise(mailing_id, dialogue, relay=True)
    assert found.sent + found.unanswered == READERS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    openssl = shutil.which("openssl")
    assert openssl, "the openssl command line is needed to make a throw-away certificate"
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{path}.key")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    command = [openssl, "req", "-x509", *key, *names, "-days", "2", "-out", path]
    subprocess.run(command, check=True, capture_output=True)
    with path.open("ab") as file:
        file.write(Path(f"{path}.key").read_bytes())
    return path


def test_tls_that_breaks(
    dialogue: Dialogue,
    certificate: Path,
    runtime: Runtime,
    make_mailing: MakeMailing,
    make_process: MakeProcess,
    hold_promise: Judge,
) -> None:
    """At the handshake, and in the middle of an encrypted message."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    broken = [Rule(At.STARTTLS, Act.DROP, times=1), Rule(At.STARTTLS, code=454, times=1)]
    mailing_id = make_mailing(READERS)
    with Sink(Options(tls=tls), Script([*broken, *cuts(random.Random(SEED)).rules])) as sink:
        process = make_process(dialogue, window_size=20, url=sink.url, ca=certificate)
        send_to_the_end(runtime, process, mailing_id)
        found = hold_promise(mailing_id, dialogue, relay=True, sink=sink)
    assert found.sent + found.unanswered == READERS
    assert found.unanswered < READERS / 4
