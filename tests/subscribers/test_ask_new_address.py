"""An editor names somebody's new address: its owner is asked, and the rest is as in their own change."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, Limited, Missing, Refused
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.address_change import waiting_change
from newsletter.subscribers.ask_new_address import ask_new_address
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import State, Subscriber, Subscription, SuppressionReason
from newsletter.subscribers.suppress import suppress
from tests.factories import NO_FILES, make_subscription
from tests.subscribers.moving import NEW, OLD, messages, press

EDITOR = "ed@press.example"


def ask(session: Session, subscriber_id: int, email: str = NEW) -> None:
    ask_new_address(session, subscriber_id, parse_address(email), actor=EDITOR)
    session.commit()


def test_is_asked_there_and_changed_by_its_owner_alone(session: Session, ana: Subscription) -> None:
    ana.subscriber.language = "it"
    ask(session, ana.subscriber_id)
    assert messages(session) == [("address_change", NEW)]
    assert session.scalars(select(SystemMessage.locale)).one() == "it"
    assert session.scalars(select(Subscriber.email)).one() == OLD
    change = waiting_change(session, ana.subscriber_id)
    assert change is not None
    press(session, change)
    assert session.scalars(select(Subscriber.email)).one() == NEW
    assert messages(session) == [("address_change", NEW), ("address_changed", OLD)]
    said = (
        select(AuditEntry).where(AuditEntry.action.startswith("subscriber.address")).order_by(AuditEntry.id)
    )
    entries = session.scalars(said).all()
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("subscriber.address_asked", EDITOR),
        ("subscriber.address_changed", "subscriber"),
    ]
    assert NEW not in str([entry.detail for entry in entries])


def test_without_a_language_of_theirs_it_is_that_of_the_publication(
    session: Session, ana: Subscription
) -> None:
    ana.publication.language = "fr"
    ask(session, ana.subscriber_id)
    assert session.scalars(select(SystemMessage.locale)).one() == "fr"


def test_a_mailbox_is_asked_once_a_day(session: Session, ana: Subscription) -> None:
    ask(session, ana.subscriber_id)
    for email in (NEW, "ana+tag@new.example"):
        with pytest.raises(Limited, match="tomorrow"):
            ask(session, ana.subscriber_id, email)
        session.rollback()
    assert messages(session) == [("address_change", NEW)]
    waiting = waiting_change(session, ana.subscriber_id)
    assert waiting is not None  # the link in the mailbox is still good
    assert waiting.email == NEW
    session.rollback()
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=5)):
        ask(session, ana.subscriber_id)
        assert len(messages(session)) == 2


def test_who_cannot_be_asked(session: Session, publication: Publication, ana: Subscription) -> None:
    suppress(session, parse_address("gone@x.example").hash, SuppressionReason.COMPLAINT, actor="test")
    make_subscription(session, publication, "bo@x.example")
    make_subscription(session, publication, "typed@x.example", state=State.PENDING)
    session.commit()
    for email, error in (
        ("gone@x.example", Refused),
        ("bo@x.example", Conflict),
        ("ANA@old.example", Conflict),
    ):
        with pytest.raises(error):
            ask(session, ana.subscriber_id, email)
        session.rollback()
    assert messages(session) == []
    ask(session, ana.subscriber_id, "typed@x.example")  # anybody may have typed it: it gives way
    erase(session, ana.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    with pytest.raises(Missing):
        ask(session, ana.subscriber_id)
