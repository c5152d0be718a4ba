"""What reports say: clicks by people of links and mailings, hour by hour, and what scanners did first."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings.models import Mailing
from newsletter.redirects.models import MailingLink
from newsletter.tracking.fold import fold
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import EventKind
from newsletter.tracking.report import (
    Clicks,
    HourClicks,
    Opens,
    clicks_by_hour,
    first_hour_clicks,
    link_clicks,
    mailing_clicks,
    mailing_opens,
)
from tests.tracking.conftest import URLS, Copies, MakeCopies

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


@pytest.fixture
def copies(session: Session, make_copies: MakeCopies) -> Copies:
    """Two people follow a link, one of them again two hours later; a scanner follows all of a third copy."""
    made = make_copies()
    first, second, _ = [row.id for row in session.query(MailingLink).order_by(MailingLink.id)]
    start = clock.now().replace(minute=10, second=0, microsecond=0)
    session.get_one(Mailing, made.mailing_id).started_at = start
    seen = [
        *((1, first, 20, FIREFOX), (2, first, 30, FIREFOX), (1, first, 130, FIREFOX)),
        *((3, first, 21, "Barracuda Sentinel"), (3, second, 21, "Barracuda Sentinel")),
    ]
    hits = [
        Hit(str(n), EventKind.CLICK, made.mailing_id, link, seq, start + timedelta(minutes=late), agent=agent)
        for n, (seq, link, late, agent) in enumerate(seen)
    ]
    opened = [(1, FIREFOX), (2, GMAIL), (3, "Mozilla/5.0")]
    hits += [
        Hit(f"o{seq}", EventKind.OPEN, made.mailing_id, 0, seq, start, agent=agent) for seq, agent in opened
    ]
    fold(session, hits)
    session.commit()
    return made


def test_clicks_are_those_of_people(session: Session, copies: Copies) -> None:
    mailing_id = copies.mailing_id
    assert mailing_clicks(session, mailing_id) == Clicks(clicks=3, people=2, scanners=2)
    links = link_clicks(session, mailing_id)
    assert [link.url for link in links] == list(URLS)
    assert [link.clicks for link in links] == [Clicks(3, 2, 1), Clicks(0, 0, 1), Clicks()]
    hours = clicks_by_hour(session, mailing_id)
    start = hours[0].hour
    assert hours == [HourClicks(start, 2, 2), HourClicks(start + timedelta(hours=2), 1, 0)]
    assert first_hour_clicks(session, mailing_id) == Clicks(2, 2, 2)
    assert mailing_opens(session, mailing_id) == Opens(people=1, proxies=2)
    assert mailing_clicks(session, mailing_id + 1) == Clicks()
    session.rollback()
