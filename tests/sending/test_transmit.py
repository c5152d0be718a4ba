"""Whatever the relay does is accounted for, person by person, and what is its own trouble marks nobody."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from newsletter.core import clock
from newsletter.mailings.models import Delivery, DeliveryRetry, Mailing
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.smtp import plain
from newsletter.smtp.inflight_window import MOST
from newsletter.smtp.sink import Act, At, Options, Rule, Script, Sink
from newsletter.smtp.timeouts import Timeouts
from newsletter.transports.models import TransportCooldown
from tests.sending.conftest import READERS
from tests.sending.pressing import press

Count = Callable[[], MailingTotals]


def copies(sink: Sink) -> Counter[str]:
    return Counter(record.recipient for record in sink.records)


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
        assert "Nothing is listening at" in mailing.waiting_for
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
        assert session.scalars(select(TransportCooldown)).all() == []


def test_wrong_credentials_pause_it_and_resuming_goes_on_exactly_there(
    make_process: Callable[..., SendingProcess], mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    with Sink(Options(users={"ana": "right"}, auth_required=True, auth_in_clear=True)) as strict:
        where = f"127.0.0.1:{strict.port}?starttls=never&auth_in_clear=yes"
        make_process(smtp_url=f"smtp://ana:wrong@{where}").drain(mailing_id, seconds=30)
        found = count()
        assert (found.state, found.pending) == ("paused", READERS)
        assert "did not accept user ana" in found.reason
        press(runtime, control.resume, mailing_id)
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


def test_outcomes_are_kept_with_their_codes(
    process: SendingProcess, mailing_id: int, sink: Sink, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.RCPT, code=550, text="5.2.1 Disabled", recipient="reader9@*")])
    process.drain(mailing_id, seconds=30)
    with runtime.session() as session:
        rejected = session.scalars(select(Delivery).where(Delivery.outcome == "rejected")).one()
        assert (rejected.code, rejected.enhanced, rejected.reason) == (550, "5.2.1", "disabled")
        assert rejected.at is not None


def test_a_mass_deferral_cools_the_transport_down_instead_of_moving_everybody(
    make_process: Callable[..., SendingProcess], mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.RCPT, code=451, text="4.7.1 Try again later")])
    process = make_process(window_size=10)
    assert process.drain(mailing_id, seconds=30) is False
    found = count()
    assert 10 <= found.retry <= 20, "at most what was reserved before the first answers came"
    assert (found.pending, found.state) == (READERS - found.retry, "sending")
    with runtime.session() as session:
        mailing = session.get_one(Mailing, mailing_id)
        assert "is deferring most messages (451 4.7.1)" in mailing.waiting_for
        again = mailing.not_before
    assert again is not None
    sink.script = Script()
    with time_machine.travel(again + timedelta(minutes=6)):
        process.drain(mailing_id, seconds=30)
    assert (count().sent, count().state) == (READERS, "finished")


def test_full_mailboxes_are_no_mass_deferral(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script([Rule(At.RCPT, code=452, text="4.2.2 Mailbox full")])
    process.drain(mailing_id, seconds=30)
    assert count().retry == READERS


def test_a_relay_that_says_nothing_at_all_rests_and_the_operator_is_told(
    process: SendingProcess,
    mailing_id: int,
    sink: Sink,
    count: Count,
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As with the real figures, a silence outlasts the time in which messages may start.
    monkeypatch.setattr("newsletter.sending.reserve.START_WITHIN_SECONDS", 0.1)
    all_outlets = process.transports
    process.transports = lambda session: [
        replace(transport, relay=replace(transport.relay, timeouts=Timeouts(mail=0.2, quit=0.1)))
        for transport in all_outlets(session)
    ]
    sink.script = Script([Rule(At.MAIL, Act.STALL, seconds=5)])
    assert process.drain(mailing_id, seconds=10) is False
    found = count()
    assert (found.state, found.pending + found.unanswered, found.in_flight) == ("sending", READERS, 0)
    assert "keeps closing the connection" in found.waiting_for
    assert sink.counts.connections == 1
    with runtime.session() as session:
        assert session.scalars(select(TransportCooldown)).one().reason == found.waiting_for


def test_a_relay_whose_replies_come_apart_from_our_commands_is_spoken_to_plainly(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.MAIL, code=503, text="5.5.1 Bad sequence", skip=3, times=1)])
    with runtime.session() as session:
        (transport,) = process.transports(session)
    before = process.connections.borrow(transport)
    assert process.connections.dialogue(transport, before) is not plain.deliver
    process.connections.give_back(transport, before)
    process.drain(mailing_id, seconds=30)
    assert (count().state, count().sent, count().unanswered) == ("finished", READERS, 0)
    assert set(copies(sink).values()) == {1}
    assert sink.counts.connections == 2
    assert process.connections.dialogue(transport, process.connections.borrow(transport)) is plain.deliver
