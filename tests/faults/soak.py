"""`python -m tests.faults.soak`: the faults at length, judged as the tests judge them.

    python -m tests.faults.soak all --database postgresql --recipients 100000

kills:   `kill -9` of a random worker process every two seconds, to the end.
servers: the broker flushed, stopped and started every five seconds; PostgreSQL stopped with `-m immediate`
         every ten.
leavers: a tenth of the readers unsubscribe, are suppressed or erased, most of them just before their turn.
stops:   SIGSTOP of a random bulk process for some seconds, again and again.
feedback: links are tracked; bounces, complaints, posts of a provider, requests to leave and clicks come
         in all the while, and a worker process is killed every two seconds.

Prints what was done and what became of the promise; the exit code is 1 when it was broken.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.publications.models import TrackingMode
from newsletter.smtp.sink import read_records
from newsletter.smtp.url import Dialogue
from tests.faults.feedback import Clicks, ComeBack
from tests.faults.stage import Stage, stage
from tests.faults.trouble import (
    Done,
    Leavers,
    disturb_broker,
    in_background,
    kill_workers,
    restart_postgres,
    stop_workers,
)

NO_END = float("inf")
LONGEST = 3600.0
ALL = "all"
MOST_FEEDBACK = 3_000  # a quarter of it complaints, of which one address takes 1,000 an hour


@dataclass
class Soak:
    """One long fault: what it did, and what it has to say at the end besides I1 to I4."""

    act: Callable[["Soak", Stage, int, random.Random], Done]
    own_postgres: bool = False
    tracking: TrackingMode = TrackingMode.OFF
    leavers: Leavers | None = field(default=None, init=False)


@dataclass(frozen=True)
class Row:
    """What is printed of one soak."""

    fault: str
    database: str
    done: Done
    seconds: float
    numbers: str
    broken: list[str]


def kill(_soak: Soak, given: Stage, mailing_id: int, luck: random.Random) -> Done:
    return kill_workers(given, mailing_id, luck, lambda: 2.0, NO_END)


def stop(_soak: Soak, given: Stage, mailing_id: int, luck: random.Random) -> Done:
    return stop_workers(given, mailing_id, luck, lambda: luck.uniform(1, 5), NO_END)


def disturb_servers(_soak: Soak, given: Stage, mailing_id: int, _luck: random.Random) -> Done:
    # One after the other in one thread: whether it is over is asked of a database that is there.
    done: Done = Counter()
    while not given.over(mailing_id):
        done += disturb_broker(given, mailing_id, lambda: 5.0, 1)
        if given.postgres is not None and not given.over(mailing_id):
            done += restart_postgres(given, mailing_id, lambda: 5.0, 1)
    return done


def leave(soak: Soak, given: Stage, mailing_id: int, luck: random.Random) -> Done:
    leavers = soak.leavers = Leavers(given.runtime, mailing_id, luck)
    tenth = given.count(mailing_id).candidates // 10
    return in_background(lambda: leavers.leave(tenth, lambda: given.over(mailing_id)))()


def come_back(soak: Soak, given: Stage, mailing_id: int, luck: random.Random) -> Done:
    leavers = soak.leavers = ComeBack(given.runtime, mailing_id, random.Random(luck.random()))
    clicks = Clicks(given.runtime, mailing_id, random.Random(luck.random()))
    most = min(MOST_FEEDBACK, given.count(mailing_id).candidates // 10)
    return in_background(
        lambda: leavers.leave(most, lambda: given.over(mailing_id)),
        lambda: clicks.fold(1_000, lambda: given.over(mailing_id)),
        lambda: kill_workers(given, mailing_id, luck, lambda: 2.0, NO_END),
    )()


def soaks() -> dict[str, Soak]:
    return {
        "kills": Soak(kill),
        "servers": Soak(disturb_servers, own_postgres=True),
        "leavers": Soak(leave),
        "stops": Soak(stop),
        "feedback": Soak(come_back, tracking=TrackingMode.INDIVIDUAL),
    }


def run(fault: str, arguments: argparse.Namespace) -> Row:
    """Set the stage, disturb the mailing to its end, judge."""
    soak, luck = soaks()[fault], random.Random(arguments.seed)
    dialogue = Dialogue[arguments.dialogue.upper()]
    with (
        tempfile.TemporaryDirectory(prefix="newsletter-soak-") as folder,
        stage(
            Path(folder),
            arguments.database,
            dialogue=dialogue,
            latency=arguments.latency,
            own_postgres=soak.own_postgres and arguments.database == "postgresql",
            WINDOW_SIZE="100",
        ) as given,
    ):
        mailing_id = given.schedule(
            arguments.recipients, per_second=arguments.per_second, tracking=soak.tracking
        )
        given.installation.start("worker", "bulk", "periodic", "beat")
        given.sent_at_least(1, mailing_id)
        began = time.monotonic()
        done = soak.act(soak, given, mailing_id, luck)
        given.finish(mailing_id, patience=LONGEST)
        seconds = time.monotonic() - began
        judged = given.judge(mailing_id)
        broken = list(judged.broken)
        if soak.leavers is not None:
            broken += soak.leavers.written_to(list(read_records(given.sink.record)))
            done["left before their reservation"] = len(soak.leavers.too_late)
        found = judged.accounts
        numbers = (
            f"sent {found.sent:,} · unanswered {found.unanswered:,} of {judged.died:,} with D and no R"
            f" · rejected {found.rejected:,} · excluded {sum(found.excluded.values()):,}"
        )
        return Row(fault, arguments.database, done, seconds, numbers, broken)


def show(row: Row) -> str:
    """One soak as lines of a table."""
    did = ", ".join(f"{n:,} × {what}" for what, n in sorted(row.done.items())) or "nothing"
    lines = [
        f"{row.fault:<8} {row.database:<11} {'BROKEN' if row.broken else 'kept':<7} {row.seconds:>7.0f} s",
        f"         {row.numbers}",
        f"         {did}",
        *(f"         {sentence}" for sentence in row.broken),
    ]
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__.split("\n")[0])
    made.add_argument("fault", choices=[*soaks(), ALL])
    made.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    made.add_argument("--recipients", type=int, default=100_000)
    made.add_argument("--per-second", type=float, default=None, help="a throttle, so that it lasts longer")
    made.add_argument("--latency", type=float, default=0.02, help="seconds that each reply takes")
    made.add_argument("--dialogue", choices=[each.name.lower() for each in Dialogue], default="chunking")
    made.add_argument("--seed", type=int, default=1)
    return made


def main(argv: list[str] | None = None) -> int:
    """Run them one after the other."""
    arguments = parser().parse_args(argv)
    faults = list(soaks()) if arguments.fault == ALL else [arguments.fault]
    rows = []
    for fault in faults:
        rows.append(run(fault, arguments))
        sys.stdout.write(show(rows[-1]) + "\n")
        sys.stdout.flush()
    return 1 if any(row.broken for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
