"""The report of a mailing: its numbers with what they are of, and the mailings before it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.core.links import Links
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication, TrackingMode
from newsletter.reports.mailing import HOURS, every_hour, mailing_report
from newsletter.reports.rate import Rate
from newsletter.subscribers.models import ConsentSource, Subscription
from newsletter.subscribers.undo import offer_undo, undo
from newsletter.subscribers.unsubscribe import unsubscribe
from newsletter.tracking.models import TrackingCount
from newsletter.tracking.report import HourClicks
from tests.reports.conftest import MakeSent


def test_few_are_counts_and_many_are_rates() -> None:
    assert Rate(3, 99).share is None
    assert Rate(25, 100).as_json() == {"count": 25, "of": 100, "rate": 0.25}
    assert Rate(0, 0).as_json() == {"count": 0, "of": 0, "rate": None}


def test_numbers_say_what_they_are_of(session: Session, make_sent: MakeSent) -> None:
    report = mailing_report(session, make_sent("one"))
    assert report.figures.sent == 3
    assert report.figures.clicks == Rate(2, 3)
    assert report.figures.rejected == Rate(1, 4)
    assert report.totals.rejected_reasons == {"no_such_user": 1}
    assert report.followed is not None
    assert report.followed.first_hour_scanners == Rate(1, 2)
    assert report.followed.proxies == Rate(1, 1)
    assert [(hour.clicks, hour.scanners) for hour in report.followed.hours] == [(1, 1), (0, 0), (1, 0)]
    assert [link.clicks.clicks for link in report.followed.links] == [2]
    with pytest.raises(Missing):
        mailing_report(session, 10**9)


def test_unsubscribes_are_those_of_its_own_link_and_not_undone(
    session: Session, make_sent: MakeSent, links: Links
) -> None:
    one, two = make_sent("one", days=7), make_sent("two")
    first, second, third, fourth = [row.id for row in session.query(Subscription).order_by(Subscription.id)]
    for subscription_id, mailing_id in ((first, one), (second, two), (third, two), (fourth, 0)):
        gone = unsubscribe(session, subscription_id, source=ConsentSource.ONE_CLICK, mailing_id=mailing_id)
    session.commit()
    assert gone is not None
    assert mailing_report(session, one).figures.unsubscribes == Rate(1, 3)
    assert mailing_report(session, two).figures.unsubscribes == Rate(2, 3)
    undo(session, links.signer, offer_undo(links.signer, gone), fourth, locale="en")  # of no mailing
    again = unsubscribe(session, fourth, source=ConsentSource.PAGE, mailing_id=two)
    assert again is not None
    undo(session, links.signer, offer_undo(links.signer, again), fourth, locale="en")
    session.commit()
    assert mailing_report(session, two).figures.unsubscribes == Rate(2, 3)


def test_it_is_compared_with_the_ten_before_it(session: Session, make_sent: MakeSent) -> None:
    ids = [make_sent(f"issue-{n}", days=20 - n, clicks=n % 3) for n in range(12)]
    report = mailing_report(session, ids[-1])
    assert [figures.mailing for figures in report.compared] == ids[-2:0:-1]
    assert [figures.clicks.count for figures in report.compared if figures.clicks] == [
        1,
        0,
        2,
        1,
        0,
        2,
        1,
        0,
        2,
        1,
    ]
    assert mailing_report(session, ids[0]).compared == []


def test_what_was_not_counted_is_no_zero(
    session: Session, publication: Publication, make_sent: MakeSent
) -> None:
    publication.tracking = TrackingMode.OFF
    mailing_id = make_sent("one")
    session.execute(delete(TrackingCount))
    session.commit()
    report = mailing_report(session, mailing_id)
    assert report.followed is None
    assert report.figures.clicks is None
    assert report.as_json()["clicks"] is None


def test_the_time_series_has_every_hour_and_ends_with_the_last_click() -> None:
    began = clock.now().replace(minute=40)
    start = began.replace(minute=0, second=0, microsecond=0)
    late = [HourClicks(start + timedelta(hours=n), 1, 0) for n in (1, 3, 400)]
    assert len(every_hour(late, began)) == HOURS
    assert [hour.clicks for hour in every_hour(late[:2], began)] == [0, 1, 0, 1]
    assert every_hour([], began) == every_hour(late, None) == []


def test_a_mailing_that_has_not_begun_has_a_report(session: Session, make_sent: MakeSent) -> None:
    earlier, mailing_id = make_sent("one", days=3), make_sent("two")
    session.get_one(Mailing, mailing_id).started_at = None
    session.commit()
    report = mailing_report(session, mailing_id)
    assert report.figures.started_at is None
    assert [figures.mailing for figures in report.compared] == [earlier]
