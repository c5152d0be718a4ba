"""The life of a message between two workers: nobody else's, never lost, and settled by its holder only."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.outbox import settle
from newsletter.outbox.claim import LEASE, Claim, claim
from newsletter.outbox.models import TRANSITIONS, MessageState, SystemMessage
from newsletter.outbox.waiting import waiting
from newsletter.runtime import Runtime

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def message(session: Session, travel: time_machine.Traveller) -> SystemMessage:
    row = SystemMessage(kind="confirmation", recipient="ana@example.org", address_hash="x", facts={})
    session.add(row)
    session.commit()
    return row


def taken(session: Session, message: SystemMessage) -> Claim:
    held = claim(session, message.id)
    assert held is not None
    session.commit()
    return held


def state_of(session: Session, message: SystemMessage) -> MessageState:
    session.commit()
    session.refresh(message)
    return message.state


def test_a_claim_counts_an_attempt_and_keeps_others_out(session: Session, message: SystemMessage) -> None:
    assert taken(session, message) == Claim(message.id, 1)
    assert state_of(session, message) is MessageState.SENDING
    assert claim(session, message.id) is None
    assert waiting(session, 10) == []


def test_of_workers_at_the_same_time_one_wins(runtime: Runtime, message: SystemMessage) -> None:
    start, won = Barrier(4), []

    def work() -> None:
        start.wait()
        with runtime.sessions.begin() as session:
            won.append(claim(session, message.id))

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(won, key=bool) == [None, None, None, Claim(message.id, 1)]


def test_a_dead_workers_message_is_taken_up_again(
    session: Session, message: SystemMessage, travel: time_machine.Traveller
) -> None:
    first = taken(session, message)
    travel.shift(LEASE - SECOND)
    assert claim(session, message.id) is None
    travel.shift(SECOND)
    assert waiting(session, 10) == [message.id]
    second = taken(session, message)
    assert second == Claim(message.id, 2)
    # The first one was only slow. It has nothing to say any more.
    assert not settle.failed(session, first, "550 no")
    assert settle.sent(session, second)
    assert state_of(session, message) is MessageState.SENT
    assert message.sent_at == clock.now()


def test_refusals_for_the_time_being_wait_longer_and_longer(
    session: Session, message: SystemMessage, travel: time_machine.Traveller
) -> None:
    waits = []
    for _ in range(6):
        assert settle.try_later(session, taken(session, message), "451 later")
        assert state_of(session, message) is MessageState.WAITING
        waits.append((message.next_at - clock.now()) // timedelta(minutes=1))
        assert claim(session, message.id) is None
        travel.move_to(message.next_at)
    assert waits == [1, 5, 15, 60, 60, 60]
    assert message.error == "451 later"


def test_a_relay_that_is_away_uses_up_no_attempt(
    session: Session, message: SystemMessage, travel: time_machine.Traveller
) -> None:
    for _ in range(20):
        assert settle.give_back(session, taken(session, message), "nothing listens there")
        assert state_of(session, message) is MessageState.WAITING
        assert message.attempts == 0
        travel.move_to(message.next_at)
    assert taken(session, message).attempt == 1


SETTLEMENTS: dict[MessageState, Callable[[Session, Claim], bool]] = {
    MessageState.SENT: settle.sent,
    MessageState.WAITING: lambda session, held: settle.try_later(session, held, "451"),
    MessageState.FAILED: lambda session, held: settle.failed(session, held, "550"),
}


@pytest.mark.parametrize("before", list(MessageState))
@pytest.mark.parametrize("after", list(MessageState))
def test_every_edge(
    session: Session, message: SystemMessage, before: MessageState, after: MessageState
) -> None:
    """Only what TRANSITIONS allows can happen (an erasure, which fails what waits, is another package's)."""
    session.execute(update(SystemMessage).values(state=before, attempts=1))
    if after is MessageState.SENDING:
        happened = claim(session, message.id) is not None
        allowed = before in {MessageState.WAITING, MessageState.SENDING}  # the latter: its lease ran out
    else:
        happened = SETTLEMENTS[after](session, Claim(message.id, 1))
        allowed = before is MessageState.SENDING and after in TRANSITIONS[before]
    assert happened is allowed
    assert state_of(session, message) is (after if allowed else before)


def test_nothing_of_an_erased_person_comes_back_with_a_reply(
    session: Session, message: SystemMessage
) -> None:
    held = taken(session, message)
    session.execute(update(SystemMessage).values(recipient="", address_hash=""))
    assert settle.failed(session, held, "550 <ana@example.org> unknown")
    assert state_of(session, message) is MessageState.FAILED
    assert message.error == ""


def test_waiting_gives_the_longest_waiting_first_and_no_more_than_asked(
    session: Session, message: SystemMessage, travel: time_machine.Traveller
) -> None:
    for minutes in (3, 1, 2, 60):
        row = SystemMessage(kind="confirmation", recipient="b@example.org", address_hash="y", facts={})
        row.next_at = START + timedelta(minutes=minutes)
        session.add(row)
        session.flush()
    travel.shift(timedelta(minutes=5))
    ids = waiting(session, 10)
    assert len(ids) == 4
    assert ids[0] == message.id
    assert waiting(session, 2) == ids[:2]
