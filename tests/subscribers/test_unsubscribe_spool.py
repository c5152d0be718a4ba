"""Unsubscribes that waited for the database: each is carried out once, and none keeps the others waiting."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.db import make_engine, session_factory
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.consent import keep_record
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscription,
)
from newsletter.subscribers.replay_unsubscribes import replay
from newsletter.subscribers.unsubscribe_spool import (
    EVERYTHING,
    MOST_OF_A_PERSON,
    SpooledUnsubscribe,
    UnsubscribeSpool,
)
from tests.factories import make_publication, make_subscription


@pytest.fixture
def spool(tmp_path: Path) -> UnsubscribeSpool:
    return UnsubscribeSpool(tmp_path / "var" / "unsubscribes")


@pytest.fixture
def readers(session: Session, publication: Publication) -> list[Subscription]:
    made = [make_subscription(session, publication, f"reader{n}@readers.example") for n in range(3)]
    session.commit()
    return made


def by_link(subscription: Subscription, **facts: object) -> SpooledUnsubscribe:
    given = {"mailing_id": 7, "ip": "192.0.2.7"} | facts
    return SpooledUnsubscribe(ConsentSource.ONE_CLICK, subscription.id, **given)  # type: ignore[arg-type]


def states(session: Session, subscriptions: list[Subscription]) -> list[State]:
    session.rollback()
    session.expire_all()
    return [subscription.state for subscription in subscriptions]


def test_what_was_kept_is_carried_out_once(
    spool: UnsubscribeSpool, readers: list[Subscription], session: Session, runtime: Runtime
) -> None:
    entry = by_link(readers[0], at=clock.now() - timedelta(hours=3))
    for _ in range(2):
        spool.keep(entry)
        assert spool.waiting() == [entry.name]
        assert spool.read(entry.name) == entry
        assert replay(spool, runtime.sessions)
        assert spool.waiting() == []
    assert states(session, readers) == [State.ENDED, State.ACTIVE, State.ACTIVE]
    assert readers[0].ended_reason is EndReason.UNSUBSCRIBED
    record = session.scalars(select(ConsentRecord)).one()
    assert (record.kind, record.ip, record.at) == (ConsentKind.WITHDRAWN, "192.0.2.7", entry.at)


def test_only_its_owner_can_read_it(spool: UnsubscribeSpool, readers: list[Subscription]) -> None:
    spool.keep(by_link(readers[0]))
    assert spool.folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in spool.folder.iterdir()} == {0o600}


def test_what_cannot_be_carried_out_is_set_aside(
    spool: UnsubscribeSpool, readers: list[Subscription], session: Session, runtime: Runtime
) -> None:
    unknown = SpooledUnsubscribe(ConsentSource.PAGE, readers[-1].id + 100)
    spool.keep(unknown)
    for subscription in readers:
        spool.keep(by_link(subscription))
    broken = ["0-0.json", "1.json", "zzz.json"]
    for name, octets in zip(broken, (b"", b"[1]", b'{"source": "page", "at": "2026"}'), strict=True):
        (spool.folder / name).write_bytes(octets)
    assert replay(spool, runtime.sessions)
    assert set(states(session, readers)) == {State.ENDED}
    assert spool.waiting() == []
    assert spool.failed() == sorted([*broken, unknown.name])


def test_nothing_is_lost_while_the_database_is_away(
    spool: UnsubscribeSpool, readers: list[Subscription]
) -> None:
    spool.keep(by_link(readers[0]))
    away = make_engine("postgresql://nobody@127.0.0.1:1/none")
    assert not replay(spool, session_factory(away))
    assert len(spool.waiting()) == 1
    assert spool.failed() == []


def test_whoever_came_back_since_stays(
    spool: UnsubscribeSpool, readers: list[Subscription], session: Session, runtime: Runtime
) -> None:
    kinds = (ConsentKind.RENEWED, ConsentKind.IMPORTED, ConsentKind.CONFIRMED)
    for subscription, kind in zip(readers, kinds, strict=True):
        keep_record(session, subscription.id, kind, source=ConsentSource.UNDO)
        spool.keep(by_link(subscription, at=clock.now() - timedelta(days=3)))
    session.commit()
    assert replay(spool, runtime.sessions)
    assert states(session, readers) == [State.ACTIVE, State.ENDED, State.ACTIVE]


def test_a_preferences_link_is_good_for_its_own_person(
    spool: UnsubscribeSpool, readers: list[Subscription], session: Session, runtime: Runtime
) -> None:
    ana, bo, cleo = readers
    second = Subscription(
        subscriber=cleo.subscriber, publication=make_publication(session), state=State.ACTIVE
    )
    session.add(second)
    session.commit()
    for of, subscription_id in ((ana, bo.id), (bo, EVERYTHING), (cleo, second.id)):
        spool.keep(
            SpooledUnsubscribe(ConsentSource.PREFERENCES, subscription_id, subscriber_id=of.subscriber_id)
        )
    assert replay(spool, runtime.sessions)
    assert states(session, [ana, bo, cleo, second]) == [
        State.ACTIVE,
        State.ENDED,
        State.ACTIVE,
        State.ENDED,
    ]
    assert spool.failed() == []


def test_a_preferences_link_cannot_fill_the_spool(spool: UnsubscribeSpool) -> None:
    for n in range(1, MOST_OF_A_PERSON + 1):
        spool.keep(SpooledUnsubscribe(ConsentSource.PREFERENCES, n, subscriber_id=5))
    with pytest.raises(OSError, match="as many files as it may"):
        spool.keep(SpooledUnsubscribe(ConsentSource.PREFERENCES, 1000, subscriber_id=5))
    spool.keep(SpooledUnsubscribe(ConsentSource.PREFERENCES, 1000, subscriber_id=6))
