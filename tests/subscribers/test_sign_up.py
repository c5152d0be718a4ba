"""Asking for a subscription: what is kept, and who is written to."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.add import ask_to_confirm
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.erase import erase
from newsletter.subscribers.imports.immediate import import_subscribers
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.factories import NO_FILES
from tests.subscribers.conftest import Ask


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(SystemMessage.kind).order_by(SystemMessage.id)))


def test_a_stranger_is_pending_and_asked_to_confirm(session: Session, ask: Ask) -> None:
    subscription = ask("Ana@Example.org", "  Ana\u0000  Lim ")
    assert subscription is not None
    assert subscription.state is State.PENDING
    assert subscription.subscriber.email == "Ana@example.org"
    assert subscription.subscriber.email_key == "ana@example.org"
    assert subscription.subscriber.name == "Ana Lim"
    record = session.scalars(select(ConsentRecord)).one()
    assert record.kind is ConsentKind.REQUESTED
    assert record.text.startswith("I want to receive The Morning by email.")
    assert (record.text_version, record.locale, record.ip, record.source) == ("2", "en", "192.0.2.7", "form")
    message = session.scalars(select(SystemMessage)).one()
    assert message.kind == "confirmation"
    assert message.recipient == "Ana@example.org"
    assert message.facts["subscription_id"] == subscription.id


def test_asking_twice_is_one_wish_and_one_message(session: Session, ask: Ask) -> None:
    first = ask()
    second = ask("ANA@example.org", "Somebody Else")
    assert first is not None
    assert second is first
    assert kinds(session) == ["confirmation"]
    assert session.scalar(select(func.count()).select_from(ConsentRecord)) == 1
    assert first.subscriber.name == "Ana Lim"  # a stranger cannot rename her


def test_who_is_subscribed_is_told_so_once_a_day(session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    confirm(session, subscription.id, locale="en")
    session.query(SystemMessage).delete()
    session.commit()
    ask()
    ask()
    assert kinds(session) == ["already_subscribed"]
    assert subscription.state is State.ACTIVE


def test_a_suppressed_address_leaves_no_trace(session: Session, ask: Ask) -> None:
    suppress(session, parse_address("ana@example.org").hash, SuppressionReason.COMPLAINT, actor="test")
    assert ask("ANA@example.org") is None
    assert kinds(session) == []
    assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


def test_who_left_may_come_back_and_confirms_again(session: Session, ask: Ask) -> None:
    subscription = ask()
    assert subscription is not None
    confirm(session, subscription.id, locale="en")
    unsubscribe(session, subscription.id, source=ConsentSource.PAGE)
    session.commit()
    again = ask()
    assert again is subscription
    assert subscription.state is State.PENDING
    assert subscription.ended_reason is None
    assert kinds(session) == ["confirmation", "confirmation"]
    assert session.scalar(select(func.count()).select_from(Subscription)) == 1


def test_another_spelling_is_answered_at_the_stored_address(session: Session, ask: Ask) -> None:
    subscription = ask("ana@example.org")
    assert subscription is not None
    confirm(session, subscription.id, locale="en")
    session.query(SystemMessage).delete()
    session.commit()
    ask("ANA@example.org")
    assert session.scalars(select(SystemMessage.recipient)).all() == ["ana@example.org"]


def test_who_was_erased_comes_back_by_confirming(
    session: Session, publication: Publication, ask: Ask, tmp_path: Path
) -> None:
    first = ask()
    assert first is not None
    erase(session, first.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    session.query(SystemMessage).delete()
    again = ask()
    assert again is not None
    assert again.state is State.PENDING
    assert kinds(session) == ["confirmation"]
    # Until they confirm, nobody else may add them.
    path = tmp_path / "people.csv"
    path.write_text("email\nana@example.org\n")
    assert import_subscribers(session, publication, path, actor="test").skipped == {"suppressed": 1}
    with pytest.raises(Refused):
        ask_to_confirm(session, publication, parse_address("ana@example.org"), actor="ed@press.example")
    session.rollback()
    confirm(session, again.id, locale="en")
    session.commit()
    assert again.state is State.ACTIVE
    assert session.scalars(select(Suppression)).all() == []


def test_erased_and_complained_before_stays_away(session: Session, ask: Ask) -> None:
    suppress(session, parse_address("ana@example.org").hash, SuppressionReason.COMPLAINT, actor="test")
    session.commit()
    assert ask() is None
    assert kinds(session) == []


@pytest.mark.parametrize(
    ("state", "messages"), [(MessageState.FAILED, 2), (MessageState.WAITING, 1), (MessageState.SENT, 1)]
)
def test_a_message_that_never_left_is_sent_again(
    session: Session, ask: Ask, state: MessageState, messages: int
) -> None:
    ask()
    session.execute(update(SystemMessage).values(state=state))
    session.commit()
    ask()
    assert kinds(session) == ["confirmation"] * messages
