"""Whatever people were before a bulk change, its undo makes them again; whoever chose since stays so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.db import Base
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.narrow import chosen_by_filter
from newsletter.subscribers.bulk.begin import begin_bulk, begin_undo
from newsletter.subscribers.bulk.models import OF_TAGS, BulkAction, BulkChange
from newsletter.subscribers.bulk.process import run_bulk
from newsletter.subscribers.frequency import EACH_ISSUE, MONTHLY, change_frequency
from newsletter.subscribers.models import ConsentSource, EndReason, State, Subscriber, Subscription
from newsletter.subscribers.pause import pause, resume
from newsletter.subscribers.tags.assign import assign_tag, take_off_tag
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.databases import both_databases
from tests.factories import make_subscription

EMPTIED = {"subscriber", "subscription", "consent_record", "subscriber_tag", "bulk_person", "bulk_change"}
ACTS = ("nothing", "nothing", "leave", "pause", "resume", "pause and resume", "monthly")

person = st.fixed_dictionaries(
    {
        "state": st.sampled_from(State),
        "until": st.integers(1, 90),
        "by_editor": st.booleans(),
        "reason": st.sampled_from(EndReason),
        "monthly": st.booleans(),
        "reminded": st.booleans(),
        "tagged": st.booleans(),
        "since": st.sampled_from(ACTS),
    }
)
people = st.lists(person, min_size=1, max_size=6)


@both_databases
def test_an_undo_is_exact_for_everybody_who_chose_nothing_since(
    session: Session, runtime: Runtime, publication: Publication, database_url: str
) -> None:
    examples = 30 if database_url.startswith("sqlite") else 8
    press = create_tag(session, publication, "Press", actor="test")
    publication.monthly_summary = True
    session.commit()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(people, st.sampled_from(BulkAction), st.integers(1, 3))
    def check(some: list[dict[str, Any]], action: BulkAction, months: int) -> None:
        empty(session)
        ids = [bring(session, publication, press, number, facts) for number, facts in enumerate(some)]
        session.commit()
        before = snapshot(session)
        row = begin_bulk(
            *(session, publication, action), tag_key="press", months=months, chosen_by={}, actor="ed"
        )
        work(runtime, session, row)
        changed_by = row.counts.get("changed", 0)
        changed = {id_ for id_, now in snapshot(session).items() if now != before[id_]}
        assert len(changed) == changed_by
        acted = {
            id_: facts["since"]
            for id_, facts in zip(ids, some, strict=True)
            if act(session, id_, facts["since"])
        }
        since = snapshot(session)
        if changed_by:
            begin_undo(session, row, actor="ed")
            work(runtime, session, row)
        after = snapshot(session)
        for id_ in ids:
            was, tagged = before[id_]
            if id_ not in acted:
                assert after[id_] == (was, tagged)
            elif action in OF_TAGS:
                assert after[id_] == (since[id_][0], tagged)
            elif acted[id_] == "monthly":  # how often is another choice than whether at all
                assert after[id_] == (was | {"monthly": not was["monthly"]}, tagged)
            else:
                assert after[id_] == since[id_]

    check()


@pytest.mark.parametrize("action", [BulkAction.TAG, BulkAction.UNTAG])
def test_a_tag_that_somebody_chose_since_stays(
    session: Session, runtime: Runtime, publication: Publication, action: BulkAction
) -> None:
    press = create_tag(session, publication, "Press", actor="test")
    one = make_subscription(session, publication, "ana@readers.example")
    if action is BulkAction.UNTAG:
        assign_tag(session, press, [one.subscriber_id])
    row = begin_bulk(session, publication, action, tag_key="press", chosen_by={}, actor="ed")
    work(runtime, session, row)
    choose: Callable[..., object] = take_off_tag if action is BulkAction.TAG else assign_tag
    choose(session, press, [one.subscriber_id])
    session.commit()
    since = snapshot(session)
    begin_undo(session, row, actor="ed")
    work(runtime, session, row)
    assert snapshot(session) == since


def bring(session: Session, publication: Publication, press: Tag, number: int, facts: dict[str, Any]) -> int:
    now, state = clock.now(), facts["state"]
    paused, ended = state is State.PAUSED, state is State.ENDED
    one = make_subscription(
        session,
        publication,
        f"p{number}@readers.example",
        state=state,
        confirmed_at=None if state is State.PENDING else now - timedelta(days=9),
        paused_until=now + timedelta(days=facts["until"]) if paused else None,
        paused_by_editor=paused and facts["by_editor"],
        reminded_at=now - timedelta(days=2) if facts["reminded"] and state is State.PENDING else None,
        ended_reason=facts["reason"] if ended else None,
        ended_at=now - timedelta(days=1) if ended else None,
        monthly=facts["monthly"],
    )
    if facts["tagged"]:
        assign_tag(session, press, [one.subscriber_id])
    return one.id


def act(session: Session, subscription_id: int, what: str) -> bool:
    """What the reader does; whether there was anything that they could do."""
    one = session.get_one(Subscription, subscription_id, populate_existing=True)
    if what == "nothing" or one.state not in {State.ACTIVE, State.PAUSED}:
        return False
    if what == "resume" and one.state is State.ACTIVE:
        return False
    if what == "leave":
        unsubscribe(session, subscription_id, source=ConsentSource.PAGE)
    if what == "monthly":
        change_frequency(session, subscription_id, EACH_ISSUE if one.monthly else MONTHLY)
    if what.startswith("pause"):
        pause(session, subscription_id, 1)
    if what.endswith("resume"):
        resume(session, subscription_id)
    session.commit()
    return True


def snapshot(session: Session) -> dict[int, tuple[dict[str, Any], list[Any]]]:
    """Each subscription with all its columns, and when its person was tagged."""
    session.rollback()
    table = Base.metadata.tables["subscription"]
    found = {}
    for one in session.execute(select(table)).mappings():
        tags = select(SubscriberTag.at).where(SubscriberTag.subscriber_id == one["subscriber_id"])
        found[one["id"]] = (dict(one), list(session.scalars(tags)))
    session.rollback()
    return found


def work(runtime: Runtime, session: Session, row: BulkChange) -> None:
    bulk_id = row.id
    session.commit()  # SQLite has one writer
    run_bulk(runtime.sessions, bulk_id, chosen_by_filter, size=2, stride=3)
    session.refresh(row)


def empty(session: Session) -> None:
    session.rollback()
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in EMPTIED:
            session.execute(table.delete())
    session.commit()


assert Subscriber.__tablename__ in EMPTIED
