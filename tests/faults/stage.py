"""A whole installation that sends a mailing to a sink of its own: the stage for faults of real processes.

The tests set it up small, `tests.faults.soak` large; what goes wrong on it is in `tests.faults.trouble`.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks.population import populate
from newsletter.core.db import reading
from newsletter.mailings.models import Mailing
from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.publications.models import Publication, TrackingMode
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from newsletter.smtp.sink import read_records
from newsletter.smtp.url import Dialogue
from tests.databases import make_tables
from tests.factories import make_issue, make_publication
from tests.faults import promise
from tests.faults.promise import Excuses, Judgement
from tests.processes import PATIENCE, Installation, wait_until
from tests.sending.conftest import checked
from tests.servers import PostgresServer, ValkeyServer, create_database, start_postgres
from tests.servers.sink_process import SinkProcess

URLS = ("https://tide.example/mill", "https://ports.example/a?b=1&c=2")  # of the stories in its issues


@dataclass
class Stage:
    """The installation under test. `postgres`: the server, where it belongs to this stage alone."""

    installation: Installation
    runtime: Runtime
    sink: SinkProcess
    valkey: ValkeyServer
    dialogue: Dialogue
    postgres: PostgresServer | None = None

    def schedule(
        self,
        readers: int = 0,
        slug: str = "one",
        per_second: float | None = None,
        tracking: TrackingMode = TrackingMode.OFF,
    ) -> int:
        """A mailing that is due now, to `readers` new readers, or of another issue to those there are."""
        with self.runtime.session() as session:
            publication = session.scalars(select(Publication)).first() or make_publication(session)
            publication.tracking = tracking
            if readers:
                populate(session, publication, readers)
            issue = make_issue(session, publication, slug, URLS)
            mailing = schedule(session, issue, None, self.runtime.links, actor="test")
            mailing.per_second = per_second
            session.commit()
            return mailing.id

    def over(self, *mailing_ids: int) -> bool:
        """Whether the mailings have come to their end; a database that is away cannot tell."""
        with reading(), self.runtime.session() as session:
            return all(read_totals(session, mailing_id).over for mailing_id in mailing_ids)

    def sent_at_least(self, copies: float, *mailing_ids: int) -> None:
        """Wait until the sink has so many copies."""
        wait_until(lambda: self.sink.copies() >= copies, lambda: self.tell(*mailing_ids))

    def finish(self, *mailing_ids: int, patience: float = PATIENCE) -> None:
        """Wait for the end of the mailings, as a supervisor that starts again what died."""

        def over() -> bool:
            self.installation.tend()
            return self.over(*mailing_ids)

        wait_until(over, lambda: self.tell(*mailing_ids), patience)

    def tell(self, *mailing_ids: int) -> str:
        """Counts and states, for the message of a wait that timed out."""
        with reading(), self.runtime.session() as session:
            stand = [str(read_totals(session, mailing_id)) for mailing_id in mailing_ids]
        return "\n".join([*stand, self.installation.said("bulk"), self.installation.said("periodic")])

    def count(self, mailing_id: int) -> MailingTotals:
        """The accounts, held against the deliveries, at one moment."""
        with self.runtime.session() as session:
            if self.runtime.engine.dialect.name == "postgresql":  # several statements, one moment
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            return checked(session, mailing_id)

    def judge(self, mailing_id: int, connections: int = 0) -> Judgement:
        """The promise; `connections`: how many the relay lost; what dead processes lost is in tallies."""
        folder = self.installation.settings.tally_dir
        excuses = Excuses(
            connections,
            promise.UNDER_WAY[self.dialogue],
            died=promise.unfinished(folder, mailing_id),
        )
        with self.runtime.session() as session:
            return promise.judge(session, mailing_id, read_records(self.sink.record), excuses)

    def hold_promise(self, mailing_id: int, connections: int = 0) -> MailingTotals:
        """The same as an assertion."""
        judged = self.judge(mailing_id, connections)
        assert judged.broken == [], judged
        return judged.accounts

    def throttle(self, mailing_id: int, per_second: float | None) -> None:
        """Let the mailing go at this rate from now on."""
        with self.runtime.session() as session:
            session.get_one(Mailing, mailing_id).per_second = per_second
            session.commit()


@contextmanager
def stage(
    folder: Path,
    database: str,
    *,
    dialogue: Dialogue = Dialogue.CHUNKING,
    latency: float = 0.02,
    own_postgres: bool = False,
    **variables: str,
) -> Iterator[Stage]:
    """Set one up below `folder`; everything is gone at the end. `database`: sqlite or postgresql.

    `latency`: seconds that each reply takes, which messages under way share. `variables`: of the environment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sink = SinkProcess(folder / "sink.jsonl", "--latency", str(latency))
    valkey, postgres = ValkeyServer(folder / "valkey"), None
    try:
        valkey.start()
        url = None
        if database == "postgresql":
            if own_postgres:
                postgres = PostgresServer(folder / "postgres")
                postgres.start()
            server = postgres.url if postgres else start_postgres()
            url = create_database(server, f"stage_{uuid.uuid4().hex}")
        given = {"RECOVERY_SECONDS": "1", "WINDOW_SIZE": "50", **variables}
        smtp_url = f"{sink.url}&dialogue={dialogue.name.lower()}"
        with Installation(
            folder / "var", redis_url=valkey.url, database_url=url, smtp_url=smtp_url, **given
        ) as installation:
            runtime = Runtime(installation.settings)
            make_tables(runtime.settings.effective_database_url)
            try:
                yield Stage(installation, runtime, sink, valkey, dialogue, postgres)
            finally:
                runtime.engine.dispose()
    finally:
        valkey.stop()
        if postgres is not None:
            postgres.stop("immediate")
        sink.stop()
