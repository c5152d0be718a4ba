"""Looking for people whom no index leads to: stride by stride, in both directions, and never for long."""

import pytest
from sqlalchemy import ColumnElement, Engine, event, select
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.subscribers.listing import SubscriptionFilter, count_subscribers, list_subscriptions
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.subscribers.walk import walk
from tests.factories import make_publication, make_readers

EACH = 7  # who is looked for


@pytest.fixture
def wanted(session: Session, publication: Publication) -> list[int]:
    """The subscriptions that are looked for, oldest first, among those of two publications."""
    other = make_publication(session)
    found = []
    for start in range(1, 101, 10):
        mine = make_readers(session, publication, 10, start)
        make_readers(session, other, 3, start + 1_000)
        found += [one.id for one in mine if one.subscriber_id % EACH == 0]
    return found


def every_seventh() -> ColumnElement[bool]:
    return Subscriber.id % EACH == 0


def test_finds_everybody_whatever_the_stride(
    session: Session, publication: Publication, wanted: list[int]
) -> None:
    query = (
        select(Subscription.id)
        .join(Subscription.subscriber)
        .where(Subscription.publication_id == publication.id, every_seventh())
    )
    for stride in (1, 3, 99, 100, 101):
        walked = walk(session, query, publication.id, limit=200, stride=stride, patience=60)
        assert [row[0] for row in walked.rows] == wanted[::-1]
        assert walked.stopped_at == 0
        back = walk(session, query, publication.id, limit=5, newer_than=wanted[2], stride=stride, patience=60)
        assert [row[0] for row in back.rows] == wanted[3:8]


def test_goes_on_from_where_it_stopped(session: Session, publication: Publication, wanted: list[int]) -> None:
    query = (
        select(Subscription.id)
        .join(Subscription.subscriber)
        .where(Subscription.publication_id == publication.id, every_seventh())
    )
    found: list[int] = []
    parts, place = 0, 0
    while place or not parts:
        part = walk(session, query, publication.id, limit=200, older_than=place, stride=10, patience=0)
        found += [row[0] for row in part.rows]
        parts, place = parts + 1, part.stopped_at
    assert (found, parts) == (wanted[::-1], 11)


def test_lists_and_counts_whom_a_condition_chooses(
    session: Session, publication: Publication, wanted: list[int]
) -> None:
    page = list_subscriptions(session, publication.id, narrowed=every_seventh(), limit=5)
    assert ([row.id for row in page.rows], page.newer, page.older) == (wanted[::-1][:5], False, True)
    older = list_subscriptions(
        session, publication.id, narrowed=every_seventh(), older_than=page.rows[-1].id, limit=5
    )
    assert [row.id for row in older.rows] == wanted[::-1][5:10]
    everybody = SubscriptionFilter(words="reader")
    assert count_subscribers(session, publication.id, everybody, every_seventh()) == len(wanted)
    assert count_subscribers(session, publication.id, everybody) == 100


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_few_who_match_words_are_looked_up_not_walked_to(
    engine: Engine, session: Session, publication: Publication, wanted: list[int]
) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    who = session.get_one(Subscription, wanted[0]).subscriber.email or ""
    page = list_subscriptions(
        session, publication.id, SubscriptionFilter(words=who), narrowed=every_seventh()
    )
    assert [row.id for row in page.rows] == wanted[:1]
    assert not any(statement.startswith("SELECT subscription.id \nFROM subscription") for statement in asked)
