"""Sending to a segment: chosen, counted and said on the page that sends; never to everybody instead."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from newsletter.segments.models import Segment
from newsletter.segments.read import read
from newsletter.segments.save import create_segment
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.tags.assign import assign_tag
from newsletter.subscribers.tags.create import create_tag
from tests.databases import both_databases
from tests.web.admin.issues.conftest import confirmation, mailings, own, words
from tests.web.signed_in import SignedIn

pytestmark = pytest.mark.usefixtures("march")


@pytest.fixture
def press(session: Session, publication: Publication, readers: None) -> Segment:
    """A segment of the first three readers, and one without anybody."""
    tag = create_tag(session, publication, "Press", actor="test")
    create_tag(session, publication, "Nobody", actor="test")
    people = session.scalars(select(Subscription.subscriber_id).order_by(Subscription.id).limit(3)).all()
    assign_tag(session, tag, people)
    create_segment(session, publication, "Nobody", read({"tag": "nobody"}), actor="test")
    segment = create_segment(session, publication, "The press", read({"tag": "press"}), actor="test")
    session.commit()
    return segment


@both_databases
def test_a_segment_is_chosen_and_the_mailing_goes_to_it(
    editor_client: SignedIn, session: Session, issue: Issue, press: Segment
) -> None:
    page = words(editor_client.get(own(issue, "send")).text)
    assert "The press" in page
    assert "12 readers of The Morning" in page
    asked = f"{own(issue, 'send')}?when=now&segment=the-press"
    page = words(editor_client.get(asked).text)
    assert "9 not in the segment" in page
    assert "Send to 3 readers in the segment “The press” now." in page
    fields = confirmation(editor_client, issue, when="now", segment="the-press")
    assert fields["segment"] == "the-press"
    assert editor_client.post(own(issue, "send"), data=fields).status_code == 303
    [mailing] = mailings(session)
    assert mailing.segment_id == press.id


def test_a_segment_that_is_gone_is_never_everybody(
    editor_client: SignedIn, session: Session, issue: Issue, press: Segment
) -> None:
    fields = confirmation(editor_client, issue, when="now", segment="the-press")
    session.delete(session.get_one(Segment, press.id))
    session.commit()
    answer = editor_client.post(own(issue, "send"), data=fields)
    assert answer.status_code == 404
    assert "has no segment called “the-press”" in words(answer.text)
    page = words(editor_client.get(f"{own(issue, 'send')}?when=now&segment=the-press").text)
    assert "has no segment called “the-press”" in page
    assert "Send to" not in page
    assert mailings(session) == []


def test_a_segment_without_readers_is_told(editor_client: SignedIn, issue: Issue, press: Segment) -> None:
    page = words(editor_client.get(f"{own(issue, 'send')}?when=now&segment=nobody").text)
    assert "no reader is in this segment" in page
