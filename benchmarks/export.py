"""Exporting a million people: rows in a second, and what it takes of memory.

Each has a city, every third a tag, every fifth a muted topic; all have a record of their consent. CSV is what
the target is for; the other formats stand beside it.
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.population import NUMBERS, database, populate
from benchmarks.rig import machine
from newsletter import migrations
from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.settings import load_settings
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.exports.models import FileFormat
from newsletter.subscribers.exports.people import People
from newsletter.subscribers.exports.write import write_people
from newsletter.subscribers.listing import SubscriptionFilter
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from tests.factories import make_publication

ROWS_PER_SECOND = 50_000
MOST_MEGABYTES = 20  # that memory may grow from the first batch to the last


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--format", choices=[*FileFormat, "all"], default="all")
    options = parser.parse_args()
    kinds = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    formats = list(FileFormat) if options.format == "all" else [FileFormat(options.format)]
    for kind in kinds:
        with database(kind) as url:
            runtime = Runtime(load_settings({"DATABASE_URL": url}))
            migrations.upgrade(runtime.engine)
            with runtime.session() as session:
                publication = fill(session, options.people)
                for format_ in formats:
                    print(f"{kind}, {measure(session, publication, format_)}")
            runtime.close()
    print(machine())


def fill(session: Session, people: int) -> Publication:
    """The people, with what an export says of them."""
    publication = make_publication(session)
    create_attribute(session, publication, "city", actor="bench")
    tag = create_tag(session, publication, "press", actor="bench")
    topic = create_topic(session, publication, "sport", actor="bench")
    populate(session, publication, people)
    engine = session.get_bind().engine
    numbers = NUMBERS[engine.dialect.name]
    cast = "AS jsonb" if engine.dialect.name == "postgresql" else "AS text"
    facts = {"n": people, "tag": tag.id, "topic": topic.id, "at": clock.now()}
    for statement in (
        f"UPDATE subscriber SET attributes = CAST('{{\"city\": \"Town ' || (id % 100) || '\"}}' {cast})",
        (
            "INSERT INTO subscriber_tag (tag_id, subscriber_id, at)"
            f" SELECT :tag, n, :at FROM {numbers} WHERE n % 3 = 0"
        ),
        (
            "INSERT INTO muted_topic (topic_id, subscription_id, at)"
            f" SELECT :topic, n, :at FROM {numbers} WHERE n % 5 = 0"
        ),
        (
            "INSERT INTO consent_record (subscription_id, kind, source, actor, text, text_version, locale,"
            " ip, at) SELECT n, 'confirmed', 'confirmation', '', 'I agree.', '', 'en', '192.0.2.7', :at"
            f" FROM {numbers}"
        ),
    ):
        session.execute(text(statement), facts)
    session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")
    return publication


def measure(session: Session, publication: Publication, format_: FileFormat) -> str:
    """A line of figures for one format."""
    people = People(session, publication, SubscriptionFilter())
    rows, first = 0, 0.0
    with tempfile.TemporaryFile() as file:
        began = perf_counter()
        for rows in write_people(people, file, format_):  # noqa: B007 - the last of them is all
            first = first or _megabytes()
        took = perf_counter() - began
        size = file.tell() / 1e6
    grown, speed = _megabytes() - first, rows / took
    fast = (
        "" if format_ is not FileFormat.CSV else _verdict(speed >= ROWS_PER_SECOND, f"≥ {ROWS_PER_SECOND:,}")
    )
    flat = _verdict(grown <= MOST_MEGABYTES, f"≤ {MOST_MEGABYTES} MB")
    told = f"{rows:,} rows, {size:.0f} MB in {took:.1f} s, {speed:,.0f} rows/s{fast}"
    return f"{format_}: {told}; memory grew by {grown:.0f} MB{flat}"


def _megabytes() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _verdict(met: bool, target: str) -> str:
    return f" (target {target}: {'met' if met else 'MISSED'})"


if __name__ == "__main__":
    main()
