"""What an editor waits for on the pages about 100,000 subscribers.

Each page is asked for as a browser would, in this process, without a network. The reference is the list of a
publication with fifty subscribers, asked for in the same run: frame, session and fifty rows cost the same in
both, so the ratio (of the fastest rounds) is what the number of people costs, on any machine. Then, for each,
what the database had to walk through from end to end. On SQLite, or on the database that DATABASE_URL names,
which must be empty.
"""

import random
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import Connection, event, insert
from sqlalchemy.orm import Session

from benchmarks.installation import database_kind, settings_below
from benchmarks.rig import machine
from newsletter import migrations
from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.app import create_app
from newsletter.core import clock
from newsletter.core.addresses import key_hash
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.settings import Settings
from newsletter.subscribers.listing import PAGE, SubscriptionFilter, count_filters, list_subscriptions
from newsletter.subscribers.models import (
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)
from tests.factories import make_publication
from tests.web.signed_in import SignedIn, signed_in_client

PEOPLE = 100_000
CHUNK = 5_000
ROUNDS = 30
TARGET = 4.0  # times the list of fifty
FIRST = "Ana Bo Cy Dee Eve Finn Gus Hal Ida Jo Kim Lou Max Ned Ola Pia Quin Rae Sam Tess Uma Vic Zoë"
LAST = "Lim Park Okafor Rossi Müller Novak Silva Costa Haddad Ito Chen Kumar Ivanova Jones Smith Brown"
# SQLite names the index it walks along; a constant is no table.
TABLE_WALKED = re.compile(r"^SCAN (?!CONSTANT|\(|.*INDEX)|Seq Scan")
STATES = [State.ACTIVE] * 88 + [State.PENDING] * 3 + [State.PAUSED] + [State.ENDED] * 8
SMALL, FULL = "/admin/p/fifty/subscribers", "/admin/p/weekly/subscribers"
MIDDLE = PEOPLE // 2


class Case(NamedTuple):
    """One page, and the call that finds its rows."""

    name: str
    query: str
    wanted: SubscriptionFilter
    older_than: int = 0


Row = dict[str, object]

CASES = (
    Case("first page", "", SubscriptionFilter()),
    Case("deep page", f"?before={MIDDLE}", SubscriptionFilter(), MIDDLE),
    Case("state", "?state=ended", SubscriptionFilter("ended")),
    Case("state, deep", f"?state=active&before={MIDDLE}", SubscriptionFilter("active"), MIDDLE),
    Case("suppressed", "?state=suppressed", SubscriptionFilter("suppressed")),
    Case("one address", "?q=ana.lim77777@", SubscriptionFilter(words="ana.lim77777@")),
    Case("a name", "?q=ivanova", SubscriptionFilter(words="ivanova")),
    Case("nobody's name", "?q=xyzzy", SubscriptionFilter(words="xyzzy")),
    Case("common letter", "?q=a", SubscriptionFilter(words="a")),
)


def people(publication_id: int) -> Iterator[tuple[list[Row], ...]]:
    """Rows of subscribers, subscriptions and suppressions, a chunk at a time."""
    luck, now = random.Random(1), clock.now()
    for start in range(1, PEOPLE + 1, CHUNK):
        subscribers: list[Row] = []
        subscriptions: list[Row] = []
        suppressions: list[Row] = []
        for n in range(start, min(start + CHUNK, PEOPLE + 1)):
            first, last = luck.choice(FIRST.split()), luck.choice(LAST.split())
            state = luck.choice(STATES)
            email = f"{first}.{last}{n}@readers.example".casefold()
            facts = {"email": email, "email_key": email, "address_hash": key_hash(email)}
            subscribers.append({"name": f"{first} {last}", **facts})
            ended = {"ended_reason": EndReason.UNSUBSCRIBED, "ended_at": now} if state is State.ENDED else {}
            blank = {"ended_reason": None, "ended_at": None, "confirmed_at": now}
            subscriptions.append(
                {"subscriber_id": n, "publication_id": publication_id, "state": state, **blank, **ended}
            )
            if n % 50 == 0:
                bounce = SuppressionReason.HARD_BOUNCE
                suppressions.append({"address_hash": facts["address_hash"], "reason": bounce})
        yield subscribers, subscriptions, suppressions


def fill(session: Session) -> Publication:
    """Everybody in one publication, and fifty of them in another."""
    publication = make_publication(session)
    for rows in people(publication.id):
        for table, some in zip((Subscriber, Subscription, Suppression), rows, strict=True):
            session.execute(insert(table), some)
    small = make_publication(session, "fifty", name="The Fifty")
    facts = {"publication_id": small.id, "state": State.ACTIVE, "confirmed_at": clock.now()}
    session.execute(insert(Subscription), [{"subscriber_id": n, **facts} for n in range(1, PAGE + 1)])
    return publication


def ask(client: SignedIn, url: str) -> tuple[list[float], list[float]]:
    """Milliseconds of the page at `url` and of the reference, by turns: both meet the same machine."""
    times: dict[str, list[float]] = {url: [], SMALL: []}
    for _ in range(ROUNDS + 3):
        for page, taken in times.items():
            began = perf_counter()
            answer = client.get(page)
            taken.append((perf_counter() - began) * 1000)
            assert answer.status_code == 200, page
    return times[url][3:], times[SMALL][3:]


class Plans:
    """Asks the database how it finds the rows of each SELECT that is executed meanwhile."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.scanned: list[str] = []

    def __enter__(self) -> "Plans":
        event.listen(self.session.get_bind(), "before_cursor_execute", self._explain)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.session.get_bind(), "before_cursor_execute", self._explain)

    def _explain(
        self, connection: Connection, _cursor: object, statement: str, given: Any, *_: object
    ) -> None:
        if not statement.startswith("SELECT") or "0 = 1" in statement:  # for nobody nothing is read
            return
        sqlite = connection.dialect.name == "sqlite"
        explain = connection.connection.cursor()
        explain.execute(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", given)
        for row in explain.fetchall():
            line = str(row[3] if sqlite else row[0]).strip()
            if TABLE_WALKED.search(line):
                self.scanned.append(line.partition("  (")[0])


def scans(session: Session, publication: Publication, case: Case) -> list[str]:
    """The tables that were walked without an index to find the page of `case`."""
    with Plans(session) as plans:
        page = list_subscriptions(session, publication.id, case.wanted, older_than=case.older_than)
        assert len(page.rows) <= PAGE
    return plans.scanned


def report(settings: Settings) -> bool:
    runtime = Runtime(settings)
    migrations.upgrade(runtime.engine)
    with runtime.session() as session:
        publication = fill(session)
        user = create_user(
            session, email="ed@press.example", role=RoleName.EDITOR, password=None, actor="bench"
        )
        session.commit()
    if runtime.engine.dialect.name == "postgresql":  # as its autovacuum does; nobody does it for SQLite
        with runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    client = signed_in_client(create_app(settings), runtime.sessions(), user)
    met = True
    with runtime.session() as session:
        for case in CASES:
            taken, small = ask(client, FULL + case.query)
            walked = scans(session, publication, case)
            plan = f"walks {', '.join(walked)}" if walked else "by index"
            ratio = min(taken) / min(small)
            met = met and ratio <= TARGET
            told = f"{min(taken):6.1f} ms (median {statistics.median(taken):.1f}), {ratio:4.1f} × fifty"
            print(f"  {case.name:<14} {told}; {plan}")
            session.rollback()
        began = perf_counter()
        counts = count_filters(session, publication.id)
        print(f"  of that, counting {counts['total']:,}: {(perf_counter() - began) * 1000:.1f} ms")
    runtime.engine.dispose()
    return met


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_below(folder)
        print(f"{PEOPLE:,} subscribers, {database_kind(settings)}; {machine()}")
        met = report(settings)
        print(f"  at most {TARGET:.0f} × fifty asked: {'met' if met else 'MISSED'}")


if __name__ == "__main__":
    main()
