"""Of somebody who is erased, nothing is left of what came back; until then they can have it."""

import base64
import zlib

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.feedback.events import EventKind, FeedbackEvent
from newsletter.feedback.models import FeedbackEvidence, FeedbackRecord
from newsletter.feedback.take import MAIL, Intake, take
from newsletter.subscribers.erase import erase
from newsletter.subscribers.export_data import export_data
from tests.factories import NO_FILES, make_subscription
from tests.feedback.deliveries import World


def encoded(encoding: str, body: str, kind: str = "text/plain") -> bytes:
    """A mail to somebody else with a part in this transfer encoding."""
    head = f"To: x@weekly.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: {kind}\n"
    return f"{head}Content-Transfer-Encoding: {encoding}\n\n{body}\n--b--\n".encode()


def in_base64(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


NAMED = {
    "base64": encoded("base64", in_base64("We could not reach Ana@readers.example today.")),
    "quoted-printable": encoded("quoted-printable", "It is ana=40read=\ners.example."),
    "a returned message": encoded(
        "base64", in_base64("To: ana@readers.example\n\nGood morning"), "message/rfc822"
    ),
    "an encoded word": b"Subject: =?utf-8?b?" + base64.b64encode(b"ana@readers.example") + b"?=\n\nHi",
    "broken MIME": b"Content-Type: multipart/mixed; boundary=b\n\nana@readers.example",
    "messages in messages": b"Content-Type: message/rfc822\n\n" * 4_000 + b"ana@readers.example",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("raw", NAMED.values(), ids=NAMED)
def test_what_names_them_goes_however_it_is_encoded(session: Session, links: Links, raw: bytes) -> None:
    world = World(session, links)
    bo = make_subscription(session, world.publication, "bo@readers.example", name="Bo")
    reader = world.reader
    take(session, links, [FeedbackEvent(EventKind.UNKNOWN, "x")], Intake(MAIL, "of nobody", raw))
    world.reader = bo
    for kind in (EventKind.REPLY, EventKind.HARD):
        (record,) = world.event(world.mail(), kind)
        record.evidence = FeedbackEvidence(
            compressed=zlib.compress(raw if kind == "reply" else b"Bo is gone")
        )
    session.commit()
    erase(session, reader.subscriber_id, actor="test", files=NO_FILES)
    session.commit()
    kept = session.scalars(select(FeedbackEvidence.compressed)).all()
    assert [zlib.decompress(each) for each in kept] == [b"Bo is gone"]


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
