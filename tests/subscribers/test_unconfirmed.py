"""Who does not confirm: one reminder, within the limits, and an end after a month."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.db import session_factory
from newsletter.core.errors import Conflict
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.add import ask_to_confirm
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.models import EndReason, State, Subscription, SuppressionReason
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.unconfirmed import AT_ONCE, look_after_unconfirmed, remind
from tests.factories import make_subscription
from tests.subscribers.conftest import Ask
from tests.subscribers.test_at_once import together

START = datetime.fromisoformat("2026-03-01T10:00:00+00:00")


def kinds(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(SystemMessage.kind).order_by(SystemMessage.id)))


def look(session: Session, engine: Engine) -> None:
    session.rollback()
    look_after_unconfirmed(session_factory(engine))
    session.rollback()


def test_one_reminder_after_three_days_and_an_end_after_thirty(
    session: Session, engine: Engine, ask: Ask
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        subscription = ask()
        assert subscription is not None
        subscription_id = subscription.id
        for days, sent in ((0, 1), (2.9, 1), (3, 2), (3.1, 2), (29.9, 2)):
            traveller.move_to(START + timedelta(days=days))
            look(session, engine)
            assert kinds(session) == ["confirmation", "confirmation_reminder"][:sent], days
        reminder = session.scalars(select(SystemMessage).order_by(SystemMessage.id.desc())).first()
        assert reminder is not None
        assert reminder.facts["due_at"] == START.isoformat()
        assert (reminder.recipient, reminder.locale) == ("ana@example.org", "en")
        traveller.move_to(START + timedelta(days=30))
        look(session, engine)
        session.refresh(subscription)
        assert (subscription.state, subscription.ended_reason) == (State.ENDED, EndReason.EXPIRED)
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == (
            "subscription.expired"
        )
        with pytest.raises(Conflict):
            confirm(session, subscription_id, locale="en")
        session.rollback()
        assert kinds(session) == ["confirmation", "confirmation_reminder"]
        # Whoever asks again is somebody new.
        ask()
        traveller.move_to(START + timedelta(days=33))
        look(session, engine)
        assert kinds(session)[2:] == ["confirmation", "confirmation_reminder"]


def test_who_confirmed_left_or_must_not_be_written_to_gets_none(
    session: Session, engine: Engine, publication: Publication, ask: Ask
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        confirmed, suppressed = ask("ana@example.org"), ask("bo@example.org")
        assert confirmed is not None
        assert suppressed is not None
        confirm(session, confirmed.id, locale="en")
        suppress(session, parse_address("bo@example.org").hash, SuppressionReason.COMPLAINT, actor="test")
        ask_to_confirm(session, publication, parse_address("cy@example.org"), actor="ed@press.example")
        session.commit()
        traveller.shift(timedelta(days=4))
        look(session, engine)
        assert "confirmation_reminder" not in kinds(session)
        traveller.shift(timedelta(days=30))
        look(session, engine)
        states = select(Subscription.state).order_by(Subscription.id)
        assert list(session.scalars(states)) == [State.ACTIVE, State.ENDED, State.ENDED]


def test_a_reminder_counts_among_the_messages_of_a_mailbox(
    session: Session, engine: Engine, ask: Ask
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        for _ in range(3):  # each a day after the other, and no fourth
            ask()
            traveller.shift(timedelta(days=1, minutes=1))
        assert kinds(session) == ["confirmation"] * 3
        look(session, engine)
        assert kinds(session) == ["confirmation"] * 3


def test_who_waited_for_long_before_there_were_reminders_gets_none(
    session: Session, engine: Engine, ask: Ask
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        ask()
        traveller.shift(timedelta(days=11))
        look(session, engine)
        assert kinds(session) == ["confirmation"]


def test_two_workers_remind_once_and_no_batch_is_forgotten(
    session: Session, engine: Engine, publication: Publication, ask: Ask
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        for number in range(8):
            ask(f"reader{number}@example.org")
        for number in range(AT_ONCE + 1):
            make_subscription(session, publication, f"old{number}@example.org", state=State.PENDING)
        session.commit()
        publication_id = publication.id
        session.rollback()
        traveller.shift(timedelta(days=3))
        together(engine, *[lambda opened: remind(opened, publication_id)] * 3)
        assert kinds(session).count("confirmation_reminder") == 8
        traveller.shift(timedelta(days=27))
        look(session, engine)
        assert set(session.scalars(select(Subscription.state))) == {State.ENDED}
        assert clock.now() == START + timedelta(days=30)
