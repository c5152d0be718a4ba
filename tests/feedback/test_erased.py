"""Of somebody who is erased, nothing is left of what came back; until then they can have it."""

import zlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.feedback.events import EventKind, FeedbackEvent
from newsletter.feedback.models import FeedbackEvidence, FeedbackRecord
from newsletter.feedback.take import MAIL, Intake, take
from newsletter.subscribers.erase import erase
from newsletter.subscribers.export_data import export_data
from tests.factories import NO_FILES
from tests.feedback.deliveries import World


def test_nothing_is_left_of_what_came_back(session: Session, links: Links) -> None:
    world = World(session, links)
    theirs = Intake(MAIL, "theirs", b"Returned mail")
    event = world.event(world.mail(), EventKind.DELAYED, said="<Ana@readers.example> later")[0]
    event.evidence = FeedbackEvidence(compressed=zlib.compress(theirs.raw))
    for key, raw in (("names", b"for ANA@readers.example"), ("other", b"for xana@readers.example")):
        take(session, links, [FeedbackEvent(EventKind.UNKNOWN, "x")], Intake(MAIL, key, raw))
    session.commit()
    exported = export_data(session, world.reader.subscriber_id)["records"]["feedback_event"]
    assert [row["diagnostic"] for row in exported] == ["<Ana@readers.example> later"]
    erase(session, world.reader.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    session.expire_all()
    kept = session.scalars(select(FeedbackEvidence.compressed)).all()
    assert [zlib.decompress(each) for each in kept] == [b"for xana@readers.example"]
    left = session.execute(select(FeedbackRecord.diagnostic, FeedbackRecord.address_hash)).all()
    assert set(left) == {("", "")}
