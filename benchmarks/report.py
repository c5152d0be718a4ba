"""How long the report of a mailing to a million people takes, with 300,000 clicks and ten mailings before it.

python benchmarks/report.py [--people 1000000] [--database sqlite|postgresql]
"""

import argparse
import statistics
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.population import NUMBERS, database, populate
from benchmarks.rig import judged, machine
from newsletter import migrations
from newsletter.core import clock
from newsletter.core.db import table_of
from newsletter.mailings.models import Mailing, MailingCount, MailingState, Outcome
from newsletter.publications.models import Publication, TrackingMode
from newsletter.redirects.models import MailingLink
from newsletter.reports.mailing import mailing_report
from newsletter.runtime import Runtime
from newsletter.settings import load_settings
from newsletter.tracking.counts import ANY_LINK
from newsletter.tracking.models import EventKind, Label, TrackingCount
from tests.factories import make_issue, make_publication

MOST = 0.2  # seconds
CLICKS, LINKS, HOURS = 300_000, 40, 24 * 30
MAILINGS = 11
UNSUBSCRIBES = 2_000  # of each mailing
CONFIRMATIONS = 200_000  # entries of the audit that have nothing to do with it
ROUNDS = 7


def add_mailing(session: Session, publication: Publication, number: int, people: int) -> Mailing:
    """A mailing of `number` weeks ago with its counts, its links, and the unsubscribes in the audit."""
    began = clock.now() - timedelta(weeks=number)
    issue = make_issue(session, publication, f"issue-{number}")
    mailing = Mailing(
        publication_id=publication.id,
        issue_id=issue.id,
        revision_id=issue.revisions[0].id,
        state=MailingState.FINISHED,
        scheduled_at=began,
        started_at=began,
        finished_at=began + timedelta(hours=2),
        candidates=people,
        members=people,
        next_seq=people + 1,
    )
    session.add(mailing)
    session.flush()
    outcomes = {(Outcome.SENT, ""): people - people // 100, (Outcome.REJECTED, "no_such_user"): people // 100}
    session.add_all(
        MailingCount(mailing_id=mailing.id, outcome=outcome, reason=reason, n=n)
        for (outcome, reason), n in outcomes.items()
    )
    links = [
        MailingLink(mailing_id=mailing.id, url=(url := f"https://p{n}.example/"), target=url)
        for n in range(LINKS)
    ]
    session.add_all(links)
    session.flush()
    add_counts(session, mailing, [link.id for link in links])
    session.execute(
        text(
            "INSERT INTO audit_entry (at, actor, action, subject_kind, subject_id, detail, ip)"
            " SELECT :at, 'subscriber', 'subscription.ended', 'subscription', n + :from,"
            f' \'{{"source": "one-click", "mailing_id": {mailing.id}}}\', \'\''
            f" FROM {NUMBERS[session.get_bind().dialect.name]}"
        ),
        {"at": began + timedelta(hours=3), "from": number * UNSUBSCRIBES, "n": UNSUBSCRIBES},
    )
    return mailing


def add_counts(session: Session, mailing: Mailing, link_ids: list[int]) -> None:
    """Clicks of a month by the hour, as they are kept for good.

    Few links take most clicks, and the first hours most of the month; a scanner comes for each person.
    """
    assert mailing.started_at is not None
    first = mailing.started_at.replace(minute=0, second=0, microsecond=0)
    weights = {
        (hour, link_id): 1 / ((hour + 1) ** 1.5 * (place + 1))
        for hour in range(HOURS)
        for place, link_id in enumerate(link_ids)
    }
    each = CLICKS / sum(weights.values())
    clicks = Counter({key: round(weight * each) for key, weight in weights.items()})
    for hour in range(HOURS):
        clicks[hour, ANY_LINK] = sum(clicks[hour, link_id] for link_id in link_ids)
    rows = [
        {
            "mailing_id": mailing.id,
            "kind": kind,
            "link_id": link_id,
            "hour": first + timedelta(hours=hour),
            "label": label,
            "events": n,
            "people": 0,
        }
        for (hour, link_id), n in clicks.items()
        for kind in (EventKind.CLICK, EventKind.OPEN)
        for label in (Label.PERSON, Label.SCANNER)
        if n and (link_id == ANY_LINK or kind is EventKind.CLICK)
    ]
    session.execute(insert(table_of(TrackingCount)), rows)


def add_deliveries(session: Session, mailing: Mailing, people: int) -> None:
    """The ledger and the single clicks, which the report must not need to read."""
    numbers = NUMBERS[session.get_bind().dialect.name]
    session.execute(
        text(
            "INSERT INTO delivery"
            " (mailing_id, seq, subscriber_id, subscription_id, outcome, reason, enhanced)"
            f" SELECT :mailing, n, n, n, 'sent', '', '' FROM {numbers}"
        ),
        {"mailing": mailing.id, "n": people},
    )
    session.execute(
        text(
            "INSERT INTO tracking_event (key, mailing_id, link_id, kind, at, is_head, agent, label, rule)"
            " SELECT 'bench' || n, :mailing, 1, 'click', :at, :head, 'Firefox/140.0', 'person', ''"
            f" FROM {numbers}"
        ),
        {"mailing": mailing.id, "at": clock.now(), "head": False, "n": CLICKS},
    )


def add_confirmations(session: Session) -> None:
    """What the audit is full of."""
    session.execute(
        text(
            "INSERT INTO audit_entry (at, actor, action, subject_kind, subject_id, detail, ip)"
            " SELECT :at, 'subscriber', 'subscription.confirmed', 'subscription', n, '{}', ''"
            f" FROM {NUMBERS[session.get_bind().dialect.name]}"
        ),
        {"at": clock.now() - timedelta(weeks=2), "n": CONFIRMATIONS},
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    with database(options.database) as url:
        runtime = Runtime(load_settings({"DATABASE_URL": url}))
        migrations.upgrade(runtime.engine)
        with runtime.session() as session:
            publication = make_publication(session)
            publication.tracking = TrackingMode.AGGREGATE
            populate(session, publication, options.people)
            mailings = [add_mailing(session, publication, n, options.people) for n in range(MAILINGS)]
            add_deliveries(session, mailings[0], options.people)
            add_confirmations(session)
            session.commit()
            mailing_id = mailings[0].id
        analyze(runtime)
        took = [opening(runtime, mailing_id) for _ in range(ROUNDS)]
        runtime.close()
    slowest, median = max(took), statistics.median(took)
    print(
        f"The report of a mailing to {options.people:,} with {CLICKS:,} clicks, {options.database}: "
        f"{median * 1000:.0f} ms, the slowest {slowest * 1000:.0f} ms of {MOST * 1000:.0f} "
        f"({judged(MOST, slowest)}); {machine()}"
    )


def analyze(runtime: Runtime) -> None:
    """Let the planner know the tables, as autovacuum does within a minute."""
    with runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def opening(runtime: Runtime, mailing_id: int) -> float:
    """Seconds for the report in a session of its own."""
    began = perf_counter()
    with runtime.session() as session:
        report = mailing_report(session, mailing_id)
        assert report.followed is not None
        assert len(report.compared) == MAILINGS - 1
        assert report.figures.unsubscribes.count == UNSUBSCRIBES
    return perf_counter() - began


if __name__ == "__main__":
    main()
