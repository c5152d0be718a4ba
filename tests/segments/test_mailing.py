"""A mailing to a segment: asked at the freeze, everybody accounted for, and kept with the mailing."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.mailings.totals import read_totals
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.models import Segment
from newsletter.segments.read import read
from newsletter.segments.save import change_segment, create_segment
from newsletter.sending.audience import count_audience
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.labels import find_label, remove_label
from newsletter.subscribers.models import State
from newsletter.subscribers.tags.assign import assign_tag
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import Tag
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_readers, make_subscription

PRESS: dict[str, Any] = {"tag": "press"}


@pytest.fixture
def publication(session: Session) -> Publication:
    """Nine readers, four of them of the press, who are in a segment; and one who has not confirmed."""
    made = make_publication(session)
    readers = make_readers(session, made, 9)
    pending = make_subscription(session, made, "pending@x.example", state=State.PENDING)
    press = create_tag(session, made, "Press", actor="test")
    assign_tag(session, press, [each.subscriber_id for each in (*readers[:4], pending)])
    create_segment(session, made, "The press", read(PRESS), slug="press", actor="test")
    session.commit()
    return made


def _segment(session: Session) -> Segment:
    return session.query(Segment).one()


@both_databases
def test_only_those_in_the_segment_get_it(
    runtime: Runtime, session: Session, links: Links, publication: Publication
) -> None:
    issue = make_issue(session, publication)
    counted = count_audience(session, issue, _segment(session))
    mailing = schedule(session, issue, None, links, segment=_segment(session), actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, links, chunk=3)
    totals = read_totals(session, mailing.id)
    assert (totals.pending, totals.excluded) == (4, {"not_in_segment": 5, "unconfirmed": 1})
    assert (counted.readers, counted.excluded) == (4, totals.excluded)


def test_the_rules_of_the_freeze_stay_with_the_mailing(
    runtime: Runtime, session: Session, links: Links, publication: Publication
) -> None:
    create_segment(session, publication, "Both", read({"not": {"segment": "press"}}), actor="test")
    both = session.query(Segment).filter_by(slug="both").one()
    mailing = schedule(session, make_issue(session, publication), None, links, segment=both, actor="test")
    change_segment(session, publication, "both", rules=read({"segment": "press"}), actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, links)
    change_segment(session, publication, "press", rules=read({"not": PRESS}), actor="test")
    session.expire_all()
    assert mailing.frozen_segment is not None
    kept = {name: mailing.frozen_segment[name] for name in ("slug", "name", "rules", "segments")}
    assert kept == {
        "slug": "both",
        "name": "Both",
        "rules": {"segment": "press"},
        "segments": {"press": PRESS},
    }
    assert read_totals(session, mailing.id).pending == 4


def test_a_segment_that_names_something_removed_sends_to_nobody(
    runtime: Runtime, session: Session, links: Links, publication: Publication
) -> None:
    segment = _segment(session)
    change_segment(session, publication, "press", rules=read({"not": PRESS}), actor="test")
    issue = make_issue(session, publication)
    mailing = schedule(session, issue, None, links, segment=segment, actor="test")
    remove_label(session, find_label(session, Tag, publication, "press"), actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, links) is False
    session.refresh(mailing)
    assert (mailing.state, mailing.control) == (MailingState.SCHEDULED, Control.PAUSE)
    assert mailing.held_reason == "The rules of the segment cannot be used: There is no tag “press”."
    other = make_issue(session, publication, "two")
    with pytest.raises(Refused, match="no tag “press”"):
        schedule(session, other, None, links, segment=segment, actor="test")
    with pytest.raises(Refused, match="no tag “press”"):
        count_audience(session, other, segment)
    assert session.query(Mailing).filter_by(issue_id=other.id).count() == 0
    assert clock.now() >= segment.changed_at
