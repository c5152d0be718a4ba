"""Restoring, naming and what somebody saw last, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Missing, Refused
from newsletter.core.links import Links
from newsletter.document import loads
from newsletter.issues.delete import delete_draft
from newsletter.issues.edit import Locked, Stale, edit_issue, state_of
from newsletter.issues.last_seen import last_seen_revision, note_seen
from newsletter.issues.listing import Stage
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue, LastSeen, Revision
from newsletter.issues.name_revision import name_revision
from newsletter.issues.restore import restore_revision
from newsletter.issues.revisions import compare_revisions, list_revisions
from newsletter.issues.save import save_document
from newsletter.mailings.models import MailingState
from newsletter.sending.schedule import schedule
from newsletter.sending.unschedule import unschedule
from tests.factories import make_issue, make_publication, make_readers

ANA, BEN = "ana@press.example", "ben@press.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 3, 2, 9, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def issue(session: Session) -> Issue:
    """An issue by nobody in particular, whose subject is edited here."""
    return make_issue(session, make_publication(session))


def write(session: Session, issue: Issue, subject: str, author: str = ANA, state: str = "") -> Revision:
    change = [{"op": "replace", "path": "/subject", "value": subject}]
    newest = state or state_of(find_revision(session, issue))
    return edit_issue(session, issue.id, newest, change, author=author)


def see(session: Session, issue: Issue, actor: str) -> None:
    note_seen(session, issue, state_of(find_revision(session, issue)), actor)


def test_a_restored_revision_is_a_new_one_that_says_the_same(session: Session, issue: Issue) -> None:
    first = find_revision(session, issue).document
    write(session, issue, "Another subject")
    restored = restore_revision(session, issue.id, 1, actor=BEN)
    assert restored.changed
    assert (restored.revision.number, restored.revision.document) == (3, first)
    assert (restored.revision.author, restored.revision.restored_from) == (BEN, 1)
    assert find_revision(session, issue, 2).document != first
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "issue.restored"))
    assert (entry.actor, entry.detail) == (BEN, {"revision": 3, "restored": 1})
    # Whoever goes on writing leaves it as it is, and whoever wrote from the old text is told.
    assert write(session, issue, "Mine", author=BEN).number == 4
    with pytest.raises(Stale):
        write(session, issue, "Mine", state="2.0")


def test_restoring_what_is_there_changes_nothing(session: Session, issue: Issue) -> None:
    write(session, issue, "Another subject")
    assert not restore_revision(session, issue.id, 2, actor=ANA).changed
    restore_revision(session, issue.id, 1, actor=ANA)
    again = restore_revision(session, issue.id, 1, actor=ANA)
    assert (again.changed, again.revision.number) == (False, 3)
    with pytest.raises(Missing):
        restore_revision(session, issue.id, 9, actor=ANA)


def test_an_issue_with_a_mailing_is_never_restored(session: Session, issue: Issue, links: Links) -> None:
    make_readers(session, issue.publication, 1)
    write(session, issue, "Another subject")
    schedule(session, issue, None, links, actor=ANA)
    locked = find_revision(session, issue)
    text = locked.document
    with pytest.raises(Locked):
        restore_revision(session, issue.id, 1, actor=ANA)
    unschedule(session, issue.id, actor=ANA)
    assert restore_revision(session, issue.id, 1, actor=ANA).revision.number == 3
    assert (locked.number, locked.document) == (2, text)


def test_a_restored_title_and_address_are_those_of_the_issue(session: Session, issue: Issue) -> None:
    change = [
        {"op": "replace", "path": "/slug", "value": "two"},
        {"op": "replace", "path": "/title", "value": "Two"},
    ]
    edit_issue(session, issue.id, "1.0", change, author=ANA)
    restore_revision(session, issue.id, 1, actor=ANA)
    assert (issue.slug, issue.title) == ("one", "Issue one")
    restore_revision(session, issue.id, 2, actor=ANA)
    other = make_issue(session, issue.publication)  # takes the address that is free now
    kept = restore_revision(session, issue.id, 1, actor=ANA)
    assert (other.slug, issue.slug, issue.title) == ("one", "two", "Issue one")
    assert loads(kept.revision.document).slug == "two"


def test_a_name_keeps_a_revision_as_it_is(session: Session, issue: Issue) -> None:
    assert write(session, issue, "One").number == 2
    assert name_revision(session, issue.id, 2, "  As agreed\non Tuesday ", actor=BEN).name == (
        "As agreed on Tuesday"
    )
    assert write(session, issue, "Two").number == 3
    assert name_revision(session, issue.id, 2, "", actor=BEN).name == ""
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.actor == BEN)).all()
    assert actions == ["issue.revision_named", "issue.revision_named"]
    for bad in ("x" * 121, "a\u202eb"):
        with pytest.raises(Refused):
            name_revision(session, issue.id, 2, bad, actor=BEN)
    with pytest.raises(Missing):
        name_revision(session, issue.id, 9, "Nine", actor=BEN)


def test_the_list_says_what_became_of_a_revision(session: Session, issue: Issue, links: Links) -> None:
    make_readers(session, issue.publication, 1)
    mailing = schedule(session, issue, None, links, actor=ANA)
    mailing.state = MailingState.FINISHED
    document = loads(find_revision(session, issue).document).model_copy(update={"subject": "Corrected"})
    save_document(session, issue.publication, document, author=BEN, name="Corrected")
    newer, older = list_revisions(session, issue).rows
    assert (newer.number, newer.name, newer.author, newer.stage, newer.locked_at) == (
        *(2, "Corrected", BEN, None, None),
    )
    assert (older.number, older.stage) == (1, Stage.SENT)
    assert older.locked_at is not None
    assert [field.name for field in compare_revisions(session, issue, 1, 2).fields] == ["subject"]
    second = list_revisions(session, issue, page=2, size=1)
    assert ([row.number for row in second.rows], second.pages, second.total) == ([1], 2, 2)
    assert len(list_revisions(session, issue, size=None).rows) == 2


def test_what_somebody_else_has_seen_is_not_amended(session: Session, issue: Issue) -> None:
    assert state_of(write(session, issue, "One")) == "2.0"
    assert state_of(write(session, issue, "Two")) == "2.1"
    see(session, issue, ANA)
    assert state_of(write(session, issue, "Three")) == "2.2"  # one's own look changes nothing
    see(session, issue, BEN)
    assert state_of(write(session, issue, "Four")) == "3.0"
    assert state_of(write(session, issue, "Five")) == "3.1"
    assert last_seen_revision(session, issue, BEN) == 2


def test_since_i_last_looked(session: Session, issue: Issue, clock: time_machine.Traveller) -> None:
    assert last_seen_revision(session, issue, BEN) is None
    see(session, issue, BEN)
    assert last_seen_revision(session, issue, BEN) == 1
    clock.shift(HOUR)
    write(session, issue, "By Ana")
    assert last_seen_revision(session, issue, BEN) == 1
    # Opening the issue again does not make everything seen: what changed while he was away is still new.
    see(session, issue, BEN)
    assert last_seen_revision(session, issue, BEN) == 1
    clock.shift(HOUR)
    assert last_seen_revision(session, issue, BEN) == 2
    note_seen(session, issue, "2.0", BEN)
    write(session, issue, "By Ben", author=BEN)
    assert last_seen_revision(session, issue, BEN) == 3  # his own words are not new to him
    write(session, issue, "By Ana again")
    assert last_seen_revision(session, issue, BEN) == 3
    note_seen(session, issue, "4.0", BEN, read=True)
    assert last_seen_revision(session, issue, BEN) == 4


def test_a_visit_goes_on_while_the_page_is_open(
    session: Session, issue: Issue, clock: time_machine.Traveller
) -> None:
    see(session, issue, BEN)
    clock.shift(HOUR)
    write(session, issue, "By Ana")
    for _ in range(12):
        see(session, issue, BEN)
        clock.shift(timedelta(minutes=4))
    assert last_seen_revision(session, issue, BEN) == 1


@pytest.mark.parametrize(
    "state", ["", "2", "9.0", "1.7", "x", "1.0.0", "99999999999.0", "9999999999.0", "٣.0"]
)
def test_what_is_no_state_is_not_noted(session: Session, issue: Issue, state: str) -> None:
    note_seen(session, issue, state, BEN)
    assert session.scalars(select(LastSeen)).all() == []


def test_a_draft_is_deleted_with_who_saw_it(session: Session, issue: Issue) -> None:
    see(session, issue, BEN)
    delete_draft(session, issue.id, actor=ANA)
    assert session.scalars(select(LastSeen)).all() == []
