"""People who leave, and a mailing that is paused and cancelled, while it runs: I5."""

import random
import time
from collections.abc import Callable
from functools import partial

import pytest

from newsletter.core.db import reading
from newsletter.mailings.models import Mailing
from newsletter.mailings.totals import DisplayedState, MailingTotals, read_totals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.smtp.sink import Sink
from tests.extent import usual
from tests.faults.drainer import Order, over, start_draining
from tests.faults.trouble import Leavers, in_background
from tests.processes import wait_until
from tests.sending.pressing import press

READERS = usual(600, soak=1_500)
LEAVERS = usual(60, soak=150)
PER_SECOND = usual(100, soak=250)  # until everybody who is to leave has left
PAUSES = usual(2, soak=3)
SEED = 20261128

pytestmark = pytest.mark.faults


def test_who_has_left_gets_nothing(
    runtime: Runtime,
    make_mailing: Callable[..., int],
    order: Callable[..., Order],
    sink: Sink,
    hold_promise: Callable[..., MailingTotals],
) -> None:
    """They unsubscribe, are suppressed and erased, most of them just before their turn."""
    mailing_id = make_mailing(READERS, PER_SECOND)
    leavers = Leavers(runtime, mailing_id, random.Random(SEED))
    senders = [start_draining(order(mailing_id)) for _ in range(2)]
    wait_until(lambda: sink.counts.messages > 0)
    join = in_background(lambda: leavers.leave(LEAVERS, lambda: over(runtime, mailing_id)))
    assert join().total() == len(leavers.left)
    with runtime.session() as session:
        session.get_one(Mailing, mailing_id).per_second = None
        session.commit()
    for sender in senders:
        sender.join(120)
    found = hold_promise(mailing_id)
    assert len(leavers.too_late) > 5, "the leaving must happen in the middle"
    assert leavers.written_to(sink.records) == []
    assert READERS - found.sent == sum(found.excluded.values()) <= len(leavers.left)


def test_paused_and_resumed_again_and_again_then_cancelled(
    runtime: Runtime,
    make_mailing: Callable[..., int],
    order: Callable[..., Order],
    make_process: Callable[..., SendingProcess],
    sink: Sink,
    hold_promise: Callable[..., MailingTotals],
) -> None:
    mailing_id = make_mailing(READERS, PER_SECOND)
    senders = [start_draining(order(mailing_id)) for _ in range(2)]
    wait_until(lambda: sink.counts.messages > 0)
    for _ in range(PAUSES):
        press(runtime, control.pause, mailing_id)
        wait_until(lambda: displayed(runtime, mailing_id) is DisplayedState.PAUSED)  # all is answered
        stood_at = sink.counts.messages
        time.sleep(0.3)
        assert sink.counts.messages == stood_at
        press(runtime, control.resume, mailing_id)
        wait_until(partial(lambda before: sink.counts.messages > before, stood_at))
    press(runtime, control.cancel, mailing_id)
    for sender in senders:
        sender.join(120)
    found = hold_promise(mailing_id)
    assert found.state == "cancelled"
    assert 0 < found.sent < READERS
    assert found.excluded == {"cancelled": READERS - found.sent}
    assert found.unanswered == 0


def displayed(runtime: Runtime, mailing_id: int) -> DisplayedState:
    """What people are told: that it is paused once nothing of it is in flight."""
    with reading(), runtime.session() as session:
        return read_totals(session, mailing_id).state
