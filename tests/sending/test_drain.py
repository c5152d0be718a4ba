"""Draining a mailing: everybody gets one copy, and whatever the relay does is accounted for."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from newsletter.core import clock
from newsletter.mailings.accounts import Accounts
from newsletter.mailings.models import Delivery, DeliveryRetry, Mailing, SendWindow
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.schedule import schedule
from newsletter.smtp.pace import MOST
from newsletter.smtp.sink import Act, At, Options, Rule, Script, Sink
from newsletter.subscribers.models import State, Subscription, Suppression, SuppressionReason
from newsletter.transports.models import TransportRest
from tests.processes import wait_until
from tests.sending.conftest import READERS

Count = Callable[[], Accounts]


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


def test_refused_people_are_rejected_with_their_reason(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script([Rule(At.RCPT, code=550, text="5.1.1 No such user", recipient="reader7@*")])
    process.drain(mailing_id, seconds=30)
    found = count()
    assert (found.sent, found.rejected) == (READERS - 1, 1)
    assert found.rejected_reasons == {"no_such_user": 1}
    assert found.state == "finished"


def test_a_temporary_refusal_is_tried_again_later(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = Script(
        [Rule(At.BODY, code=451, recipient=f"reader{n}@*", each=True, times=1) for n in (3, 4)]
    )
    process.drain(mailing_id, seconds=30)
    found = count()
    assert (found.sent, found.retry, found.state) == (READERS - 2, 2, "sending")
    assert process.drain(mailing_id, seconds=30) is False
    assert count().retry == 2, "not before it is due"
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        process.drain(mailing_id, seconds=30)
    found = count()
    assert (found.sent, found.retry, found.state) == (READERS, 0, "finished")
    assert set(copies(sink).values()) == {1}
    assert len({record.message_id for record in sink.records}) == READERS
    with runtime.session() as session:
        assert session.scalars(select(DeliveryRetry)).all() == []


def test_a_retry_that_ran_out_is_rejected(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script([Rule(At.RCPT, code=450, text="4.2.2 Full", recipient="reader1@*")])
    start = clock.now()
    for attempt in range(11):
        assert count().rejected == 0
        with time_machine.travel(start + timedelta(hours=7.3 * attempt)):
            process.drain(mailing_id, seconds=30)
    found = count()
    assert found.rejected_reasons == {"expired": 1}
    assert found.state == "finished"


def test_a_clock_that_was_set_gives_nobody_up(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script([Rule(At.RCPT, code=450, text="4.2.2 Full", recipient="reader1@*", times=3)])
    start = clock.now()
    for days in (0, 400, -400, 0.01):
        with time_machine.travel(start + timedelta(days=days)):
            process.drain(mailing_id, seconds=30)
    assert (count().sent, count().state) == (READERS, "finished")


def test_silence_after_the_last_octet_is_unanswered_and_never_resent(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script([Rule(At.BODY, Act.DROP, recipient="reader5@*", recorded=True)])
    process.drain(mailing_id, seconds=30)
    # Whoever's message was on its way to the kernel just then did not get it: they have another turn.
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        process.drain(mailing_id, seconds=30)
    found = count()
    assert (found.sent + found.unanswered, found.state) == (READERS, "finished")
    # Whoever was under way together with reader 5 when the connection ended has no answer, either.
    assert 1 <= found.unanswered <= MOST * sink.counts.lost
    assert set(copies(sink).values()) == {1}
    assert found.sent < len(copies(sink)) <= READERS


def test_a_relay_that_is_down_marks_nobody_says_why_and_is_tried_again(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.refuse()
    assert process.drain(mailing_id, seconds=5) is False
    found = count()
    assert (found.state, found.pending, found.rejected, found.retry) == ("sending", READERS, 0, 0)
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        assert "Nothing listens at" in mailing.waiting_for
        assert mailing.not_before is not None
        again = mailing.not_before
    sink.listen()
    process.drain(mailing_id, seconds=0.5)
    assert count().pending == READERS, "not before it is due"
    with time_machine.travel(again + timedelta(seconds=1)):
        process.drain(mailing_id, seconds=30)
    assert count().sent == READERS
    assert set(copies(sink).values()) == {1}
    with runtime.session() as session:
        assert session.get_one(Mailing, mailing_id).waiting_for == ""
        assert session.scalars(select(TransportRest)).all() == []


def test_wrong_credentials_pause_it_and_resuming_goes_on_exactly_there(
    make_process: Callable[..., SendingProcess], mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with Sink(Options(users={"ana": "right"}, auth_required=True, auth_in_clear=True)) as strict:
        where = f"127.0.0.1:{strict.port}?starttls=never&auth_in_clear=yes"
        make_process(smtp_url=f"smtp://ana:wrong@{where}").drain(mailing_id, seconds=30)
        found = count()
        assert (found.state, found.pending) == ("paused", READERS)
        assert "did not accept user ana" in found.reason
        with runtime.session() as session:
            control.resume(session, mailing_id, actor="test")
            session.commit()
        make_process(smtp_url=f"smtp://ana:right@{where}").drain(mailing_id, seconds=30)
        assert (count().sent, len(strict.records)) == (READERS, READERS)


def test_a_refused_sender_marks_nobody(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script([Rule(At.MAIL, code=550, text="5.7.1 You may not send")])
    process.drain(mailing_id, seconds=30)
    found = count()
    assert (found.state, found.pending, found.rejected) == ("paused", READERS, 0)
    assert "You may not send" in found.reason


def test_lost_connections_are_made_anew(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script(
        [Rule(At.MAIL, Act.DROP, skip=4, times=1), Rule(At.RCPT, Act.DROP, skip=11, times=1)]
    )
    process.drain(mailing_id, seconds=30)
    found = count()
    assert found.sent + found.retry + found.unanswered == READERS
    assert found.unanswered <= MOST * sink.counts.lost
    assert found.sent <= len(copies(sink)) <= found.sent + found.unanswered
    assert sink.counts.connections == 3


def test_pause_stops_and_resume_goes_on_there(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with runtime.session() as session:
        control.pause(session, mailing_id, actor="test")
        session.commit()
    assert process.drain(mailing_id, seconds=30) is False
    assert (count().state, sink.counts.messages) == ("paused", 0)
    with runtime.session() as session:
        control.resume(session, mailing_id, actor="test")
        session.commit()
    process.drain(mailing_id, seconds=30)
    assert count().sent == READERS


def test_a_pause_within_a_window_gives_back_who_was_not_started(
    make_process: Callable[..., SendingProcess], mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    process = make_process(window_size=READERS)
    sink.script = Script([Rule(At.BODY, Act.STALL, seconds=0.2)])
    thread = threading.Thread(target=process.drain, args=(mailing_id, 30))
    thread.start()
    wait_until(lambda: sink.counts.messages >= 2)
    with runtime.session() as session:
        control.pause(session, mailing_id, actor="test")
        session.commit()
    thread.join()
    found = count()
    assert found.state == "paused"
    assert (found.in_flight, found.unanswered) == (0, 0)
    assert 2 <= found.sent < READERS
    assert found.pending == READERS - found.sent
    with runtime.session() as session:
        control.resume(session, mailing_id, actor="test")
        session.commit()
    sink.script = Script()
    process.drain(mailing_id, seconds=30)
    assert count().sent == READERS
    assert set(copies(sink).values()) == {1}


def test_cancel_excludes_the_rest_and_makes_room_for_another_mailing(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.RCPT, code=451, recipient="reader2@*")])
    process.drain(mailing_id, seconds=30)
    with runtime.session() as session:
        control.cancel(session, mailing_id, actor="test")
        session.commit()
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


def test_an_address_that_cannot_be_sent_stops_nobody_else(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    from newsletter.subscribers.models import Subscriber

    with runtime.session() as session:
        people = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()
        people[0].email = "a" * 70 + "@readers.example"
        people[1].email = "no-at-sign"
        people[2].email = "a>b<c\r\nRCPT TO:<victim@readers.example>@readers.example"
        people[3].name = "Eve\r\nBcc: victim@readers.example"
        session.commit()
    process.drain(mailing_id, seconds=30)
    found = count()
    assert found.rejected_reasons == {"bad_address": 3}
    assert found.sent == READERS - 3
    assert "victim@readers.example" not in copies(sink)


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
    threads = [
        threading.Thread(target=process.drain, args=(mailing_id, 30), name=f"drain{n}")
        for n, process in enumerate(processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = count()
    assert (found.state, found.sent) == ("finished", READERS)
    assert set(copies(sink).values()) == {1}


def test_outcomes_are_kept_with_their_codes(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.RCPT, code=550, text="5.2.1 Disabled", recipient="reader9@*")])
    process.drain(mailing_id, seconds=30)
    with runtime.session() as session:
        rejected = session.scalars(select(Delivery).where(Delivery.outcome == "rejected")).one()
        assert (rejected.code, rejected.enhanced, rejected.reason) == (550, "5.2.1", "disabled")
        assert rejected.at is not None
