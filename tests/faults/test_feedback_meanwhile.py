"""A mailing with tracked links, of which much comes back while it is being sent and a sender is killed."""

import random
import signal
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from newsletter.feedback.models import FeedbackRecord
from newsletter.mailings.models import Mailing
from newsletter.mailings.totals import MailingTotals
from newsletter.publications.models import TrackingMode
from newsletter.runtime import Runtime
from newsletter.sending.hosts import Watch, host_id
from newsletter.sending.recover import recover
from newsletter.smtp.sink import Options, Sink
from newsletter.tracking.models import TrackingEvent
from tests.delivered import tracked_places
from tests.extent import usual
from tests.faults.drainer import Order, over, start_draining
from tests.faults.feedback import Clicks, ComeBack
from tests.faults.promise import MESSAGE_ID
from tests.faults.trouble import in_background
from tests.processes import wait_until

READERS = usual(240, soak=3_000)
EVENTS = usual(32, soak=300)
PER_SECOND = usual(40, soak=100)  # until all has come back
SEED = 20261201

pytestmark = pytest.mark.faults


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(Options(keep_content=True)) as started:
        yield started


def test_tracked_and_with_feedback_the_promise_is_kept(
    runtime: Runtime,
    make_mailing: Callable[..., int],
    order: Callable[..., Order],
    sink: Sink,
    hold_promise: Callable[..., MailingTotals],
) -> None:
    mailing_id = make_mailing(READERS, PER_SECOND, tracking=TrackingMode.INDIVIDUAL)
    come_back = ComeBack(runtime, mailing_id, random.Random(SEED))
    clicks = Clicks(runtime, mailing_id, random.Random(SEED))
    ended = threading.Event()
    doomed = start_draining(order(mailing_id).at("transmit.answered=kill@20"))
    other = start_draining(order(mailing_id))
    wait_until(lambda: sink.counts.messages > 0)
    join = in_background(lambda: clicks.fold(20, ended.is_set))
    try:
        came_back = come_back.leave(EVENTS / 2, lambda: over(runtime, mailing_id))
        doomed.join(60)
        assert doomed.exitcode == -signal.SIGKILL
        recover(runtime.sessions, host_id(runtime.settings.tally_dir), Watch())
        came_back += come_back.leave(EVENTS / 2, lambda: over(runtime, mailing_id))
    finally:
        ended.set()
    join()
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        assert mailing.refusals_seen, "so many complaints pause a mailing, and an editor resumed it"
        mailing.per_second = None
        session.commit()
    other.join(120)

    totals = hold_promise(mailing_id)
    assert totals.sent + totals.unanswered + sum(totals.excluded.values()) == READERS
    assert set(totals.excluded) == {"suppressed", "unsubscribed"}
    assert len(come_back.too_late) > 5, "it must come back in the middle"
    assert come_back.written_to(sink.records) == []
    with runtime.session() as session:
        assert session.scalar(select(func.count(TrackingEvent.id))) == clicks.folded > 0
        taken = session.scalar(select(func.count()).select_from(FeedbackRecord))
    assert taken == come_back.events - came_back["request"]
    for record in sink.records:
        known_as = MESSAGE_ID.fullmatch(record.message_id)
        assert known_as is not None
        own_place = int(known_as["mailing"]), int(known_as["seq"])
        assert tracked_places(runtime.links, record.content or b"") == {own_place}
