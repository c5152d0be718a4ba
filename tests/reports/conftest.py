"""A mailing that was sent and followed: three got it, two of them clicked, and one was refused."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.issues.models import Revision
from newsletter.mailings import counts
from newsletter.mailings.models import Mailing, MailingState, Outcome
from newsletter.publications.models import Publication, TrackingMode
from newsletter.redirects.models import MailingLink
from newsletter.sending.schedule import schedule
from newsletter.tracking.fold import fold
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import EventKind
from tests.factories import make_issue, make_publication, make_readers

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"

MakeSent = Callable[..., int]


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    made.tracking = TrackingMode.AGGREGATE
    make_readers(session, made, 4)
    session.commit()
    return made


@pytest.fixture
def make_sent(session: Session, publication: Publication, links: Links) -> MakeSent:
    """`make_sent("one", days=7)`: a mailing of that many days ago, with its counts; its id."""

    def make(slug: str, *, days: int = 0, sent: int = 3, clicks: int = 2) -> int:
        mailing = schedule(session, make_issue(session, publication, slug), None, links, actor="test")
        began = clock.now().replace(minute=5) - timedelta(days=days)
        mailing.started_at, mailing.state, mailing.candidates = began, MailingState.FINISHED, sent + 1
        mailing.next_seq, mailing.members = sent + 2, sent + 1
        key = (Outcome.REJECTED, "no_such_user")
        counts.change(session, mailing.id, {(Outcome.SENT, ""): sent, key: 1})
        session.commit()
        follow(session, mailing, clicks)
        return mailing.id

    return make


def follow(session: Session, mailing: Mailing, clicks: int) -> None:
    """People click the first link, the last of them two hours later; a scanner and a proxy come at once."""
    assert mailing.started_at is not None
    link = MailingLink(mailing_id=mailing.id, url="https://tide.example/mill", target="https://tide.example/")
    session.add(link)
    session.flush()
    seen = [(EventKind.CLICK, FIREFOX, 0)] * (clicks - 1) + [(EventKind.CLICK, FIREFOX, 120)]
    seen += [(EventKind.CLICK, "Barracuda Sentinel", 1), (EventKind.OPEN, GMAIL, 1)]
    hits = [
        Hit(
            *(f"{mailing.id}-{n}", kind, mailing.id, link.id if kind is EventKind.CLICK else 0, 0),
            mailing.started_at + timedelta(minutes=late),
            agent=agent,
        )
        for n, (kind, agent, late) in enumerate(seen[: clicks + 2] if clicks else seen[-2:])
    ]
    fold(session, hits)
    session.commit()


def follow_link(session: Session, mailing_id: int, url: str, times: int) -> None:
    """That many people follow a link of a mailing's message."""
    link = session.scalars(
        select(MailingLink).where(MailingLink.mailing_id == mailing_id, MailingLink.url == url)
    ).one()
    hits = [
        Hit(f"{link.id}-{n}", EventKind.CLICK, mailing_id, link.id, 0, clock.now(), agent=FIREFOX)
        for n in range(times)
    ]
    fold(session, hits)
    session.commit()


def tell(session: Session, mailing_id: int, *sections: dict[str, Any]) -> None:
    """Let the revision that was sent have these sections."""
    revision = session.get_one(Revision, session.get_one(Mailing, mailing_id).revision_id)
    told = {"title": "One", "slug": "one", "sections": list(sections)}
    revision.document = json.dumps(told)
    session.commit()
