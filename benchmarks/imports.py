"""Importing a million people with name and city from a CSV file: seconds, and what it takes of memory.

In a process of its own, as the command line does it, so that the memory is that of the import alone.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.population import database
from benchmarks.rig import judged, machine
from newsletter import migrations
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.settings import load_settings
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.imports.immediate import import_file
from newsletter.subscribers.imports.plan import make_plan
from newsletter.subscribers.imports.read import Source
from tests.factories import make_publication

SECONDS = {"postgresql": 40.0, "sqlite": 120.0}  # for a million
MOST_MEGABYTES = 200
MILLION = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=MILLION)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    kinds = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        path = Path(folder) / "people.csv"
        write(path, options.people)
        for kind in kinds:
            with database(kind) as url:
                prepare(url)
                context = multiprocessing.get_context("spawn")
                receiver, sender = context.Pipe(duplex=False)
                process = context.Process(target=measure, args=(url, path, sender))
                process.start()
                seconds, megabytes, imported = receiver.recv()
                process.join()
            report(kind, options.people, imported, seconds, megabytes)
    print(machine())


def write(path: Path, people: int) -> None:
    """The file, in no order of addresses."""
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,city\n")
        file.writelines(
            f"reader{n * 7_919 % people}.{n}@readers.example,Reader {n},Town {n % 100}\n"
            for n in range(people)
        )


def prepare(url: str) -> None:
    """An empty publication with one attribute."""
    runtime = Runtime(load_settings({"DATABASE_URL": url}))
    migrations.upgrade(runtime.engine)
    with runtime.session() as session:
        publication = make_publication(session)
        create_attribute(session, publication, "city", actor="bench")
        session.commit()
    runtime.close()


def measure(url: str, path: Path, sender: "multiprocessing.connection.Connection") -> None:
    """Import the file, and send seconds, megabytes and how many people."""
    runtime = Runtime(load_settings({"DATABASE_URL": url}))
    with runtime.session() as session:
        publication = session.query(Publication).one()
        source = Source(path, "people.csv", plan=make_plan(session, publication.id))
        began = perf_counter()
        done = import_file(session, publication, source, actor="bench")
        took = perf_counter() - began
    runtime.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sender.send((took, megabytes, done.result.imported))


def report(kind: str, people: int, imported: int, seconds: float, megabytes: float) -> None:
    """A line of figures; the target of a smaller file is a part of that of a million."""
    assert imported == people, (imported, people)
    fast = judged(SECONDS[kind] * people / MILLION, seconds)
    small = judged(MOST_MEGABYTES, megabytes)
    print(f"{kind}, {people:,} people: {seconds:.1f} s ({fast}), {megabytes:.0f} MB ({small})")


if __name__ == "__main__":
    main()
