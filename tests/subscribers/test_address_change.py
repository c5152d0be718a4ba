"""Somebody changes their address: once, with everything they subscribe to, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, DomainError, Missing, Refused
from newsletter.deferred.defer import defer_address_question
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.address_change import (
    ask_for_change,
    change_address,
    forget_unconfirmed,
    moment_of,
    waiting_change,
)
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.consent_receipt import consent_receipt
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    AddressChange,
    ConsentKind,
    ConsentRecord,
    EndReason,
    State,
    Subscriber,
    Subscription,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress
from tests.deciding import decide_all
from tests.factories import make_subscription
from tests.subscribers.conftest import Ask
from tests.subscribers.moving import NEW, OLD, messages, move, press, wish
from tests.subscribers.test_at_once import together


def test_it_is_asked_at_the_new_address_and_told_to_the_old_one(session: Session, ana: Subscription) -> None:
    change = wish(session, ana.subscriber_id)
    assert ana.subscriber.email == OLD
    assert messages(session) == [("address_change", NEW)]
    for _ in range(2):  # doing it twice is once
        press(session, change)
    person = session.scalars(select(Subscriber)).one()
    address = parse_address(NEW)
    assert (person.email, person.email_key, person.address_hash) == (NEW, address.key, address.hash)
    assert (change.former_email, change.former_hash) == (OLD, parse_address(OLD).hash)
    told = session.scalars(select(SystemMessage).where(SystemMessage.kind == "address_changed")).one()
    assert (told.recipient, told.locale, told.facts["new_address"]) == (OLD, "en", "a…@new.example")
    session.rollback()
    assert messages(session) == [("address_change", NEW), ("address_changed", OLD)]


def test_it_is_asked_in_the_name_of_what_they_get(session: Session, ana: Subscription) -> None:
    left = Publication(slug="afternoon", name="An Afternoon")
    session.add(Subscription(subscriber=ana.subscriber, publication=left, state=State.ENDED))
    session.commit()
    move(session, ana.subscriber_id)
    assert set(session.scalars(select(SystemMessage.publication_id))) == {ana.publication_id}


def test_the_receipt_says_from_where_to_where_and_the_words(session: Session, ana: Subscription) -> None:
    move(session, ana.subscriber_id)
    receipt = consent_receipt(session, ana.subscriber_id).facts()
    (changed,) = receipt["address_changes"]
    assert (changed["from"], changed["to"]) == (OLD, NEW)
    (subscription,) = receipt["subscriptions"]
    (record,) = subscription["consents"]
    assert (record["kind"], record["source"], record["ip"]) == (
        "address_changed",
        "confirmation",
        "192.0.2.9",
    )
    assert record["text"] == f"From now on, send my subscriptions to {NEW}."
    assert ana.state is State.ACTIVE


def test_the_second_wish_takes_the_place_of_the_first(session: Session, ana: Subscription) -> None:
    first = wish(session, ana.subscriber_id)
    first_id, moment = first.id, moment_of(first)
    second = wish(session, ana.subscriber_id, "ana@third.example")
    with pytest.raises(Missing):
        change_address(session, first_id, moment, locale="en")
    session.rollback()
    press(session, second)
    assert session.scalars(select(Subscriber.email)).one() == "ana@third.example"


def test_asked_again_for_the_same_address_the_first_link_stays(session: Session, ana: Subscription) -> None:
    first = wish(session, ana.subscriber_id)
    again = wish(session, ana.subscriber_id, NEW.upper())
    assert again.id == first.id
    assert messages(session) == [("address_change", NEW)]
    press(session, first)
    assert session.scalars(select(Subscriber.email)).one() == NEW


def test_whoever_confirmed_is_not_asked_once_more(session: Session, ana: Subscription) -> None:
    first = wish(session, ana.subscriber_id)
    again = ask_for_change(session, ana.subscriber_id, parse_address(NEW))
    defer_address_question(session, again, locale="en")  # its worker is slow
    press(session, first)
    decide_all(session)
    assert messages(session) == [("address_change", NEW), ("address_changed", OLD)]


def test_it_is_good_for_a_day_and_then_forgotten(session: Session, ana: Subscription) -> None:
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as traveller:
        change = wish(session, ana.subscriber_id)
        traveller.shift(24 * 3600 + 1)
        assert waiting_change(session, ana.subscriber_id) is None
        with pytest.raises(Refused) as error:
            press(session, change)
        assert error.value.code == "expired_token"
        session.rollback()
        forget_unconfirmed(session)
        assert len(session.scalars(select(AddressChange)).all()) == 1  # its page says that it is too late
        traveller.shift(24 * 3600)
        forget_unconfirmed(session)
        assert session.scalars(select(AddressChange)).all() == []


def test_a_confirmed_change_is_not_forgotten(session: Session, ana: Subscription) -> None:
    move(session, ana.subscriber_id)
    with time_machine.travel(clock.now() + timedelta(days=400)):
        forget_unconfirmed(session)
    assert len(session.scalars(select(AddressChange)).all()) == 1


def test_ones_own_address_is_no_change(session: Session, ana: Subscription) -> None:
    with pytest.raises(Conflict) as error:
        ask_for_change(session, ana.subscriber_id, parse_address(OLD.upper()))
    assert error.value.code == "same_address"


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_a_suppressed_address_is_never_written_to(
    session: Session, ana: Subscription, reason: SuppressionReason
) -> None:
    suppress(session, parse_address(NEW).hash, reason, actor="test")
    change = wish(session, ana.subscriber_id)
    assert messages(session) == []
    with pytest.raises(Conflict) as error:
        press(session, change)
    assert error.value.code == "suppressed"
    session.rollback()
    assert session.scalars(select(Subscriber.email)).one() == OLD


def test_a_suppressed_old_address_is_not_told(session: Session, ana: Subscription) -> None:
    suppress(session, parse_address(OLD).hash, SuppressionReason.HARD_BOUNCE, actor="test")
    move(session, ana.subscriber_id)
    assert messages(session) == [("address_change", NEW)]


def test_all_that_asks_is_counted_together(session: Session, ana: Subscription, ask: Ask) -> None:
    ask("victim@other.example")
    wish(session, ana.subscriber_id, "victim@other.example")
    wish(session, ana.subscriber_id, "other@other.example")
    ask("other@other.example")
    assert messages(session) == [
        ("confirmation", "victim@other.example"),
        ("address_change", "other@other.example"),
    ]


@pytest.mark.parametrize("state", [State.ACTIVE, State.PAUSED, State.ENDED])
def test_two_people_are_never_made_one(
    session: Session, publication: Publication, ana: Subscription, state: State
) -> None:
    reason = EndReason.UNSUBSCRIBED if state is State.ENDED else None
    bo = make_subscription(session, publication, NEW, state=state, ended_reason=reason)
    session.commit()
    change = wish(session, ana.subscriber_id)
    assert messages(session) == [("address_change", NEW)]  # whoever typed it learns nothing
    with pytest.raises(Conflict) as error:
        press(session, change)
    assert error.value.code == "address_taken"
    session.rollback()
    session.expire_all()
    assert (bo.state, bo.subscriber.email, ana.subscriber.email) == (state, NEW, OLD)


@pytest.mark.parametrize("expired", [False, True])
def test_what_anybody_may_have_typed_gives_way(
    session: Session, ana: Subscription, ask: Ask, expired: bool
) -> None:
    pending = ask(NEW, "Somebody")
    assert pending is not None
    if expired:
        transition(pending, State.ENDED, reason=EndReason.EXPIRED)
    change = wish(session, ana.subscriber_id)
    assert messages(session) == [("confirmation", NEW)]  # which counts
    press(session, change)
    session.expire_all()
    assert ana.subscriber.email == NEW
    assert (pending.state, pending.ended_reason) == (State.ENDED, EndReason.ERASED)
    assert (pending.subscriber.email, pending.subscriber.name) == (None, "")
    with pytest.raises(Conflict):  # the link of that sign-up
        confirm(session, pending.id, locale="en")


def test_of_two_at_once_one_wins(engine: Engine, session: Session, ana: Subscription) -> None:
    change = wish(session, ana.subscriber_id)
    change_id, moment = change.id, moment_of(change)
    session.rollback()
    together(engine, *[lambda s: change_address(s, change_id, moment, locale="en")] * 3)
    assert messages(session) == [("address_change", NEW), ("address_changed", OLD)]
    kinds = session.scalars(select(ConsentRecord.kind)).all()
    assert kinds == [ConsentKind.ADDRESS_CHANGED]


def test_two_who_want_one_address_or_each_others(
    engine: Engine, session: Session, publication: Publication, ana: Subscription
) -> None:
    bo = make_subscription(session, publication, "bo@old.example")
    session.commit()
    wishes = [
        ask_for_change(session, ana.subscriber_id, parse_address(NEW)),
        ask_for_change(session, bo.subscriber_id, parse_address(NEW)),
    ]
    session.commit()
    links = [(each.id, moment_of(each)) for each in wishes]
    session.rollback()
    outcomes: list[str] = []

    def change(link: tuple[int, int]) -> Any:
        def work(s: Session) -> None:
            try:
                change_address(s, *link, locale="en")
            except DomainError as error:
                s.rollback()
                outcomes.append(error.code)

        return work

    together(engine, *map(change, links))
    assert outcomes == ["address_taken"]
    emails = set(session.scalars(select(Subscriber.email)))
    assert len(emails) == 2
    assert NEW in emails
    session.rollback()
    crossed = [
        ask_for_change(session, one.subscriber_id, parse_address(other.subscriber.email or ""))
        for one, other in ((ana, bo), (bo, ana))
    ]
    session.commit()
    links = [(each.id, moment_of(each)) for each in crossed]
    session.rollback()
    together(engine, *map(change, links))
    assert outcomes == ["address_taken"] * 3
