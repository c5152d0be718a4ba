"""Attack mode: begins by itself, ends by itself, and says so."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.deferred.attack import (
    FEWEST,
    PERIOD,
    count_sign_up,
    forget_old_counts,
    period_of,
    threshold,
    watch,
)
from newsletter.deferred.defer import defer_sign_up
from newsletter.deferred.models import SignUpCount, Suspicion
from newsletter.deferred.suspects import list_suspects
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import NO_WORDS
from newsletter.subscribers.models import ConsentSource
from tests.deciding import decide_all
from tests.factories import create_morning, make_publication

START = datetime.fromisoformat("2026-03-01T10:04:00+00:00")


@pytest.fixture
def publication(session: Session) -> Publication:
    return create_morning(session)


def asked(session: Session, publication: Publication, times: int, ago: timedelta = timedelta()) -> None:
    session.merge(
        SignUpCount(publication_id=publication.id, period=period_of(clock.now() - ago), asked=times)
    )
    session.commit()


def attacked(session: Session, publication: Publication) -> bool:
    watch(session)
    session.commit()
    session.refresh(publication)
    return publication.under_attack_since is not None


def actions(session: Session) -> list[tuple[str, dict[str, object]]]:
    said = select(AuditEntry).where(AuditEntry.action.startswith("sign_ups.")).order_by(AuditEntry.id)
    return [(entry.action, entry.detail) for entry in session.scalars(said)]


def test_each_sign_up_is_counted_in_its_ten_minutes(session: Session, publication: Publication) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        for minutes in (0, 3, 3, 4):
            traveller.shift(timedelta(minutes=minutes))
            count_sign_up(session, publication.id)
        session.commit()
    counts = session.scalars(select(SignUpCount).order_by(SignUpCount.period)).all()
    assert [(each.period.minute, each.asked) for each in counts] == [(0, 2), (10, 2)]


def test_far_more_than_usual_is_an_attack_until_it_is_calm(
    session: Session, publication: Publication
) -> None:
    other = make_publication(session, "other")
    with time_machine.travel(START, tick=False) as traveller:
        asked(session, publication, 50, timedelta(days=3))
        assert threshold(session, publication.id) == 150
        asked(session, publication, 149)
        assert not attacked(session, publication)
        asked(session, publication, 150)
        assert attacked(session, publication)
        assert not attacked(session, other)
        assert attacked(session, publication)  # a second look changes nothing
        traveller.shift(timedelta(minutes=25))
        assert attacked(session, publication)
        asked(session, publication, 80)
        traveller.shift(timedelta(minutes=10))
        assert attacked(session, publication)  # half of it would still be too many
        traveller.shift(timedelta(minutes=31))
        assert not attacked(session, publication)
        assert actions(session) == [
            ("sign_ups.attack_began", {"asked": 150, "usual": 50}),
            ("sign_ups.attack_over", {"asked": 0, "usual": 50}),
        ]
        # What came during the attack is not usual.
        traveller.shift(timedelta(hours=3))
        assert threshold(session, publication.id) == 150


def test_a_small_publication_has_room_and_old_counts_go(session: Session, publication: Publication) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        assert threshold(session, publication.id) == FEWEST
        asked(session, publication, FEWEST - 1)
        assert not attacked(session, publication)
        asked(session, publication, FEWEST, PERIOD)  # the ten minutes before count, too
        assert attacked(session, publication)
        traveller.shift(timedelta(days=29))
        forget_old_counts(session)
        session.commit()
        assert session.scalars(select(SignUpCount)).all() == []


def test_what_came_without_proof_waits_for_an_editor(session: Session, publication: Publication) -> None:
    for number, unproven in enumerate((True, False)):
        defer_sign_up(
            session,
            publication=publication,
            address=parse_address(f"reader{number}@example.org"),
            name="",
            words=NO_WORDS,
            source=ConsentSource.FORM,
            ip="192.0.2.7",
            unproven=unproven,
        )
    session.commit()
    decide_all(session)
    assert [held.suspicion for held in list_suspects(session, publication)] == [Suspicion.UNPROVEN]
    assert [sent.recipient for sent in session.scalars(select(SystemMessage))] == ["reader1@example.org"]
