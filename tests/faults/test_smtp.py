"""A relay that refuses, stalls, falls silent and breaks off: whoever can still get a copy gets one."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from newsletter.core import clock
from newsletter.mailings.models import DeliveryRetry, Mailing, Outcome
from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.smtp.sink import Act, At, Options, Rule, Script, Sink
from newsletter.smtp.url import Dialogue
from tests.certificates import Certificate, make_certificate
from tests.faults.conftest import both_databases_and_dialogues
from tests.faults.drainer import over
from tests.faults.promise import UNDER_WAY, read_ledger

READERS = 600
SEED = 20261128
QUICK = {
    f"timeout_{name}": 0.4
    for name in ("connect", "greeting", "command", "mail", "rcpt", "data", "block", "end", "probe")
}

pytestmark = [pytest.mark.faults, both_databases_and_dialogues]

Begin = Callable[..., "Sending"]


@dataclass(frozen=True)
class Sending:
    """A frozen mailing to `READERS` readers, and the process that sends it."""

    runtime: Runtime
    dialogue: Dialogue
    mailing_id: int
    process: SendingProcess
    judge: Callable[..., MailingTotals]

    def count(self) -> MailingTotals:
        with self.runtime.session() as session:
            return read_totals(session, self.mailing_id)

    def to_the_end(self) -> timedelta:
        """Send, with the clock set on to whenever something is due again; how much time that was."""
        start, passed = clock.now(), timedelta()
        for _ in range(100):
            with time_machine.travel(start + passed):
                self.process.drain(self.mailing_id, seconds=20)
                if over(self.runtime, self.mailing_id):
                    return passed
                passed = max(self._next_due() - start, passed) + timedelta(seconds=1)
        raise AssertionError(self.count())

    def hold_promise(self, *, relay: bool = False, sink: Sink | None = None) -> MailingTotals:
        """What became of everybody; `relay`: whether it was the relay that lost connections."""
        return self.judge(self.mailing_id, self.dialogue, relay=relay, sink=sink)

    def _next_due(self) -> datetime:
        """When the sweep would publish the job again."""
        first = select(func.min(DeliveryRetry.due)).where(DeliveryRetry.mailing_id == self.mailing_id)
        with self.runtime.session() as session:
            mailing = session.get_one(Mailing, self.mailing_id)
            assert mailing.held_reason == ""
            waits = session.scalar(first) if mailing.next_seq > mailing.members else None
        return max(filter(None, (mailing.not_before, waits, clock.now())))


@pytest.fixture
def begin(
    dialogue: Dialogue,
    runtime: Runtime,
    make_mailing: Callable[..., int],
    make_process: Callable[..., SendingProcess],
    hold_promise: Callable[..., MailingTotals],
) -> Begin:
    """Makes the mailing and its process, which has these options."""

    def one(**options: object) -> Sending:
        process = make_process(dialogue, **options)
        return Sending(runtime, dialogue, make_mailing(READERS), process, hold_promise)

    return one


def test_some_are_told_to_come_back(begin: Begin, sink: Sink) -> None:
    """451 to 5 % once, at the body."""
    sending = begin()
    sink.script = Script([Rule(At.BODY, code=451, probability=0.05, each=True, times=1)])
    sending.process.drain(sending.mailing_id, seconds=30)
    assert 10 < sending.count().retry < 80
    passed = sending.to_the_end()
    assert timedelta(minutes=4) < passed < timedelta(hours=1)
    found = sending.hold_promise()
    assert (found.sent, found.rejected, found.unanswered) == (READERS, 0, 0)


def test_refusals_of_every_kind_in_great_number(begin: Begin, sink: Sink) -> None:
    sending = begin()
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
    sending.to_the_end()
    found = sending.hold_promise()
    assert found.rejected_reasons == {"content": 6, "no_such_user": 6}
    assert (found.sent, found.unanswered) == (READERS - 12, 0)


def test_silence_after_the_last_octet(begin: Begin, sink: Sink) -> None:
    """For 1 %, half of them taken: these are unanswered, with BDAT some behind them; nobody is resent."""
    sending = begin(**QUICK)
    taken, lost = ({f"reader{n}@readers.example" for n in range(at, READERS + 1, 200)} for at in (50, 150))
    silent = taken | lost
    sink.script = Script(
        [
            Rule(At.BODY, Act.SILENT, recipient=address, recorded=address in taken)
            for address in sorted(silent)
        ]
    )
    sending.to_the_end()
    found = sending.hold_promise(relay=True)
    assert found.sent + found.unanswered == READERS
    with sending.runtime.session() as session:
        unanswered = read_ledger(session, sending.mailing_id).who(Outcome.UNANSWERED)
    assert silent <= unanswered
    assert len(unanswered) <= UNDER_WAY[sending.dialogue] * len(silent)
    got = {record.recipient for record in sink.records}
    assert taken <= got
    assert not lost & got


def test_stalls_in_each_phase(begin: Begin, sink: Sink) -> None:
    sending = begin(**QUICK)
    phases = [At.GREETING, At.EHLO, At.MAIL, At.RCPT, At.DATA, At.CONTENT, At.BODY]
    stalls = [
        Rule(at, Act.STALL, seconds=1.2, skip=0 if at in {At.GREETING, At.EHLO} else 40 * place, times=1)
        for place, at in enumerate(phases)
    ]
    sink.script = Script(stalls)
    sending.to_the_end()
    found = sending.hold_promise(relay=True)
    assert found.sent + found.unanswered == READERS
    most = 2 * UNDER_WAY[sending.dialogue]
    assert 1 <= found.unanswered <= most, "after the last octet alone: content and body"


def test_connections_are_cut_anywhere(begin: Begin, sink: Sink) -> None:
    sending = begin(window_size=20)
    sink.script = cuts(random.Random(SEED))
    sending.to_the_end()
    found = sending.hold_promise(relay=True)
    assert found.sent + found.unanswered == READERS
    assert found.unanswered < READERS / 4


def cuts(luck: random.Random) -> Script:
    """ConnectionPool that end at random octets of bodies, and at any command."""
    inside = [
        Rule(At.CONTENT, Act.DROP, octets=luck.randrange(4_000), skip=luck.randrange(READERS // 2), times=1)
        for _ in range(8)
    ]
    between = [
        Rule(at, Act.DROP, skip=luck.randrange(READERS // 2), times=1, recorded=luck.random() < 0.5)
        for at in (At.MAIL, At.RCPT, At.DATA, At.BODY, At.BODY, At.MAIL, At.RCPT)
    ]
    return Script([*inside, *between])


def test_a_relay_that_comes_and_goes(begin: Begin, sink: Sink) -> None:
    """ConnectionPool are refused for a while again and again, and those that are open are ended."""
    sending = begin(window_size=20)
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
        sending.to_the_end()
    finally:
        ended.set()
        thread.join()
    found = sending.hold_promise(relay=True)
    assert found.sent + found.unanswered == READERS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_tls_that_breaks(begin: Begin, certificate: Certificate) -> None:
    """At the handshake, and in the middle of an encrypted message."""
    broken = [Rule(At.STARTTLS, Act.DROP, times=1), Rule(At.STARTTLS, code=454, times=1)]
    with Sink(Options(tls=certificate.context), Script([*broken, *cuts(random.Random(SEED)).rules])) as sink:
        sending = begin(window_size=20, url=sink.url, ca=certificate.pem)
        sending.to_the_end()
        found = sending.hold_promise(relay=True, sink=sink)
    assert found.sent + found.unanswered == READERS
    assert found.unanswered < READERS / 4
