"""What becomes of an address that somebody changed for another: imports, bounces, erasures."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, Missing
from newsletter.core.links import Links
from newsletter.deferred.defer import defer_address_question
from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.listing import EventFilter, list_events
from newsletter.feedback.models import Consequence, FeedbackRecord
from newsletter.publications.models import Publication
from newsletter.subscribers.add import ask_to_confirm, vouch_for
from newsletter.subscribers.address_change import (
    ask_for_change,
    change_address,
    moment_of,
)
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.erase import erase
from newsletter.subscribers.export_data import export_data
from newsletter.subscribers.find import find_by_address
from newsletter.subscribers.imports.immediate import import_subscribers
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    ConsentSource,
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.search import search
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.deciding import decide_all
from tests.factories import NO_FILES, make_subscription
from tests.feedback.deliveries import World
from tests.subscribers.conftest import Ask
from tests.subscribers.moving import NEW, OLD, move, wish
from tests.subscribers.test_erase import everything


def test_an_import_does_not_bring_the_old_address_back(
    session: Session, publication: Publication, ana: Subscription, tmp_path: Path
) -> None:
    move(session, ana.subscriber_id)
    file = tmp_path / "people.csv"
    file.write_text(f"email\n{OLD}\n{NEW}\n")
    result = import_subscribers(session, publication, file, actor="test")
    assert (result.imported, result.already, result.skipped) == (0, 1, {"moved": 1})
    with pytest.raises(Conflict) as error:
        vouch_for(session, publication, parse_address(OLD), note="By phone.", actor="test")
    assert error.value.code == "moved"
    session.rollback()
    back = ask_to_confirm(session, publication, parse_address(OLD), actor="test").subscription
    session.commit()
    # Anybody may have typed it, until somebody confirms.
    assert import_subscribers(session, publication, file, actor="test").skipped == {"moved": 1}
    transition(back, State.ENDED, reason=EndReason.EXPIRED)
    session.commit()
    assert import_subscribers(session, publication, file, actor="test").skipped == {"moved": 1}
    transition(back, State.PENDING)
    confirm(session, back.id, locale="en")
    session.commit()
    assert import_subscribers(session, publication, file, actor="test").already == 2


def test_editors_find_whoever_had_an_address(
    session: Session, publication: Publication, ana: Subscription
) -> None:
    move(session, ana.subscriber_id)
    move(session, ana.subscriber_id, "ana@third.example")
    for email in (OLD, NEW.upper()):
        with pytest.raises(Missing, match=r"changed it to ana@third\.example"):
            find_by_address(session, parse_address(email))
        query = select(Subscription.id).join(Subscriber).where(search(session, email).condition)
        assert session.scalars(query).all() == [ana.id]
    found = select(Subscription.id).join(Subscriber).where(search(session, "ana@ol").condition)
    assert session.scalars(found).all() == []


def test_whoever_comes_back_to_an_old_address_is_met_there_again(
    session: Session, publication: Publication, ana: Subscription, tmp_path: Path
) -> None:
    move(session, ana.subscriber_id)
    move(session, ana.subscriber_id, OLD)
    file = tmp_path / "people.csv"
    file.write_text(f"email\n{OLD}\n{NEW}\n")
    result = import_subscribers(session, publication, file, actor="test")
    assert (result.already, result.skipped) == (1, {"moved": 1})


def test_what_was_sent_to_the_old_address_stays_with_the_person(
    session: Session, publication: Publication, ask: Ask
) -> None:
    subscription = ask(OLD)
    assert subscription is not None
    confirm(session, subscription.id, locale="en")
    session.commit()
    move(session, subscription.subscriber_id)
    next_owner = make_subscription(session, publication, OLD, "Somebody Else")
    session.commit()
    assert export_data(session, next_owner.subscriber_id)["messages"] == []
    theirs = export_data(session, subscription.subscriber_id)
    assert [each["recipient"] for each in theirs["messages"]] == [OLD, NEW, OLD]
    assert theirs["records"]["address_change"][0]["former_email"] == OLD


def test_nothing_of_any_address_is_left_after_an_erasure(session: Session, ask: Ask) -> None:
    subscription = ask("ana.first@old.example", "Ana Lim")
    assert subscription is not None
    confirm(session, subscription.id, locale="en", ip="192.0.2.7")
    subscription.comment = "Once I was Ana.First@old.example."
    session.commit()
    person = subscription.subscriber_id
    move(session, person, "ana.second@new.example")
    move(session, person, "ana.third@new.example")
    wish(session, person, "ana.fourth@new.example")
    change = ask_for_change(session, person, parse_address("ana.fifth@new.example"))
    defer_address_question(session, change, locale="en")
    session.commit()
    erase(session, person, actor="test", files=NO_FILES)
    session.commit()
    left = everything(session).lower()
    assert "ana." not in left
    assert "192.0.2" not in left
    suppressed = dict(session.execute(select(Suppression.address_hash, Suppression.reason)).all())
    had = ("ana.first@old.example", "ana.second@new.example", "ana.third@new.example")
    assert suppressed == {parse_address(email).hash: SuppressionReason.ERASED for email in had}
    decide_all(session)


def test_the_next_owner_of_an_old_address_stays(
    session: Session, publication: Publication, ana: Subscription
) -> None:
    move(session, ana.subscriber_id)
    other = make_subscription(session, publication, OLD, "Somebody Else", comment=f"I am {OLD}.")
    session.commit()
    erase(session, ana.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    session.expire_all()
    assert (other.state, other.subscriber.email, other.comment) == (State.ACTIVE, OLD, f"I am {OLD}.")
    assert [each.address_hash for each in session.scalars(select(Suppression))] == [parse_address(NEW).hash]


def test_the_next_owner_is_erased_everywhere(session: Session, publication: Publication, ask: Ask) -> None:
    first = ask(OLD)
    assert first is not None
    move(session, first.subscriber_id)
    other = make_subscription(session, publication, OLD, "Somebody Else")
    session.commit()
    erase(session, other.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    assert OLD not in everything(session)
    assert first.subscriber.email == NEW


def test_whoever_is_erased_is_asked_nothing_any_more(
    session: Session, publication: Publication, ana: Subscription
) -> None:
    bo = make_subscription(session, publication, NEW, "Bo")
    session.commit()
    change = wish(session, ana.subscriber_id)
    change_id, moment = change.id, moment_of(change)
    erase(session, bo.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    assert NEW not in everything(session)
    with pytest.raises(Missing):
        change_address(session, change_id, moment, locale="en")


def test_what_comes_back_from_the_old_address_says_nothing_of_the_new_one(
    session: Session, links: Links
) -> None:
    world = World(session, links)
    before = world.mail(days_ago=2)
    world.event(before, EventKind.HARD, EventReason.USER_UNKNOWN)
    assert world.suppression is not None
    late = world.mail(days_ago=1)
    move(session, world.reader.subscriber_id)
    for kind, reason in (
        (EventKind.HARD, EventReason.USER_UNKNOWN),
        (EventKind.COMPLAINT, None),
        *[(EventKind.SOFT, EventReason.MAILBOX_FULL)] * 3,
    ):
        world.event(late, kind, reason)
    came_from = {email for _, email in list_events(session, EventFilter())}
    assert came_from == {"ana@readers.example"}
    hashes = {each.address_hash for each in session.scalars(select(FeedbackRecord))}
    assert hashes == {parse_address("ana@readers.example").hash}
    assert world.suppression.address_hash == parse_address("ana@readers.example").hash
    session.rollback()
    now = world.mail()
    world.event(now, EventKind.HARD, EventReason.USER_UNKNOWN)
    suppressed = {each.address_hash for each in session.scalars(select(Suppression))}
    assert suppressed == {parse_address(each).hash for each in ("ana@readers.example", NEW)}
    consequences = session.scalars(
        select(FeedbackRecord.consequence).where(FeedbackRecord.address_hash == parse_address(NEW).hash)
    ).all()
    assert consequences == [Consequence.SUPPRESSED]


def test_a_link_of_an_old_message_still_unsubscribes(session: Session, ana: Subscription) -> None:
    move(session, ana.subscriber_id)
    assert unsubscribe(session, ana.id, source=ConsentSource.ONE_CLICK) is not None
    session.commit()
    session.expire_all()
    assert ana.state is State.ENDED
