"""What we keep of a person's clicks is theirs: it is in what they download, and goes when they are erased."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.subscribers.erase import erase
from newsletter.subscribers.export_data import export_data
from newsletter.tracking.fold import fold
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import EventKind, TrackingCount, TrackingEvent
from tests.factories import NO_FILES
from tests.tracking.conftest import Copies, MakeCopies


def click(session: Session, copies: Copies, *seqs: int) -> None:
    """Clicks of the deliveries `seqs` now."""
    hits = [
        Hit(f"{seq}", EventKind.CLICK, copies.mailing_id, 7, seq, clock.now(), agent="Firefox/140")
        for seq in seqs
    ]
    fold(session, hits)
    session.commit()


def test_an_erasure_deletes_their_events_and_no_others(session: Session, make_copies: MakeCopies) -> None:
    copies = make_copies()
    click(session, copies, 1, 2)
    theirs = copies.readers[0].subscriber_id
    session.rollback()
    exported = export_data(session, theirs)["records"]["tracking_event"]
    assert [(row["kind"], row["link_id"], row["agent"]) for row in exported] == [("click", 7, "Firefox/140")]
    erase(session, theirs, actor="test", files=NO_FILES)
    session.commit()
    left = session.scalars(select(TrackingEvent.subscriber_id)).all()
    assert left == [copies.readers[1].subscriber_id]
    assert session.scalar(select(func.sum(TrackingCount.people)).where(TrackingCount.link_id == 7)) == 2
    click(session, copies, 1)
    assert theirs not in session.scalars(select(TrackingEvent.subscriber_id)).all()
