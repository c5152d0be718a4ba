"""What scheduling requires of a saved issue: everything that blocks is told at once, warnings let pass."""

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.document import loads
from newsletter.issues.load import find_revision
from newsletter.issues.models import Revision
from newsletter.issues.save import save_document
from newsletter.preflight.check import check
from newsletter.preflight.finding import Level
from newsletter.preflight.require import require_sendable
from newsletter.publications.models import Publication
from tests.factories import (
    keep_tested,
    make_issue,
    make_publication,
    make_publication_with_reader,
    make_subscription,
)


def saved(session: Session, publication: Publication, **facts: Any) -> Revision:
    given = {
        "title": "Week one",
        "subject": "What happened",
        "preheader": "Three stories",
        "sections": [{"type": "text", "text": "Good morning."}],
    }
    revision = save_document(session, publication, loads(json.dumps(given | facts))).revision
    keep_tested(session, revision)
    return revision


def test_a_sound_issue_passes(session: Session, links: Links) -> None:
    publication = make_publication_with_reader(session)
    revision = find_revision(session, make_issue(session, publication))
    assert [finding.rule for finding in require_sendable(session, revision, publication, links)] == ["tested"]
    keep_tested(session, revision)
    assert check(session, revision, publication, links) == []
    assert require_sendable(session, revision, publication, links) == []


def test_warnings_let_pass(session: Session, links: Links) -> None:
    publication = make_publication_with_reader(session)
    found = require_sendable(session, saved(session, publication, preheader=""), publication, links)
    assert [(finding.rule, finding.level) for finding in found] == [("preheader", Level.WARNING)]


def test_a_test_message_is_of_one_state_of_the_text(session: Session, links: Links) -> None:
    publication = make_publication_with_reader(session)
    revision = saved(session, publication)
    assert check(session, revision, publication, links) == []
    revision.edits += 1
    assert [finding.rule for finding in check(session, revision, publication, links)] == ["tested"]


def test_everything_that_blocks_is_told_at_once(session: Session, links: Links) -> None:
    publication = make_publication_with_reader(session, postal_address="")
    revision = saved(session, publication, subject="", preheader="TK", sections=[{"type": "divider"}])
    with pytest.raises(Refused) as caught:
        require_sendable(session, revision, publication, links)
    assert set(caught.value.fields) == {"subject", "postal_address", "sections", "preheader"}
    assert caught.value.message == "The issue cannot be sent yet: Add a subject line. And 3 more."
    found = check(session, revision, publication, links)
    assert [finding.level for finding in found] == sorted(
        (finding.level for finding in found), key=lambda level: level is not Level.BLOCKING
    )


def test_what_cannot_be_rendered_is_told_like_the_rest(session: Session, links: Links) -> None:
    publication = make_publication_with_reader(session, theme="no-such-theme")
    with pytest.raises(Refused, match="cannot be rendered: There is no theme called “no-such-theme”"):
        require_sendable(session, saved(session, publication), publication, links)


def test_a_missing_sender_is_told_once(session: Session, links: Links) -> None:
    publication = make_publication_with_reader(session, sender_email="", reply_to="")
    found = check(session, saved(session, publication), publication, links)
    assert [finding.rule for finding in found] == ["sender"]


def test_attributes_that_nobody_has_are_unknown(session: Session, links: Links) -> None:
    publication = make_publication(session)
    somebody = make_subscription(session, publication, "ana@readers.example").subscriber
    somebody.attributes = {"city": "Rome", "points": 3}
    elsewhere = make_subscription(
        session, make_publication(session, "other"), "bo@readers.example"
    ).subscriber
    elsewhere.attributes = {"town": "Bo"}
    session.flush()
    text = " ".join(f'{{{{ attributes.{key} | default: "-" }}}}' for key in ("city", "points", "town"))
    found = check(session, saved(session, publication, subject=text), publication, links)
    assert [finding.message for finding in found] == [
        "No subscriber has the merge field attributes.town: everyone sees “-”."
    ]


def test_a_large_issue_is_measured_as_it_is_sent(session: Session, links: Links) -> None:
    publication = make_publication_with_reader(session)
    sections = [{"type": "text", "text": "one two " * 2_450} for _ in range(5)]
    found = check(session, saved(session, publication, sections=sections), publication, links)
    [size, *items] = [(finding.rule, finding.level, finding.path) for finding in found]
    assert size == ("size", Level.BLOCKING, "")
    assert items == [("item_bytes", Level.WARNING, f"sections[{n}]") for n in range(5)]
    assert "The largest parts: “one two" in found[0].message
    assert "19 % of the email" in found[1].message
