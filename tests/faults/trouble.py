"""What goes wrong on a stage: processes killed and stopped, servers restarted, people who leave meanwhile.

Each goes on until the mailing is over or `most` is reached, and tells what it did.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import redis
from sqlalchemy import select

from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Delivery, DeliveryRetry, Mailing, Outcome
from newsletter.runtime import Runtime
from newsletter.smtp.sink import Record
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.suppress import suppress_person
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.factories import NO_FILES
from tests.faults.stage import Stage

Seconds = Callable[[], float]
Done = Counter[str]

NEAR = 300  # places before the reservations: who leaves there races with them


def kill_workers(stage: Stage, mailing_id: int, luck: random.Random, pause: Seconds, most: float) -> Done:
    """`kill -9` of a random worker process after each pause, main processes and children alike."""
    done: Done = Counter()
    while done.total() < most and not stage.over(mailing_id):
        time.sleep(pause())
        victim = luck.choice(stage.installation.workers())
        stage.installation.kill(victim.pid)
        done[f"kill -9 {victim.role}"] += 1
        stage.installation.tend()
    return done


def stop_workers(stage: Stage, mailing_id: int, luck: random.Random, pause: Seconds, most: float) -> Done:
    """SIGSTOP to a random bulk process, for one pause; SIGCONT; another pause."""
    done: Done = Counter()
    while done.total() < most and not stage.over(mailing_id):
        pid = luck.choice(stage.installation.processes("bulk/child")).pid
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(pause())
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        done["SIGSTOP and SIGCONT"] += 1
        time.sleep(pause())
    return done


def disturb_broker(stage: Stage, mailing_id: int, pause: Seconds, most: float) -> Done:
    """Flush the broker, stop it, start it."""
    done: Done = Counter()
    while done.total() < most and not stage.over(mailing_id):
        time.sleep(pause())
        with redis.Redis.from_url(stage.valkey.url) as client:
            client.flushall()
        stage.valkey.stop()
        time.sleep(min(1.0, pause()))
        stage.valkey.start()
        done["broker flushed, stopped, started"] += 1
    return done


def restart_postgres(stage: Stage, mailing_id: int, pause: Seconds, most: float) -> Done:
    """Stop PostgreSQL as a crash does, and start it again. Does nothing where there is none of its own."""
    done: Done = Counter()
    server = stage.postgres
    while server is not None and done.total() < most and not stage.over(mailing_id):
        time.sleep(pause())
        server.stop("immediate")
        server.start()
        done["PostgreSQL stopped with -m immediate, started"] += 1
    return done


@dataclass
class Leavers:
    """People who leave while a mailing runs; `too_late` to write to: who left before their reservation.

    After a departure is committed the mailing's lock is taken: it waits for a reservation that is under way.
    Whoever has not been reserved then is read by a later one, and must get nothing (I5).
    """

    runtime: Runtime
    mailing_id: int
    luck: random.Random
    left: dict[int, str] = field(default_factory=dict)  # place → the reason that the ledger must tell
    too_late: dict[int, str] = field(default_factory=dict)  # place → address

    def leave(self, most: float, stopped: Callable[[], bool]) -> Done:
        """Let people leave, one after another."""
        done: Done = Counter()
        while done.total() < most and not stopped():
            place = self._someone()
            if place is None:
                break
            done[self._depart(*place)] += 1
        return done

    def _someone(self) -> tuple[int, int, int, str] | None:
        """Somebody who has not left yet, within `_places`."""
        with self.runtime.session() as session:
            mailing = session.get_one(Mailing, self.mailing_id)
            for _ in range(20):
                first, last = self._places(mailing)
                if first > last:
                    return None
                seq = self.luck.randint(first, last)
                if seq in self.left:
                    continue
                row = session.get_one(Delivery, (self.mailing_id, seq))
                return seq, row.subscriber_id, row.subscription_id, f"reader{seq}@readers.example"
        return None

    def _places(self, mailing: Mailing) -> tuple[int, int]:
        """The first and the last place to choose from: nobody has reserved it, and most often it is next."""
        first, last = mailing.next_seq, mailing.members
        return first, min(last, first + NEAR) if self.luck.random() < 0.8 else last

    def _go(self, _seq: int, subscriber_id: int, subscription_id: int) -> tuple[str, str]:
        """Let a person leave; what they did, and the reason that the ledger has to tell."""
        reason = self.luck.choice(["unsubscribed", "unsubscribed", "suppressed", "erased"])
        with self.runtime.session() as session:
            if reason == "unsubscribed":
                unsubscribe(session, subscription_id, source=ConsentSource.PAGE)
            elif reason == "suppressed":
                suppress_person(session, subscriber_id, note="", actor="test")
            else:
                erase(session, subscriber_id, actor="test", files=NO_FILES)
            session.commit()
        return reason, reason

    def _depart(self, seq: int, subscriber_id: int, subscription_id: int, address: str) -> str:
        did, self.left[seq] = self._go(seq, subscriber_id, subscription_id)
        with self.runtime.session() as session:
            mailing = lock(session, self.mailing_id)
            waits = session.scalar(
                select(DeliveryRetry.seq).where(
                    DeliveryRetry.mailing_id == self.mailing_id,
                    DeliveryRetry.seq == seq,
                    DeliveryRetry.window_id.is_(None),
                )
            )
            if seq >= mailing.next_seq or waits is not None:
                self.too_late[seq] = address
        return did

    def written_to(self, records: list[Record]) -> list[str]:
        """I5: who got a copy although they had left before; and whose reason the ledger does not tell."""
        got = {record.recipient for record in records}
        with self.runtime.session() as session:
            rows = session.execute(
                select(Delivery.seq, Delivery.outcome, Delivery.reason).where(
                    Delivery.mailing_id == self.mailing_id, Delivery.seq.in_(self.too_late)
                )
            ).all()
        wrong = [
            f"I5: place {seq} is {outcome}({reason}), not excluded({self.left[seq]})"
            for seq, outcome, reason in rows
            if (outcome, reason) != (Outcome.EXCLUDED, self.left[seq])
        ]
        return [*wrong, *(f"I5: {address} had left" for address in self.too_late.values() if address in got)]


def in_background(*work: Callable[[], Done]) -> Callable[[], Done]:
    """Begin several at once; what is returned waits for all of them and adds up what they did."""
    results: list[Done] = []
    threads = [threading.Thread(target=lambda one=one: results.append(one())) for one in work]
    for thread in threads:
        thread.start()

    def join() -> Done:
        for thread in threads:
            thread.join()
        assert len(results) == len(work), "one of them failed"
        return sum(results, Counter())

    return join
