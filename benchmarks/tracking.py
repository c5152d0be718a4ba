"""Tracked links: how many a second are answered and folded, and what they cost the sender.

The redirect and the pixel are asked by turns with a Flask view of one template, on the server that the
`Procfile` names, as `pages.py` does. A second installation has neither Redis nor a database: each request is
answered there, too. Folding and copies are measured in this process.
"""

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import process_time
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load import Load, http_request, side_by_side
from benchmarks.messages import NAMES, NOW, cost, people
from benchmarks.pages import CONNECTIONS, PROCESSES, ROUNDS, SECONDS, answers, bare_server
from benchmarks.rig import judged, machine
from benchmarks.sending import document
from newsletter import migrations
from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.core.tracking_tokens import write_reader_token
from newsletter.document import loads
from newsletter.issues.compile_mailing import compile_for_mailing
from newsletter.issues.recipient import MailingIdentity
from newsletter.issues.save import save_document
from newsletter.mailings.models import Delivery, Mailing
from newsletter.publications.models import TrackingMode
from newsletter.rendering.message import CompiledMessage
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.mailing_message import MailingMessage
from newsletter.sending.schedule import schedule
from newsletter.settings import Settings
from newsletter.tracking.fold import fold
from newsletter.tracking.hit import Hit
from newsletter.tracking.intake import BATCH
from newsletter.tracking.models import EventKind
from tests.factories import make_publication, make_readers
from tests.processes import Installation, procfile, wait_until
from tests.servers import start_valkey
from tests.servers.processes import ROOT, leashed

AGAINST_BARE = 1.5
SLOWEST = 0.05  # seconds, p99 at half rate
FOLDED = 10_000  # events a second
READERS, EVENTS = 5_000, 50_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NO_DATABASE, NO_REDIS = "postgresql://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0"


def prepare(settings: Settings) -> Runtime:
    """A database with a mailing of `READERS` people who agreed to be counted."""
    runtime = Runtime(settings)
    migrations.upgrade(runtime.engine)
    with runtime.session() as session:
        publication = make_publication(session)
        publication.tracking = TrackingMode.INDIVIDUAL
        for reader in make_readers(session, publication, READERS):
            reader.tracking_consent_at = clock.now() - timedelta(days=1)
        saved = save_document(session, publication, loads(document("one", personal=False)), author="bench")
        mailing = schedule(session, saved.issue, None, runtime.links, actor="bench")
        session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)
        session.query(Delivery).update({"dated": clock.now() - timedelta(hours=1)})
        session.commit()
    return runtime


@contextmanager
def lonely_server(away: Installation) -> Iterator[None]:
    """The web server of an installation that is never healthy, which `Installation.start` would wait for."""
    with subprocess.Popen(
        [*leashed(), "/bin/sh", "-c", f"exec {procfile()['web']}"],
        env=away.environment,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        process_group=0,
    ) as process:
        try:
            wait_until(lambda: answers(away.port))
            yield
        finally:
            process.terminate()


def requests(links: Links) -> Iterator[tuple[str, Iterator[bytes], int]]:
    """What is asked for, in the name of all readers by turns: links and pixels, and the status of each."""
    readers = [write_reader_token(links.signer, 1, seq) for seq in range(1, READERS + 1)]
    link = urlsplit(links.tracked_link(1, 1, "https://tide.example/mill?a=1&b=2")).path
    pixel = urlsplit(links.pixel(1)).path
    for name, address, status in (("redirect", f"{link}%s", 302), ("pixel", f"{pixel}%s.gif", 200)):
        yield (
            name,
            itertools.cycle([http_request("GET", address % reader, User_Agent=AGENT) for reader in readers]),
            status,
        )


def answering(installation: Installation, away: Installation, bare_port: int, links: Links) -> None:
    """Print the rates of redirect and pixel, and that all are answered without Redis and database."""
    bare = Load(bare_port, itertools.repeat(http_request("GET", "/")), connections=CONNECTIONS)
    for name, asked, status in requests(links):
        load = Load(installation.port, asked, connections=CONNECTIONS, status=status)
        ours, reference = side_by_side(load, bare, rounds=ROUNDS, seconds=SECONDS)
        p99 = load.at_rate(ours.rate / 2, ROUNDS * SECONDS).percentile(0.99)
        ratio = ours.rate / reference.rate
        print(
            f"  {name:<9} {ours.rate:6.0f}/s = {ratio:.2f} × bare ({reference.rate:.0f}/s), "
            f"{AGAINST_BARE} asked: {judged(ratio, AGAINST_BARE)}; "
            f"p99 {p99 * 1000:.0f} ms, {SLOWEST * 1000:.0f} asked: {judged(SLOWEST, p99)}",
            flush=True,
        )
        # Another status or no answer ends the run.
        alone = Load(away.port, asked, connections=CONNECTIONS, status=status).at_most(2 * SECONDS)
        print(f"  {name:<9} {len(alone.latencies):,} of as many answered without Redis and database")


def folding(runtime: Runtime) -> None:
    """Print how many events a second of processor time come into the database.

    Each person follows five links in a row, and five more later.
    """
    at = clock.now()
    hits = [
        Hit(
            *(f"bench{n}", EventKind.CLICK, 1, n % 10 + 1, n // 5 % READERS + 1),
            *(at + timedelta(seconds=n), False, AGENT),
        )
        for n in range(EVENTS)
    ]
    began = process_time()
    for start in range(0, EVENTS, BATCH):
        with runtime.session() as session:
            fold(session, hits[start : start + BATCH])
            session.commit()
    rate = EVENTS / (process_time() - began)
    print(f"  folded    {rate:6.0f} events/s, {FOLDED:,} asked: {judged(rate, FOLDED)}", flush=True)


def copies(runtime: Runtime) -> None:
    """Print what a copy costs with tracked links, and without."""
    messages = {}
    with runtime.session() as session:
        mailing = session.get_one(Mailing, 1)
        publication = make_publication(session, slug="other")
        saved = save_document(session, publication, loads(document("two", personal=False)), author="bench")
        for mode in (TrackingMode.OFF, TrackingMode.AGGREGATE, TrackingMode.INDIVIDUAL):
            publication.tracking = mode
            (stored,) = compile_for_mailing(session, saved.revision, publication, runtime.links, mailing.id)
            messages[mode] = CompiledMessage.from_json(stored.compiled)
        session.rollback()
    readers = people(NAMES["plain"], 5_000)
    identity = MailingIdentity(1, runtime.links, "weekly.example", "The Weekly", "bench")
    took = dict.fromkeys(messages, float("inf"))
    for _ in range(3):  # by turns, so that all meet the same machine
        for mode, made in messages.items():
            took[mode] = min(took[mode], cost(partial(_message(identity, made).to, dated=NOW), readers))
    plain = took[TrackingMode.OFF]
    for mode in (TrackingMode.AGGREGATE, TrackingMode.INDIVIDUAL):
        ratio = took[mode] / plain
        print(
            f"  a copy    {took[mode]:.1f} µs {mode} = {ratio:.2f} × without ({plain:.1f} µs); "
            "what it costs the sender: sending_feedback.py"
        )


def _message(identity: MailingIdentity, compiled: CompiledMessage) -> MailingMessage:
    return MailingMessage(identity, compiled, sender="editor@weekly.example")


def main() -> None:
    variables = {"WEB_CONCURRENCY": str(PROCESSES), "WEB_THREADS": "8", "SECRET_KEY": "of the benchmark"}
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as other,
        Installation(Path(folder), redis_url=start_valkey(), **variables) as installation,
        Installation(Path(other), redis_url=NO_REDIS, database_url=NO_DATABASE, **variables) as away,
    ):
        runtime = prepare(installation.settings)
        print(f"tracking, {PROCESSES} processes, SQLite; {machine()}")
        copies(runtime)
        folding(runtime)
        installation.start("web")
        with bare_server(installation) as bare_port, lonely_server(away):
            answering(installation, away, bare_port, runtime.links)
        runtime.close()


if __name__ == "__main__":
    main()
