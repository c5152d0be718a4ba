"""Hits become events and counts: once each, with a person only where that is agreed, and told apart."""

import os
import signal
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings.models import Delivery
from newsletter.publications.models import TrackingMode
from newsletter.runtime import Runtime
from newsletter.tracking.counts import ANY_LINK
from newsletter.tracking.fold import MOST_OF_A_PERSON, fold
from newsletter.tracking.hit import Hit
from newsletter.tracking.intake import take_hits
from newsletter.tracking.models import EventKind, Label, TrackingCount, TrackingEvent, TrackingRelabel
from newsletter.tracking.rejudge import KEPT_FOR, purge, rejudge
from newsletter.tracking.rules import DIGEST
from newsletter.tracking.spool import HitSpool
from newsletter.tracking.stream import HitStream
from tests.tracking.conftest import Copies, MakeCopies

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOW = clock.now().replace(minute=30, second=0, microsecond=0)


def hit(copies: Copies, seq: int, link_id: int, seconds: float = 0.0, **facts: Any) -> Hit:
    """A click of delivery `seq`, `seconds` after half past."""
    at = NOW + timedelta(seconds=seconds)
    given: dict[str, Any] = {
        "kind": EventKind.CLICK,
        "agent": FIREFOX,
        "key": f"{seq}-{link_id}-{seconds}",
    } | facts
    return Hit(mailing_id=copies.mailing_id, link_id=link_id, seq=seq, at=at, **given)


def fold_all(session: Session, hits: Iterable[Hit]) -> int:
    folded = fold(session, list(hits))
    session.commit()
    return folded


def counts(session: Session) -> dict[tuple[str, int, str], tuple[int, int]]:
    """Events and people by kind, link and label, whatever the hour."""
    session.expire_all()
    rows = session.execute(
        select(
            *(TrackingCount.kind, TrackingCount.link_id, TrackingCount.label),
            *(func.sum(TrackingCount.events), func.sum(TrackingCount.people)),
        ).group_by(TrackingCount.kind, TrackingCount.link_id, TrackingCount.label)
    ).all()
    return {(row[0].value, row[1], row[2].value): (row[3], row[4]) for row in rows if row[3] or row[4]}


def labels(session: Session) -> list[tuple[Label, str]]:
    session.expire_all()
    return [
        (row.label, row.rule) for row in session.scalars(select(TrackingEvent).order_by(TrackingEvent.at))
    ]


def test_people_are_counted_once_for_a_link_and_for_the_mailing(
    session: Session, make_copies: MakeCopies
) -> None:
    copies = make_copies()
    clicks = [hit(copies, 1, 7), hit(copies, 1, 7, 60), hit(copies, 1, 8, 7200), hit(copies, 2, 7, 3)]
    assert fold_all(session, clicks[:1]) == 1
    assert fold_all(session, [*clicks, *clicks]) == 3
    assert counts(session) == {
        ("click", 7, "person"): (3, 2),
        ("click", 8, "person"): (1, 1),
        ("click", ANY_LINK, "person"): (4, 2),
    }
    assert fold_all(session, clicks) == 0


@sqlite_only
def test_nobody_is_kept_who_did_not_agree_at_that_moment(session: Session, make_copies: MakeCopies) -> None:
    copies = make_copies(agree=False)
    _first, second, third = copies.readers
    second.tracking_consent_at = NOW + timedelta(minutes=1)
    third.tracking_consent_at = NOW - timedelta(days=1)
    session.commit()
    fold_all(session, [hit(copies, seq, 7, seq) for seq in (1, 2, 3)])
    kept = session.scalars(select(TrackingEvent.subscriber_id)).all()
    assert sorted(kept, key=lambda person: person or 0) == [None, None, third.subscriber_id]
    assert counts(session)["click", 7, "person"] == (3, 1)


@sqlite_only
def test_consent_that_was_withdrawn_after_the_send_counts(session: Session, make_copies: MakeCopies) -> None:
    copies = make_copies()
    copies.readers[0].tracking_consent_at = None
    session.commit()
    fold_all(session, [hit(copies, 1, 7)])
    assert session.scalars(select(TrackingEvent.subscriber_id)).all() == [None]


@sqlite_only
@pytest.mark.parametrize(
    ("mode", "events", "people"),
    [(TrackingMode.OFF, 0, 0), (TrackingMode.AGGREGATE, 1, 0), (TrackingMode.INDIVIDUAL, 1, 1)],
)
def test_the_mode_of_the_moment_counts(
    session: Session, make_copies: MakeCopies, mode: TrackingMode, events: int, people: int
) -> None:
    copies = make_copies()
    copies.publication.tracking = mode
    session.commit()
    fold_all(session, [hit(copies, 1, 7)])
    kept = session.scalars(select(TrackingEvent.subscriber_id)).all()
    assert (len(kept), len([person for person in kept if person])) == (events, people)


def test_a_canary_demotes_what_was_near_it_also_what_is_stored(
    session: Session, make_copies: MakeCopies
) -> None:
    copies = make_copies()
    fold_all(session, [hit(copies, 1, 7), hit(copies, 1, 8, 10), hit(copies, 1, 7, 600)])
    assert counts(session)["click", ANY_LINK, "person"] == (3, 1)
    fold_all(session, [hit(copies, 1, 0, 20, kind=EventKind.CANARY)])
    assert [label for label, _ in labels(session)] == [Label.SCANNER] * 3 + [Label.PERSON]
    assert [rule for _, rule in labels(session)] == ["near_canary", "near_canary", "canary", ""]
    assert counts(session) == {
        ("click", 7, "scanner"): (1, 1),
        ("click", 8, "scanner"): (1, 1),
        ("click", ANY_LINK, "scanner"): (2, 1),
        ("click", 7, "person"): (1, 1),
        ("click", ANY_LINK, "person"): (1, 1),
        ("canary", 0, "scanner"): (1, 1),
    }


@sqlite_only
def test_a_scanner_at_each_link_of_a_thousand_copies_is_no_person(
    session: Session, make_copies: MakeCopies
) -> None:
    copies = make_copies(readers=1_000)
    for person in copies.readers[500:]:  # half of them agreed
        person.tracking_consent_at = None
    session.commit()
    scanned = [
        hit(copies, seq, link, link / 10, is_head=bool(seq % 2), key=f"{seq}-{link}")
        for seq in range(1, 1_001)
        for link in (1, 2, 3)
    ]
    assert fold_all(session, scanned) == 3_000
    assert {label for label, _ in labels(session)} == {Label.SCANNER}
    fold_all(session, [hit(copies, 9, 2, 900)])
    assert counts(session)["click", ANY_LINK, "person"] == (1, 1)
    assert counts(session)["click", ANY_LINK, "scanner"] == (3_000, 500)


@sqlite_only
def test_who_follows_a_link_again_and_again_fills_no_disk(session: Session, make_copies: MakeCopies) -> None:
    copies = make_copies()
    for start in range(0, MOST_OF_A_PERSON + 200, 350):
        fold_all(session, [hit(copies, 1, 7, n) for n in range(start, start + 350)])
    assert session.scalar(select(func.count(TrackingEvent.id))) == MOST_OF_A_PERSON


def test_a_rule_that_changed_is_asked_about_what_is_stored(
    session: Session, make_copies: MakeCopies, runtime: Runtime
) -> None:
    copies = make_copies(agree=False)
    copies.readers[0].tracking_consent_at = NOW - timedelta(days=1)
    session.commit()
    fold_all(session, [hit(copies, 1, 7), hit(copies, 2, 7, 1, agent="curl/8"), hit(copies, 3, 8, 2)])
    right = counts(session)
    # As an earlier rule would have had it.
    for row in session.scalars(select(TrackingEvent)):
        row.label, row.rule = Label.SCANNER, "abolished"
    session.query(TrackingCount).delete()
    wrong = {("click", 7): (2, 1), ("click", 8): (1, 0), ("click", ANY_LINK): (3, 1)}
    for (kind, link), (events, people) in wrong.items():
        at = {
            "mailing_id": copies.mailing_id,
            "kind": EventKind(kind),
            "link_id": link,
            "label": Label.SCANNER,
        }
        session.add(TrackingCount(**at, hour=NOW.replace(minute=0), events=events, people=people))
    session.commit()
    assert rejudge(runtime.sessions) == 1
    assert counts(session) == right
    assert {row.label for row in session.scalars(select(TrackingEvent))} == {Label.PERSON, Label.SCANNER}
    assert session.scalars(select(TrackingRelabel.digest)).one() == DIGEST
    session.rollback()
    assert rejudge(runtime.sessions) == 0


@sqlite_only
def test_events_are_deleted_after_ninety_days_and_counts_are_not(
    session: Session, make_copies: MakeCopies, runtime: Runtime
) -> None:
    copies = make_copies()
    old = -(KEPT_FOR + timedelta(hours=2)).total_seconds()
    copies.readers[0].tracking_consent_at = NOW - timedelta(days=100)
    session.query(Delivery).update({"dated": None})
    session.commit()
    fold_all(session, [hit(copies, 1, 7, old), hit(copies, 2, 7)])
    assert purge(runtime.sessions) == 1
    assert counts(session)["click", 7, "person"] == (2, 2)


@pytest.mark.parametrize("dies", ["before the commit", "before the removal"])
def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    session: Session, make_copies: MakeCopies, redis_url: str, tmp_path: Path, dies: str, runtime: Runtime
) -> None:
    copies = make_copies()
    stream, spool = (
        HitStream(redis_url, name=f"hits {dies} {runtime.engine.dialect.name}"),
        HitSpool(tmp_path),
    )
    stream.add([hit(copies, 1, 7), hit(copies, 2, 7, 1)])
    spool.keep([hit(copies, 3, 8), hit(copies, 1, 7)])
    if not (child := os.fork()):
        _die(dies, redis_url, stream, spool, runtime.settings.effective_database_url)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert take_hits(runtime.sessions, stream, spool, timedelta(0)) <= 3
    assert session.scalar(select(func.count(TrackingEvent.id))) == 3
    assert counts(session)["click", ANY_LINK, "person"] == (3, 3)
    session.rollback()
    assert take_hits(runtime.sessions, stream, spool, timedelta(0)) == 0
    assert spool.waiting() == []
    assert stream.read(clock.now(), 10) == []


class KilledStream(HitStream):
    """Kills the process that would remove something."""

    def remove(self, ids: Sequence[bytes]) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class KilledSpool(HitSpool):
    """The same for a file of the spool."""

    def remove(self, name: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def _die(dies: str, redis_url: str, stream: HitStream, spool: HitSpool, database_url: str) -> None:
    """Take hits as a process of its own that is killed on its way."""
    from newsletter.core.db import make_engine, session_factory

    made = session_factory(make_engine(database_url))

    if dies == "before the commit":
        event.listen(made, "before_commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    try:
        take_hits(made, KilledStream(redis_url, stream._name), KilledSpool(spool.folder.parent), timedelta(0))
    finally:
        os._exit(1)


@sqlite_only
def test_a_redis_that_is_away_is_no_error(
    session: Session, make_copies: MakeCopies, tmp_path: Path, runtime: Runtime
) -> None:
    copies, spool = make_copies(), HitSpool(tmp_path)
    spool.keep([hit(copies, 1, 7)])
    assert take_hits(runtime.sessions, HitStream("redis://127.0.0.1:1/0"), spool) == 1
