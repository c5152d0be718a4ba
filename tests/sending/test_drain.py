"""Draining a mailing: everybody gets one copy, and whatever the relay does is accounted for."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from newsletter.mailings.models import SendWindow, StoredMessage
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.schedule import schedule
from newsletter.smtp.sink import Act, At, Rule, Script, Sink
from newsletter.subscribers.models import State, Subscription, Suppression, SuppressionReason
from tests.processes import wait_until
from tests.sending.conftest import READERS
from tests.sending.pressing import press
from tests.sending.process import draining

Count = Callable[[], MailingTotals]


def copies(sink: Sink) -> Counter[str]:
    return Counter(record.recipient for record in sink.records)


def test_everybody_gets_one_copy(process: SendingProcess, mailing_id: int, sink: Sink, count: Count) -> None:
    assert process.drain(mailing_id, seconds=30) is False
    found = count()
    assert (found.state, found.sent, found.candidates) == ("finished", READERS, READERS)
    assert copies(sink) == {f"reader{n}@readers.example": 1 for n in range(1, READERS + 1)}
    assert len({record.message_id for record in sink.records}) == READERS
    assert sink.counts.connections == 1
    assert not list(process.tally_dir.glob("*.tally"))


def test_draining_again_sends_nothing(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    process.drain(mailing_id, seconds=30)
    process.drain(mailing_id, seconds=30)
    assert sink.counts.messages == READERS
    assert count().sent == READERS


def test_a_turn_ends_and_goes_on(process: SendingProcess, mailing_id: int, sink: Sink, count: Count) -> None:
    assert process.drain(mailing_id, seconds=0) is True
    assert count().pending == READERS
    assert process.drain(mailing_id, seconds=30) is False
    assert count().sent == READERS


def test_pause_stops_and_resume_goes_on_there(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    press(runtime, control.pause, mailing_id)
    assert process.drain(mailing_id, seconds=30) is False
    assert (count().state, sink.counts.messages) == ("paused", 0)
    press(runtime, control.resume, mailing_id)
    process.drain(mailing_id, seconds=30)
    assert count().sent == READERS


def test_a_pause_within_a_window_gives_back_who_was_not_started(
    make_process: Callable[..., SendingProcess], mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    process = make_process(window_size=READERS)
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.2)])
    with draining(mailing_id, process):
        wait_until(lambda: sink.counts.messages >= 2)
        press(runtime, control.pause, mailing_id)
    found = count()
    assert found.state == "paused"
    assert (found.in_flight, found.unanswered) == (0, 0)
    assert 2 <= found.sent < READERS
    assert found.pending == READERS - found.sent
    press(runtime, control.resume, mailing_id)
    sink.script = Script()
    process.drain(mailing_id, seconds=30)
    assert count().sent == READERS
    assert set(copies(sink).values()) == {1}


def test_cancel_excludes_the_rest_and_makes_room_for_another_mailing(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.RCPT, code=451, recipient="reader2@*")])
    process.drain(mailing_id, seconds=30)
    press(runtime, control.cancel, mailing_id)
    found = count()
    assert (found.state, found.sent, found.excluded) == ("cancelled", READERS - 1, {"cancelled": 1})
    with runtime.session() as session:
        from newsletter.issues.models import Issue
        from newsletter.sending.freeze import freeze

        issue = session.scalars(select(Issue)).one()
        again = schedule(session, issue, None, runtime.links, actor="test")
        session.commit()
        assert again.id != mailing_id
    sink.script = Script()
    assert freeze(runtime.sessions, again.id, runtime.links)
    process.drain(again.id, seconds=30)
    assert set(copies(sink).values()) == {1}, "who has it is not written to again"
    assert len(copies(sink)) == READERS


def test_who_left_after_the_freeze_is_excluded_with_the_reason(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    from newsletter.core.addresses import key_hash
    from newsletter.subscribers.models import EndReason

    with runtime.session() as session:
        first, second = session.scalars(select(Subscription).order_by(Subscription.id).limit(2)).all()
        first.state, first.ended_reason = State.ENDED, EndReason.UNSUBSCRIBED
        second.state = State.PAUSED
        session.add(
            Suppression(address_hash=key_hash("reader3@readers.example"), reason=SuppressionReason.COMPLAINT)
        )
        session.commit()
    process.drain(mailing_id, seconds=30)
    found = count()
    assert found.excluded == {"paused": 1, "suppressed": 1, "unsubscribed": 1}
    assert found.sent == READERS - 3
    assert not {"reader1@readers.example", "reader2@readers.example", "reader3@readers.example"} & set(
        copies(sink)
    )


def test_a_full_disk_reserves_nothing(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    process.tally_dir = process.tally_dir / "host-id"  # a file where a folder should be
    with pytest.raises(OSError, match="host-id"):
        process.drain(mailing_id, seconds=30)
    assert count().pending == READERS
    with runtime.session() as session:
        assert session.scalars(select(SendWindow)).all() == []


def test_two_processes_share_a_mailing(
    make_process: Callable[..., SendingProcess], mailing_id: int, sink: Sink, count: Count
) -> None:
    processes = [make_process(window_size=2) for _ in range(4)]
    with draining(mailing_id, *processes):
        pass
    found = count()
    assert (found.state, found.sent) == ("finished", READERS)
    assert set(copies(sink).values()) == {1}


def test_an_error_of_ours_pauses_the_mailing_instead_of_failing_for_ever(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with runtime.session() as session:
        stored = session.get_one(StoredMessage, (mailing_id, ""))
        whole, stored.compiled = stored.compiled, '{"format": 99}'
        session.commit()
    with pytest.raises(ValueError, match="unknown format"):
        process.drain(mailing_id, seconds=30)
    found = count()
    assert (found.state, found.pending) == ("paused", READERS)
    assert "This program failed" in found.reason
    with runtime.session() as session:
        session.get_one(StoredMessage, (mailing_id, "")).compiled = whole
        control.resume(session, mailing_id, actor="test")
        session.commit()
    process.drain(mailing_id, seconds=30)
    assert count().sent == READERS
