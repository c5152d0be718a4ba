"""The promise, judged for one mailing: I1 to I4 of the protocol, person by person.

Three witnesses are heard: the sink, which records each copy before it accepts it; the ledger; and the tallies
of processes that died, which recovery reads and leaves lying.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Delivery, Outcome
from newsletter.mailings.totals import MailingTotals
from newsletter.sending import tally
from newsletter.smtp.inflight_window import MOST
from newsletter.smtp.sink import Record
from newsletter.smtp.url import Dialogue
from newsletter.subscribers.models import Subscriber
from tests.processes import wait_until
from tests.sending.conftest import checked

MESSAGE_ID = re.compile(r"<(?P<mailing>\d+)\.(?P<seq>\d+)\.[0-9a-f]{16}@[^>]+>")
# How many messages a lost connection may leave without an answer.
UNDER_WAY = {Dialogue.PLAIN: 1, Dialogue.PIPELINING: 1, Dialogue.CHUNKING: MOST}
SOME = 5  # of those whom a sentence names


@dataclass(frozen=True)
class Excuses:
    """What may have cost answers: nothing else may.

    `connections`: how many were lost while their sender lived, each with at most `under_way` messages.
    `died`: places with `D` and no `R` in the tallies of processes that died. `lost`: all places of windows
    whose tallies are lost.
    """

    connections: int = 0
    under_way: int = MOST
    died: frozenset[int] = frozenset()
    lost: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Judgement:
    """`broken`: a sentence for each part of the promise that was not kept."""

    accounts: MailingTotals
    broken: list[str]
    died: int = 0


@dataclass
class Ledger:
    """The places (`seq`) of a mailing by outcome, and who is there; an erased person has no address."""

    by_outcome: dict[Outcome, set[int]] = field(default_factory=lambda: defaultdict(set))
    addresses: dict[int, str] = field(default_factory=dict)

    def who(self, outcome: Outcome) -> set[str]:
        """The addresses of those with this outcome."""
        return {self.addresses[seq] for seq in self.by_outcome[outcome] if seq in self.addresses}


def judge(session: Session, mailing_id: int, records: Iterable[Record], excuses: Excuses) -> Judgement:
    """Whether the promise was kept for a mailing that is over. Records of other mailings are passed over."""
    accounts = checked(session, mailing_id)
    ledger = read_ledger(session, mailing_id)
    copies, ids, places, broken = Counter[str](), Counter[str](), set[int](), []
    for record in records:
        match = MESSAGE_ID.fullmatch(record.message_id)
        if match is None or int(match["mailing"]) != mailing_id:
            continue  # a system message, or one of another mailing
        copies[record.recipient] += 1
        ids[record.message_id] += 1
        places.add(seq := int(match["seq"]))
        if ledger.addresses.get(seq, record.recipient) != record.recipient:
            broken.append(f"{record.recipient} got the copy of {ledger.addresses[seq]}")
    broken += _at_most_once(copies, ids)
    broken += _nobody_forgotten(accounts)
    broken += _answers_accounted_for(ledger, excuses)
    broken += _ledger_and_sink_agree(ledger, places)
    return Judgement(accounts, broken, len(excuses.died))


def hold(session: Session, mailing_id: int, records: Iterable[Record], excuses: Excuses) -> MailingTotals:
    """The same as an assertion."""
    judged = judge(session, mailing_id, records, excuses)
    assert judged.broken == [], judged
    return judged.accounts


def _at_most_once(copies: Counter[str], ids: Counter[str]) -> list[str]:
    several = sorted(what for what, n in (copies + ids).items() if n > 1)
    return [f"I1: more than one copy of {_some(several)}"] if several else []


def _nobody_forgotten(accounts: MailingTotals) -> list[str]:
    waiting = accounts.pending, accounts.in_flight, accounts.retry
    if accounts.over and waiting == (0, 0, 0) and accounts.add_up:
        return []
    return [f"I2: it is not over, or does not add up: {accounts}"]


def _answers_accounted_for(ledger: Ledger, excuses: Excuses) -> list[str]:
    unexplained = ledger.by_outcome[Outcome.UNANSWERED] - excuses.died - excuses.lost
    allowed = excuses.connections * excuses.under_way
    if len(unexplained) <= allowed:
        return []
    return [f"I3: {len(unexplained)} unanswered without reason ({allowed} allowed): {_some(unexplained)}"]


def _ledger_and_sink_agree(ledger: Ledger, got: set[int]) -> list[str]:
    sent, unanswered = ledger.by_outcome[Outcome.SENT], ledger.by_outcome[Outcome.UNANSWERED]
    problems = []
    if missing := sent - got:
        problems.append(f"I4: {len(missing)} are called sent and got nothing: places {_some(missing)}")
    if unknown := got - sent - unanswered:
        problems.append(
            f"I4: {len(unknown)} got one that the ledger does not know of: places {_some(unknown)}"
        )
    return problems


def _some(many: Iterable[object]) -> str:
    return ", ".join(map(str, sorted(many, key=str)[:SOME]))


def read_ledger(session: Session, mailing_id: int) -> Ledger:
    """The deliveries of a mailing as they stand."""
    ledger = Ledger()
    rows = session.execute(
        select(Delivery.seq, Delivery.outcome, Subscriber.email)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.mailing_id == mailing_id)
    )
    for seq, outcome, email in rows:
        if email:
            ledger.addresses[seq] = email
        ledger.by_outcome[outcome].add(seq)
    return ledger


def unfinished(tally_dir: Path, mailing_id: int) -> frozenset[int]:
    """The places with `D` and no `R` in the tallies of a mailing that is over.

    Every tally that stays is one that a dead process left: a process that lives deletes its own, a moment
    after the commit that ended the mailing.
    """
    mailings: set[int] = set()
    for path in tally_dir.glob("*.tally"):
        try:
            lines = _read_when_unlocked(path).lines
            octets = path.read_bytes()
        except FileNotFoundError:
            continue  # its owner lives
        except ValueError:
            continue  # its process died while it made it: nothing was reserved yet
        _, length = tally.HEADER.unpack_from(octets)
        facts = json.loads(octets[tally.HEADER.size : tally.HEADER.size + length])
        if facts["mailing"] == mailing_id:
            mailings |= {seq for seq, line in lines.items() if line.outcome is Outcome.UNANSWERED}
    return frozenset(mailings)


def _read_when_unlocked(path: Path) -> tally.TallyReading:
    readings: list[tally.TallyReading] = []

    def read() -> bool:
        with suppress(tally.TallyLocked):
            readings.append(tally.read(path))
        return bool(readings)

    wait_until(read)
    return readings[0]
