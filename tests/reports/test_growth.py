"""How a publication grows: by source and reason, in the days of its zone, and what remains."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.reports.growth import Growth, Period, growth
from newsletter.subscribers.models import ConsentKind, ConsentRecord, ConsentSource, EndReason, State
from tests.factories import make_subscription

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 15)  # two weeks that begin on Monday


@pytest.fixture
def grown(session: Session, publication: Publication) -> Publication:
    publication.timezone = "Pacific/Auckland"  # 13 hours before UTC then
    people = [make_subscription(session, publication, f"p{n}@people.example") for n in range(5)]
    for person in people[:4]:
        person.confirmed_at = datetime(2026, 3, 1, tzinfo=UTC)
    told = [
        (0, ConsentKind.REQUESTED, ConsentSource.FORM, 2),
        (0, ConsentKind.CONFIRMED, ConsentSource.CONFIRMATION, 8),  # 12:00 UTC is Monday the 9th there
        (1, ConsentKind.IMPORTED, ConsentSource.IMPORT, 3),
        (2, ConsentKind.VOUCHED, ConsentSource.EDITOR, 3),
        (1, ConsentKind.WITHDRAWN, ConsentSource.ONE_CLICK, 10),
        (4, ConsentKind.WITHDRAWN, ConsentSource.ONE_CLICK, 10),  # never confirmed
        (1, ConsentKind.TRACKING_ALLOWED, ConsentSource.PREFERENCES, 4),
    ]
    for n, kind, source, day in told:
        at = datetime(2026, 3, day, 12, tzinfo=UTC)
        session.add(ConsentRecord(subscription_id=people[n].id, kind=kind, source=source, at=at))
    # One was ended by an editor; one had left, and was erased later.
    for n, reason in ((2, EndReason.ENDED_BY_EDITOR), (1, EndReason.ERASED)):
        people[n].state, people[n].ended_reason = State.ENDED, reason
        people[n].ended_at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    session.commit()
    return publication


def test_it_adds_up_by_week(session: Session, grown: Publication) -> None:
    first, second = growth(session, grown, FIRST, LAST, Period.WEEK).as_json()["periods"]
    assert first == {
        "start": "2026-03-02",
        "sign_ups": {"editor": 1, "form": 1, "import": 1},
        "confirmed": 0,
        "joined": 2,
        "left": {},
        "net": 2,
    }
    assert (second["confirmed"], second["joined"], second["net"]) == (1, 1, -1)
    assert second["left"] == {"ended_by_editor": 1, "unsubscribed": 1}


def test_months_and_single_days(session: Session, grown: Publication) -> None:
    def told(first: date, last: date, period: Period = Period.MONTH) -> Growth:
        return growth(session, grown, first, last, period)

    whole = told(date(2026, 1, 15), LAST)
    assert [each.start.month for each in whole.periods] == [1, 2, 3]
    assert whole.total.net == 1
    assert told(date(2026, 3, 9), date(2026, 3, 9)).total.confirmed == 1
    assert told(date(2026, 3, 8), date(2026, 3, 8)).total.confirmed == 0
    assert whole.active == 7  # with the four readers of the publication
    for first, last in ((LAST, FIRST), (date(1990, 1, 1), LAST), (FIRST, date.max), (date.min, date.min)):
        with pytest.raises(Refused):
            told(first, last, Period.WEEK)
