"""Many people are changed at once: exactly those whom the filter found, and exactly back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.narrow import chosen, chosen_by_filter
from newsletter.subscribers.bulk.begin import begin_bulk, begin_undo, cancel_bulk, foresee
from newsletter.subscribers.bulk.models import KEPT_FOR, BulkAction, BulkChange, BulkPerson, BulkState
from newsletter.subscribers.bulk.process import forget_people, run_bulk
from newsletter.subscribers.erase import erase
from newsletter.subscribers.labels import remove_label
from newsletter.subscribers.models import ConsentSource, EndReason, State, Subscription
from newsletter.subscribers.pause import pause
from newsletter.subscribers.tags.assign import assign_tag, take_off_tag
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from newsletter.subscribers.unsubscribe import unsubscribe
from newsletter.tables import Base
from tests.factories import NO_FILES, make_publication, make_readers, make_subscription

Run = Callable[..., BulkChange]
EVERYBODY: dict[str, Any] = {}


@pytest.fixture
def press(session: Session, publication: Publication) -> Tag:
    return create_tag(session, publication, "Press", actor="test")


@pytest.fixture
def run(runtime: Runtime, session: Session, publication: Publication) -> Run:
    """Do a action from its beginning to its end, two people at a time."""

    def do(action: BulkAction, chosen_by: dict[str, Any] = EVERYBODY, tag_key: str = "press") -> BulkChange:
        row = begin_bulk(
            session,
            publication,
            action,
            tag_key=tag_key,
            months=2,
            chosen_by=chosen_by,
            actor="ed@press.example",
        )
        work(runtime, session, row)
        session.refresh(row)
        return row

    return do


def work(runtime: Runtime, session: Session, row: BulkChange) -> None:
    """Work on it to its end."""
    bulk_id = row.id
    session.commit()  # SQLite has one writer
    run_bulk(runtime.sessions, bulk_id, chosen_by_filter, size=2, stride=3)


def undo(runtime: Runtime, session: Session, row: BulkChange) -> dict[str, int]:
    begin_undo(session, row, actor="ed@press.example")
    work(runtime, session, row)
    session.refresh(row)
    assert row.state is BulkState.UNDONE
    return row.counts


def snapshot(session: Session) -> tuple[Any, ...]:
    """All that a action may change, to the moment."""
    session.expire_all()
    columns = (
        *(Subscription.id, Subscription.state, Subscription.ended_reason, Subscription.confirmed_at),
        *(Subscription.paused_until, Subscription.paused_by_editor, Subscription.ended_at),
        *(Subscription.comment, Subscription.monthly, Subscription.reminded_at),
    )
    subscriptions = session.execute(select(*columns).order_by(Subscription.id)).all()
    tags = select(SubscriberTag.tag_id, SubscriberTag.subscriber_id, SubscriberTag.at)
    tagged = session.execute(tags.order_by(SubscriberTag.tag_id, SubscriberTag.subscriber_id)).all()
    session.rollback()  # SQLite has one writer
    return subscriptions, tagged


def in_every_state(session: Session, publication: Publication) -> list[Subscription]:
    now = clock.now()
    states: list[dict[str, Any]] = [
        {"state": State.ACTIVE, "confirmed_at": now - timedelta(days=3)},
        {"state": State.PENDING, "reminded_at": now - timedelta(days=1)},
        {"state": State.PAUSED, "confirmed_at": now, "paused_until": now + timedelta(days=40)},
        {"state": State.PAUSED, "paused_until": now + timedelta(days=9), "paused_by_editor": True},
        {"state": State.ENDED, "ended_reason": EndReason.UNSUBSCRIBED, "ended_at": now},
        {"state": State.ACTIVE},
        {"state": State.ENDED, "ended_reason": EndReason.ENDED_BY_EDITOR, "ended_at": now},
        {"state": State.ACTIVE, "confirmed_at": now},
    ]
    made = [
        make_subscription(session, publication, f"p{number}@readers.example", **facts)
        for number, facts in enumerate(states)
    ]
    make_readers(session, make_publication(session), 3)  # of another publication: nothing of theirs changes
    session.flush()
    return made


@pytest.mark.parametrize("action", list(BulkAction))
def test_changes_whom_it_said_and_goes_back_to_the_very_state(
    session: Session, runtime: Runtime, publication: Publication, press: Tag, run: Run, action: BulkAction
) -> None:
    people = in_every_state(session, publication)
    assign_tag(session, press, [one.subscriber_id for one in people[:3]])
    session.commit()
    before = snapshot(session)
    outlook = foresee(session, publication, action, "press", chosen(session, publication, EVERYBODY))
    assert outlook.people == len(people)
    row = run(action)
    assert row.state is BulkState.DONE
    assert row.counts == {"changed": outlook.changes, "unchanged": len(people) - outlook.changes}
    after = snapshot(session)
    assert after != before
    if action is BulkAction.END:
        assert {one.state for one in people} == {State.ENDED}
    work(runtime, session, row)  # a job that is doubled does nothing
    assert snapshot(session) == after
    assert undo(runtime, session, row) == row.counts
    assert row.counts["restored"] == outlook.changes
    assert snapshot(session) == before
    assert not row.undoable


def test_whom_the_filter_finds_is_settled_when_it_begins(
    session: Session, runtime: Runtime, publication: Publication, press: Tag
) -> None:
    people = make_readers(session, publication, 8)
    assign_tag(session, press, [one.subscriber_id for one in people[::2]])
    rules = {"rules": {"tag": "press"}}
    row = begin_bulk(session, publication, BulkAction.UNTAG, tag_key="press", chosen_by=rules, actor="ed")
    session.commit()
    late = make_readers(session, publication, 1, 100)
    assign_tag(session, press, [late[0].subscriber_id])
    work(runtime, session, row)
    session.refresh(row)
    assert (row.people, row.counts) == (4, {"changed": 4})
    assert session.scalars(select(SubscriberTag.subscriber_id)).all() == [late[0].subscriber_id]


def test_only_those_that_were_ticked(
    session: Session, publication: Publication, press: Tag, run: Run
) -> None:
    people = make_readers(session, publication, 5)
    other = make_readers(session, make_publication(session), 1, 50)
    session.commit()
    row = run(BulkAction.TAG, {"ids": [people[1].id, people[3].id, other[0].id, 10**9]})
    assert row.counts == {"changed": 2}
    tagged = session.scalars(select(SubscriberTag.subscriber_id).order_by(SubscriberTag.subscriber_id)).all()
    assert tagged == [people[1].subscriber_id, people[3].subscriber_id]


def test_whoever_chose_since_stays_as_they_are(
    session: Session, runtime: Runtime, publication: Publication, press: Tag, run: Run
) -> None:
    people = make_readers(session, publication, 4)
    session.commit()
    row = run(BulkAction.END)
    # One leaves by an old mail, one is asked by an editor again and confirms, one is erased.
    unsubscribe(session, people[0].id, source=ConsentSource.ONE_CLICK)
    session.expire_all()
    again = session.get_one(Subscription, people[1].id)
    again.state, again.ended_reason, again.ended_at = State.ACTIVE, None, None
    session.commit()
    erase(session, people[2].subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    pause(session, people[1].id, 2)
    session.commit()
    counts = undo(runtime, session, row)
    assert (counts["restored"], counts["kept"]) == (1, 2)
    session.expire_all()
    assert [one.state for one in people] == [State.ENDED, State.PAUSED, State.ENDED, State.ACTIVE]
    assert people[2].ended_reason is EndReason.ERASED


def test_tags_that_somebody_put_on_or_took_off_since_stay(
    session: Session, runtime: Runtime, publication: Publication, press: Tag, run: Run
) -> None:
    people = [one.subscriber_id for one in make_readers(session, publication, 3)]
    session.commit()
    row = run(BulkAction.TAG)
    take_off_tag(session, press, people[:2])
    assign_tag(session, press, people[1:2])
    session.commit()
    assert undo(runtime, session, row)["kept"] == 2
    assert session.scalars(select(SubscriberTag.subscriber_id)).all() == people[1:2]
    off = run(BulkAction.UNTAG)
    assign_tag(session, press, people[1:2])
    since = session.execute(select(SubscriberTag.subscriber_id, SubscriberTag.at)).all()
    session.commit()
    assert undo(runtime, session, off)["kept"] == 1
    assert session.execute(select(SubscriberTag.subscriber_id, SubscriberTag.at)).all() == since


def test_stops_where_it_is_told_to_and_goes_on_after_a_crash(
    session: Session, runtime: Runtime, publication: Publication, press: Tag
) -> None:
    make_readers(session, publication, 9)
    row = begin_bulk(session, publication, BulkAction.TAG, tag_key="press", chosen_by={}, actor="ed")
    bulk_id = row.id
    session.commit()
    for _ in range(6):  # a worker that dies after each step
        steps = iter((False, True))
        run_bulk(runtime.sessions, bulk_id, chosen_by_filter, lambda: next(steps), size=2, stride=3)  # noqa: B023
    session.refresh(row)
    assert (row.state, row.people, row.counts) == (BulkState.RUNNING, 9, {"changed": 6})
    cancel_bulk(session, row, actor="ed")
    work(runtime, session, row)
    assert len(session.scalars(select(SubscriberTag.subscriber_id)).all()) == 6
    assert undo(runtime, session, row)["restored"] == 6
    assert session.scalars(select(SubscriberTag.subscriber_id)).all() == []


def test_a_tag_or_rules_that_are_gone_change_nobody(
    session: Session, runtime: Runtime, publication: Publication, press: Tag, run: Run
) -> None:
    make_readers(session, publication, 3)
    session.commit()
    with pytest.raises(Missing):
        begin_bulk(session, publication, BulkAction.TAG, tag_key="nothing", chosen_by={}, actor="ed")
    row = run(BulkAction.END, {"rules": {"tag": "gone"}})
    assert (row.state, "no tag “gone”" in row.failure, row.counts) == (BulkState.FAILED, True, {})
    begun = begin_bulk(session, publication, BulkAction.TAG, tag_key="press", chosen_by={}, actor="ed")
    remove_label(session, press, actor="ed")
    work(runtime, session, begun)
    session.refresh(begun)
    assert (begun.state, begun.counts) == (BulkState.FAILED, {})
    assert set(session.scalars(select(Subscription.state))) == {State.ACTIVE}


def test_is_written_down_with_count_and_rule_but_not_with_what_was_searched(
    session: Session, publication: Publication, press: Tag, run: Run
) -> None:
    make_readers(session, publication, 3)
    session.commit()
    run(BulkAction.TAG, {"q": "reader1@readers.example", "rules": {"state": "active"}})
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("subscribers.bulk")).order_by(AuditEntry.id)
    ).all()
    assert [entry.action for entry in entries] == ["subscribers.bulk_begun", "subscribers.bulk_over"]
    assert entries[0].detail["chosen_by"] == {"rules": {"state": "active"}, "searched": True}
    assert (entries[1].detail["people"], entries[1].detail["counts"]) == (1, {"changed": 1})


def test_an_erasure_leaves_nothing_of_the_person(
    session: Session, publication: Publication, press: Tag, run: Run
) -> None:
    people = make_readers(session, publication, 2)
    session.commit()
    row = run(BulkAction.TAG, {"q": "reader1@readers.example"})
    run(BulkAction.END)
    erase(session, people[0].subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    session.refresh(row)
    assert row.chosen_by == {"q": "[erased]"}
    assert set(session.scalars(select(BulkPerson.subscriber_id))) == {people[1].subscriber_id}
    for table in Base.metadata.sorted_tables:
        assert "reader1@" not in str(session.execute(select(table)).all()), table.name


def test_can_be_undone_for_a_day_and_is_forgotten_after_a_month(
    session: Session, runtime: Runtime, publication: Publication, press: Tag, run: Run
) -> None:
    make_readers(session, publication, 2)
    session.commit()
    row = run(BulkAction.TAG)
    row.created_at = clock.now() - timedelta(hours=25)
    session.commit()
    with pytest.raises(Conflict):
        begin_undo(session, row, actor="ed")
    session.rollback()
    forget_people(runtime.sessions)
    assert len(session.scalars(select(BulkPerson)).all()) == 2
    session.rollback()
    row.created_at = clock.now() - KEPT_FOR - timedelta(hours=1)
    session.commit()
    forget_people(runtime.sessions)
    assert session.scalars(select(BulkPerson)).all() == []
