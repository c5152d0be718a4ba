"""Mailings large enough to be disturbed, and processes that disturb them in this one."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from pydantic import SecretStr

from benchmarks.population import populate
from newsletter.mailings.totals import MailingTotals
from newsletter.publications.models import TrackingMode
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.smtp.sink import Options, Sink
from newsletter.smtp.url import Dialogue
from tests.databases import BOTH
from tests.extent import usual
from tests.factories import make_issue, make_publication
from tests.faults import promise
from tests.faults.drainer import Order
from tests.faults.promise import UNDER_WAY, Excuses
from tests.faults.stage import URLS
from tests.sending.process import sending_processes

# What a relay does never meets the database, and the other way round: each of both once, in two runs.
DIALOGUES = (Dialogue.PLAIN, Dialogue.CHUNKING)
PAIRS = usual(list(zip(BOTH, DIALOGUES, strict=True)), soak=list(product(BOTH, DIALOGUES)))
both_databases_and_dialogues = pytest.mark.parametrize(
    ("database_url", "dialogue"),
    PAIRS,
    indirect=True,
    ids=[f"{database}-{dialogue.name.lower()}" for database, dialogue in PAIRS],
)


@pytest.fixture
def dialogue(request: pytest.FixtureRequest) -> Dialogue:
    """How the relay is spoken to (`both_databases_and_dialogues`)."""
    given: Dialogue = request.param
    return given


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(Options()) as started:
        yield started


@pytest.fixture
def schedule_mailing(runtime: Runtime) -> Callable[..., int]:
    """Schedules a mailing to as many readers as one says, due now, not frozen yet."""

    def make(readers: int, per_second: float | None = None, tracking: TrackingMode = TrackingMode.OFF) -> int:
        with runtime.session() as session:
            publication = make_publication(session)
            publication.tracking = tracking
            populate(session, publication, readers)
            issue = make_issue(session, publication, urls=URLS)
            mailing = schedule(session, issue, None, runtime.links, actor="test")
            mailing.per_second = per_second
            session.commit()
            return mailing.id

    return make


@pytest.fixture
def make_mailing(runtime: Runtime, schedule_mailing: Callable[..., int]) -> Callable[..., int]:
    """The same, frozen."""

    def make(readers: int, per_second: float | None = None, tracking: TrackingMode = TrackingMode.OFF) -> int:
        mailing_id = schedule_mailing(readers, per_second, tracking)
        assert freeze(runtime.sessions, mailing_id, runtime.links)
        return mailing_id

    return make


@pytest.fixture
def make_process(runtime: Runtime, request: pytest.FixtureRequest) -> Iterator[Callable[..., SendingProcess]]:
    """Makes what a bulk process sends with, in this process. `options` belong to the relay's URL."""
    with sending_processes(runtime) as make_one:

        def make(
            dialogue: Dialogue = Dialogue.CHUNKING, window_size: int = 50, url: str = "", **options: object
        ) -> SendingProcess:
            url = url or request.getfixturevalue("sink").url
            return make_one(relay_url(url, dialogue, **options), window_size)

        yield make


@pytest.fixture
def order(runtime: Runtime, sink: Sink) -> Callable[..., Order]:
    """An order to a process of its own, which sends to the sink."""

    def make(mailing_id: int, dialogue: Dialogue = Dialogue.CHUNKING) -> Order:
        url = SecretStr(relay_url(sink.url, dialogue))
        return Order(runtime.settings.model_copy(update={"smtp_url": url}), mailing_id)

    return make


@pytest.fixture
def hold_promise(runtime: Runtime, request: pytest.FixtureRequest) -> Callable[..., MailingTotals]:
    """Judges a mailing that is over; `relay`: whether it was the relay that lost connections."""

    def check(
        mailing_id: int,
        dialogue: Dialogue = Dialogue.CHUNKING,
        *,
        relay: bool = False,
        sink: Sink | None = None,
    ) -> MailingTotals:
        sink = sink or request.getfixturevalue("sink")
        excuses = Excuses(
            connections=sink.counts.lost if relay else 0,
            under_way=UNDER_WAY[dialogue],
            died=promise.unfinished(runtime.settings.tally_dir, mailing_id),
        )
        with runtime.session() as session:
            return promise.hold(session, mailing_id, sink.records, excuses)

    return check


def relay_url(url: str, dialogue: Dialogue, **options: object) -> str:
    """The sink's URL with this dialogue and these options, such as `timeout_end=1`."""
    further = [f"dialogue={dialogue.name.lower()}", *(f"{key}={value}" for key, value in options.items())]
    return url + ("&" if "?" in url else "?") + "&".join(further)
