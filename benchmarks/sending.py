"""A whole mailing, from the freeze to the last line of the ledger, through the processes of the Procfile.

100,000 recipients, a 20 kB multipart message with ten links that are told apart by recipient, PostgreSQL and
SQLite, chunking and pipelining; the recording sink on the same cores. The reference is Postfix's
`smtp-source -d -s 4`, which sends one prepared message again and again, into the same sink in the same run.

    python benchmarks/sending.py [--recipients 100000] [--large 1000000]

`--large` is for what grows with the list: the freeze, memory, and the cost of a message, against 10,000; and
how soon a confirmation leaves that is asked for in the middle of it.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from newsletter.subscribers.models import ConsentSource

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.population import database, populate
from benchmarks.rig import SIZE, judged, machine, processor_seconds, sink_process, smtp_source
from newsletter import migrations
from newsletter.core.addresses import parse_address
from newsletter.core.queue import broker
from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import Mailing
from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication, TrackingMode
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.sign_up import sign_up
from tests.factories import make_publication
from tests.processes import Installation, Process
from tests.servers import ValkeyServer
from tests.servers.sink_process import SinkProcess

LINKS = 10
SMALL = 10_000
REFERENCE = 50_000  # messages of smtp-source
FREEZE_SECONDS, MEMORY_MB, COST = 10.0, 150.0, 1.1
CONFIRMATION_SECONDS = 5.0
PATIENCE = 3600.0
BLURB = "What happened, and where."

Meanwhile = Callable[[Runtime, int], AbstractContextManager[None]]


@dataclass(frozen=True)
class Run:
    """One mailing. `rate`: messages a second from the freeze to the end of the ledger.

    `confirmed`: seconds until a confirmation had left that was asked for at a quarter; 0: none was.
    """

    rate: float
    freeze: float  # seconds
    cost: float  # µs of processor time of the sending processes for each message
    memory: float  # MB that the largest of them kept resident at the most
    confirmed: float


def document(slug: str, *, personal: bool = True) -> str:
    """An issue whose message is about 20 kB; its links say whose they are where they are `personal`.

    Only others can be tracked.
    """
    whose = "?to={{ attributes.token }}" if personal else ""
    items = [
        {
            "headline": f"Story {number} of the week",
            "url": f"https://elsewhere.example/story/{number}{whose}",
            "blurb": BLURB,
        }
        for number in range(LINKS)
    ]
    title = f"Issue {slug}"
    facts = {"title": title, "subject": f"The week: {slug}", "preheader": "Ten stories.", "slug": slug}
    sections = [{"id": "links", "type": "links", "title": "Weekly digest", "items": items}]
    return json.dumps(facts | {"sections": sections})


@contextmanager
def installation(kind: str, people: int, sink: SinkProcess, dialogue: str) -> Iterator[Installation]:
    """Workers that wait for a mailing to `people` readers."""
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder, database(kind) as url:
        valkey = ValkeyServer(Path(folder) / "valkey")
        valkey.folder.mkdir()
        valkey.start()
        try:
            made = Installation(
                Path(folder) / "var",
                redis_url=valkey.url,
                database_url=url,
                smtp_url=f"{sink.url}&dialogue={dialogue}&messages_per_connection=1000000",
                SECRET_KEY="a secret for the benchmark that is long enough",
                PUBLIC_URL="https://news.example",
            )
            with made:
                runtime = Runtime(made.settings)
                migrations.upgrade(runtime.engine)
                with runtime.session() as session:
                    publication = make_publication(session)
                    session.commit()
                    populate(session, publication, people)
                runtime.engine.dispose()
                made.start("worker", "bulk", "periodic")
                yield made
        finally:
            valkey.stop()


def send(
    made: Installation,
    slug: str = "one",
    *,
    confirm: bool = False,
    tracking: TrackingMode | None = None,
    meanwhile: Meanwhile = lambda _runtime, _mailing_id: nullcontext(),
) -> Run:
    """Send a mailing to everybody and watch it.

    confirm:   have somebody sign up meanwhile
    tracking:  how its links are counted; None: each link says whose it is, and cannot be tracked
    meanwhile: a context in which it is watched
    """
    runtime = Runtime(made.settings)
    broker.connect(made.settings.effective_redis_url)  # jobs are published at once, as by the admin
    with runtime.session() as session:
        publication = session.get_one(Publication, 1)
        publication.tracking = tracking or TrackingMode.OFF
        text = document(slug, personal=tracking is None)
        issue: Issue = save_document(session, publication, loads(text), author="bench").issue
        mailing_id = schedule(session, issue, None, runtime.links, actor="bench").id
        session.commit()
    began, busy, memory = perf_counter(), _busy(made), 0.0
    with meanwhile(runtime, mailing_id):
        while not (totals := _read(runtime, mailing_id)).over:
            if confirm and totals.sent > totals.candidates / 4:
                confirm = _ask_for_confirmation(runtime)
            assert perf_counter() - began < PATIENCE, made.said("bulk")
            memory = max([memory, *map(_resident, _senders(made))])
            sleep(0.2)
    elapsed = perf_counter() - began
    assert totals.sent + sum(totals.excluded.values()) == totals.candidates, totals
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        assert mailing.started_at is not None
        frozen = (mailing.started_at - mailing.created_at).total_seconds()
        confirmed = _confirmed(session)
    runtime.engine.dispose()
    return Run(totals.sent / elapsed, frozen, (_busy(made) - busy) / totals.sent * 1e6, memory, confirmed)


def _ask_for_confirmation(runtime: Runtime) -> bool:
    """Sign up; whether that is still to be done."""
    with runtime.session() as session:
        publication, agreed = session.get_one(Publication, 1), Consent("They agreed.", "1", "en")
        address = parse_address("somebody@new.example")
        sign_up(session, publication=publication, address=address, words=agreed, source=ConsentSource.FORM)
        session.commit()
    return False


def _confirmed(session: Session) -> float:
    message = session.scalars(select(SystemMessage)).one_or_none()
    if message is None:
        return 0.0
    assert message.sent_at is not None, message.error
    return (message.sent_at - message.created_at).total_seconds()


def _read(runtime: Runtime, mailing_id: int) -> MailingTotals:
    with runtime.session() as session:
        return read_totals(session, mailing_id)


def _senders(made: Installation) -> list[Process]:
    return made.processes("bulk/child")


def _busy(made: Installation) -> float:
    """Seconds of processor time that the sending processes took so far."""
    return sum(processor_seconds(process.pid) for process in _senders(made))


def _resident(process: Process) -> float:
    """The proportional set size in MB: pages shared with others count in part."""
    for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def reference() -> float | None:
    """Messages a second of smtp-source into the sink; None where it cannot be had."""
    try:
        with sink_process() as sink:
            return smtp_source(sink.port, REFERENCE)
    except LookupError as error:
        print(f"smtp-source cannot be had: {error}")
        return None


def rates(people: int) -> None:
    """The table's rows of rates."""
    fastest = reference()
    if fastest is not None:
        print(f"smtp-source -d -s 4, {SIZE:,} octets: {fastest:,.0f}/s")
    runs: dict[tuple[str, str], Run] = {}
    for kind, dialogue in (("postgresql", "chunking"), ("postgresql", "pipelining"), ("sqlite", "chunking")):
        with sink_process() as sink, installation(kind, people, sink, dialogue) as made:
            runs[kind, dialogue] = run = send(made)
            counts, seconds = sink.counts(), processor_seconds(sink.process.pid)
            assert counts["messages"] == people, counts
            print(
                f"{kind}, {dialogue}, {people:,} recipients of {counts['octets'] / people:,.0f} octets:"
                f" {run.rate:,.0f}/s, {run.cost:.0f} µs of the senders and"
                f" {seconds / people * 1e6:.0f} µs of the sink for each, {run.memory:.0f} MB"
            )
    if fastest is not None:
        for dialogue, target in (("chunking", 0.6), ("pipelining", 0.4)):
            _tell(f"{dialogue} / smtp-source", runs["postgresql", dialogue].rate / fastest, target)
    _tell("SQLite / PostgreSQL", runs["sqlite", "chunking"].rate / runs["postgresql", "chunking"].rate, 0.8)


def _tell(what: str, ratio: float, target: float) -> None:
    print(f"  {what}: {ratio:.2f} (at least {target}): {judged(ratio, target)}")


def large(people: int) -> None:
    """The table's rows that compare a large list with a small one."""
    runs = {}
    for size in (SMALL, people):
        with sink_process() as sink, installation("postgresql", size, sink, "chunking") as made:
            runs[size] = run = send(made, confirm=size == people)
            print(
                f"{size:,} recipients: {run.rate:,.0f}/s, freeze {run.freeze:.1f} s,"
                f" {run.cost:.0f} µs for each, {run.memory:.0f} MB"
            )
    small, big = runs[SMALL], runs[people]
    limits: tuple[tuple[str, float, float], ...] = (
        (f"freeze of {people:,} in seconds", big.freeze, FREEZE_SECONDS * people / 1_000_000),
        ("memory of the largest sending process in MB", big.memory, MEMORY_MB),
        (f"cost of a message, {people:,} against {SMALL:,}", big.cost / small.cost, COST),
        ("a confirmation beside it in seconds", big.confirmed, CONFIRMATION_SECONDS),
    )
    for what, figure, most in limits:
        print(f"  {what}: {figure:.2f} (at most {most:g}): {'met' if figure <= most else 'MISSED'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    asked = parser.parse_args()
    print(f"On {machine()}")
    rates(asked.recipients)
    if asked.large:
        large(asked.large)


if __name__ == "__main__":
    main()
