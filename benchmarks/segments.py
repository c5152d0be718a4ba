"""A segment of five rules over a million people: its count, and what it and variants cost the freeze.

A tenth live in Rome, a tenth are of the press, a fifth have muted a topic; the last three mailings have the
clicks of a twentieth each. Beside the figures of the segment stand those of each of its rules alone.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.population import NUMBERS, database, populate
from benchmarks.rig import judged, machine
from newsletter import migrations
from newsletter.core import clock
from newsletter.document import loads
from newsletter.issues.load import find_revision
from newsletter.issues.save import save_document
from newsletter.mailings.models import Mailing, MailingState, MailingVariant
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.find import find_segment
from newsletter.segments.members import count_members
from newsletter.segments.read import read
from newsletter.segments.save import create_segment
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.settings import load_settings
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from tests.factories import make_issue, make_publication

RULES: list[dict[str, Any]] = [
    {"attribute": "city", "is": "Rome"},
    {"any": [{"tag": "press"}, {"clicked": "latest", "mailings": 3, "at_least": 1}]},
    {"not": {"topic": "sport"}},
    {"signed_up": {"before": {"in_days": 1}}},
]
FIVE = {"all": RULES}
# Who is in the segment meets one of these, or both: three variants of an issue with a section for each.
SEEN_BY: dict[str, dict[str, Any]] = {
    "Press": {"tag": "press"},
    "Readers": {"clicked": "latest", "mailings": 3, "at_least": 1},
}
COUNT_SECONDS = {"postgresql": 0.3, "sqlite": 1.5}
FREEZE_RATIO = 1.5  # with a segment and three variants, times the freeze without
MAILINGS = 3
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    kinds = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    for kind in kinds:
        with database(kind) as url:
            runtime = Runtime(load_settings({"DATABASE_URL": url}))
            migrations.upgrade(runtime.engine)
            with runtime.session() as session:
                publication = fill(session, options.people)
            measure_counts(runtime, publication.id, kind, options.people)
            measure_freeze(runtime, publication.id, kind, options.people)
            runtime.close()
    print(machine())


def fill(session: Session, people: int) -> Publication:
    """The people, and all that the rules ask about."""
    publication = make_publication(session)
    create_attribute(session, publication, "city", actor="bench")
    tag = create_tag(session, publication, "press", actor="bench")
    topic = create_topic(session, publication, "sport", actor="bench")
    for name, rules in {"Five": FIVE, **SEEN_BY}.items():
        create_segment(session, publication, name, read(rules), actor="bench")
    populate(session, publication, people)
    numbers = NUMBERS[session.get_bind().dialect.name]
    facts = {"n": people, "tag": tag.id, "topic": topic.id, "at": clock.now()}
    cast = "AS jsonb" if session.get_bind().dialect.name == "postgresql" else "AS text"
    for statement in (
        (
            f"UPDATE subscriber SET attributes = CAST('{{\"city\": \"' || CASE WHEN id % 10 = 0 THEN 'Rome'"
            f" ELSE 'Town ' || id % 100 END || '\"}}' {cast}) WHERE id <= :n"
        ),
        (
            "INSERT INTO subscriber_tag (tag_id, subscriber_id, at)"
            f" SELECT :tag, n, :at FROM {numbers} WHERE n % 10 = 3 OR n % 100 = 0 OR n % 200 = 110"
        ),
        (
            "INSERT INTO muted_topic (topic_id, subscription_id, at)"
            f" SELECT :topic, n, :at FROM {numbers} WHERE n % 5 = 0"
        ),
    ):
        session.execute(text(statement), facts)
    for number in range(1, MAILINGS + 1):
        add_mailing(session, publication, number, people)
    session.commit()
    engine = session.get_bind().engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")
    return publication


def add_mailing(session: Session, publication: Publication, number: int, people: int) -> None:
    """A mailing of an earlier week, with the clicks of every twentieth."""
    issue = make_issue(session, publication, f"week-{number}")
    mailing = Mailing(publication_id=publication.id, issue_id=issue.id, state=MailingState.FINISHED)
    mailing.revision_id = find_revision(session, issue).id
    mailing.scheduled_at = mailing.started_at = clock.now() - timedelta(weeks=5 - number)
    session.add(mailing)
    session.flush()
    session.execute(
        text(
            "INSERT INTO tracking_event"
            " (key, mailing_id, link_id, subscriber_id, kind, at, is_head, agent, label, rule)"
            " SELECT :key || n, :mailing, 1, n, 'click', :at, :head, 'Firefox/140.0', 'person', ''"
            f" FROM {NUMBERS[session.get_bind().dialect.name]} WHERE n % 20 = :number"
        ),
        {
            "key": f"m{number}-", "mailing": mailing.id, "at": clock.now(), "head": False, "n": people,
            "number": number * 5,
        },
    )  # fmt: skip


def measure_counts(runtime: Runtime, publication_id: int, kind: str, people: int) -> None:
    """The segment, and each of its rules alone."""
    for name, rules in (("five rules", FIVE), *((str(rule), rule) for rule in RULES)):
        took = sorted(counting(runtime, publication_id, rules) for _ in range(ROUNDS))
        count, seconds = took[0][1], took[len(took) // 2][0]
        verdict = f" ({judged(COUNT_SECONDS[kind], seconds)})" if rules is FIVE else ""
        print(f"{kind}, {people:,} people, {name}: {count:,} in {seconds * 1000:.0f} ms{verdict}")


def counting(runtime: Runtime, publication_id: int, rules: dict[str, Any]) -> tuple[float, int]:
    """Seconds for a count in a session of its own, and the count."""
    began = perf_counter()
    with runtime.session() as session:
        publication = session.get_one(Publication, publication_id)
        count = count_members(session, publication, read(rules), clock.now())
    return perf_counter() - began, count


def measure_freeze(runtime: Runtime, publication_id: int, kind: str, people: int) -> None:
    """One mailing to everybody, one to the segment, and one to the segment with three variants."""
    everybody, segment, variants = (
        freezing(runtime, publication_id, slug, seen_by)
        for slug, seen_by in (("", ()), ("five", ()), ("five", ("press", "readers")))
    )
    verdict = judged(FREEZE_RATIO, variants / everybody)
    print(
        f"{kind}, freeze of {people:,}: {everybody:.1f} s, with a segment {segment:.1f} s,"
        f" {segment / everybody:.2f} times, and with three variants {variants:.1f} s,"
        f" {variants / everybody:.2f} times ({verdict})"
    )


def freezing(runtime: Runtime, publication_id: int, slug: str, seen_by: Sequence[str]) -> float:
    """Seconds for the freeze of a mailing to a segment, with a section for each segment of `seen_by`."""
    with runtime.session() as session:
        publication = session.get_one(Publication, publication_id)
        segment = find_segment(session, publication, slug) if slug else None
        issue = make_issue(session, publication, f"now-{slug or 'all'}-{len(seen_by)}")
        document = json.loads(find_revision(session, issue).document)
        document["sections"] += [
            {"id": each, "type": "text", "text": f"For {each}.", "visibility": {"segments": [each]}}
            for each in seen_by
        ]
        save_document(session, publication, loads(json.dumps(document)), author="bench")
        mailing = schedule(session, issue, None, runtime.links, segment=segment, actor="bench")
        session.commit()
    began = perf_counter()
    assert freeze(runtime.sessions, mailing.id, runtime.links)
    took = perf_counter() - began
    with runtime.session() as session:
        variants = select(func.count(MailingVariant.number)).where(MailingVariant.mailing_id == mailing.id)
        assert session.scalar(variants) == (2 ** len(seen_by) - 1 if seen_by else 0)
        frozen = session.get_one(Mailing, mailing.id)
        frozen.scheduled_at = frozen.started_at = clock.now() - timedelta(weeks=50)  # none of the latest
        session.commit()
    return took


if __name__ == "__main__":
    main()
