"""A waiver is of one warning and the text of its place: an edit there voids it."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.links import Links
from newsletter.document import loads
from newsletter.issues.delete import delete_draft
from newsletter.issues.edit import Locked, edit_issue, state_of
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.preflight.check import check
from newsletter.preflight.finding import Finding
from newsletter.preflight.models import Waiver
from newsletter.preflight.rule_versions import save_rules
from newsletter.preflight.waive import REASON_LENGTH, Edited, unwaive, waive
from newsletter.preflight.waivers import void_waivers
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from tests.factories import make_publication_with_reader

ANA, BEN = "ana@press.example", "ben@press.example"
WHY = "The paper has no better page."
ITEMS = "sections[0].items"
PLAIN = {"headline": "A mill", "url": "http://mill.example/", "blurb": "It turns."}
OTHER = {"headline": "A ferry", "url": "http://ferry.example/", "blurb": "It sails."}


@pytest.fixture
def issue(session: Session) -> Issue:
    """Two stories, each with a link that is not encrypted, and no preheader."""
    document = {
        "title": "One",
        "subject": "What happened",
        "sections": [{"type": "links", "id": "digest", "title": "Digest", "items": [PLAIN, OTHER]}],
    }
    made = save_document(
        session, make_publication_with_reader(session), loads(json.dumps(document)), author=ANA
    ).issue
    session.commit()
    return made


def findings(session: Session, issue: Issue, links: Links) -> list[Finding]:
    return check(session, find_revision(session, issue), issue.publication, links)


def waived(session: Session, issue: Issue, links: Links) -> list[tuple[str, str]]:
    return [(each.rule, each.path) for each in findings(session, issue, links) if each.waived]


def edit(session: Session, issue: Issue, *operations: dict[str, Any]) -> None:
    edit_issue(session, issue.id, state_of(find_revision(session, issue)), list(operations), author=ANA)


def put(path: str, value: object) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def let(session: Session, issue: Issue, links: Links, rule: str, path: str, **given: Any) -> list[Waiver]:
    facts: dict[str, Any] = {"reason": WHY, "links": links, "actor": BEN}
    return waive(session, issue.id, rule, path, **(facts | given))


def test_a_waived_warning_is_told_last_with_who_when_and_why(
    session: Session, issue: Issue, links: Links
) -> None:
    [waiver] = let(session, issue, links, "http_links", f"{ITEMS}[0].url")
    found = findings(session, issue, links)
    assert [each.rule for each in found if not each.waived] == ["preheader", "http_links", "tested"]
    told = found[-1].facts()["waived"]
    assert told == {
        "id": waiver.id,
        "by": BEN,
        "at": waiver.at.isoformat(timespec="seconds"),
        "reason": WHY,
    }
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "issue.warning_waived")).one()
    assert (entry.actor, entry.detail["rule"], entry.detail["reason"]) == (BEN, "http_links", WHY)
    unwaive(session, issue.id, waiver.id, actor=ANA)
    unwaive(session, issue.id, waiver.id, actor=ANA)
    assert waived(session, issue, links) == []
    assert (waiver.undone_by, void_waivers(session, issue, findings(session, issue, links))) == (ANA, [])


def test_an_edit_of_its_place_voids_it_and_no_other(session: Session, issue: Issue, links: Links) -> None:
    let(session, issue, links, "http_links", f"{ITEMS}[0].url")
    let(session, issue, links, "preheader", "preheader")
    let(session, issue, links, "tested", "")
    edit(session, issue, put("/sections/0/items/1/blurb", "It sails at nine."))
    assert waived(session, issue, links) == [("preheader", "preheader"), ("http_links", f"{ITEMS}[0].url")]
    edit(session, issue, put("/sections/0/items/0/blurb", "It turns slowly."))
    assert waived(session, issue, links) == [("preheader", "preheader")]
    edit(session, issue, put("/preheader", "What happened"))  # another finding of the same rule
    assert waived(session, issue, links) == []
    void = void_waivers(session, issue, findings(session, issue, links))
    assert sorted(waiver.rule for waiver in void) == ["http_links", "preheader", "tested"]


def test_it_follows_an_item_within_its_section(session: Session, issue: Issue, links: Links) -> None:
    let(session, issue, links, "http_links", f"{ITEMS}[0].url")
    edit(session, issue, {"op": "move", "from": "/sections/0/items/0", "path": "/sections/0/items/1"})
    assert waived(session, issue, links) == [("http_links", f"{ITEMS}[1].url")]


def test_of_two_equal_findings_one_is_waived_or_all(session: Session, issue: Issue, links: Links) -> None:
    two = "See [a](http://a.example/) and [a](http://a.example/)."
    edit(session, issue, put("/sections/0/items/0/blurb", two))
    place = f"{ITEMS}[0].blurb"
    [first, second] = [each for each in findings(session, issue, links) if each.path == place][:2]
    assert first.message == second.message
    let(session, issue, links, "http_links", place, key=second.key)
    assert waived(session, issue, links) == [("http_links", place)]
    assert len(let(session, issue, links, "http_links", place, reason="All of them.")) == 2
    reasons = session.scalars(select(Waiver.reason).order_by(Waiver.id)).all()
    assert reasons == [WHY, "All of them."]


def test_what_blocks_cannot_be_waived(session: Session, issue: Issue, links: Links) -> None:
    let(session, issue, links, "preheader", "preheader")
    save_rules(session, issue.publication, "rules:\n  preheader: {severity: blocking}\n", actor=ANA)
    assert waived(session, issue, links) == []  # what was waived as a warning blocks now
    with pytest.raises(Refused, match="Only warnings can be waived"):
        let(session, issue, links, "preheader", "preheader")
    issue.publication.approval_required = True
    with pytest.raises(Refused, match="Findings of the rule “approval” cannot be waived"):
        let(session, issue, links, "approval", "")


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ({"reason": " \n"}, Refused, "Enter why the warning may stay."),
        ({"reason": "x" * (REASON_LENGTH + 1)}, Refused, "Use at most 500 characters"),
        ({"rule": "credit"}, Missing, "The rule “credit” no longer finds anything at preheader."),
        ({"path": ""}, Missing, "no longer finds anything about the issue as a whole."),
        ({"rule": "nope"}, Refused, "There is no preflight rule called “nope”."),
        ({"state": "1.9"}, Edited, "Someone edited this issue after you opened the review."),
    ],
)
def test_what_cannot_be_waived_is_told(
    session: Session, issue: Issue, links: Links, given: dict, error: type[Exception], sentence: str
) -> None:
    asked = {"rule": "preheader", "path": "preheader"} | given
    with pytest.raises(error, match=sentence):
        let(session, issue, links, asked.pop("rule"), asked.pop("path"), **asked)
    assert session.scalar(select(func.count()).select_from(Waiver)) == 0


def test_once_it_is_scheduled_nothing_is_waived(session: Session, issue: Issue, links: Links) -> None:
    [waiver] = let(session, issue, links, "preheader", "preheader")
    schedule(session, issue, None, links, actor=ANA)
    for late in (
        lambda: let(session, issue, links, "tested", ""),
        lambda: unwaive(session, issue.id, waiver.id, actor=ANA),
    ):
        with pytest.raises(Locked):
            late()


def test_waivers_go_with_their_draft(session: Session, issue: Issue, links: Links) -> None:
    let(session, issue, links, "preheader", "preheader")
    delete_draft(session, issue.id, actor=ANA)
    assert session.scalar(select(func.count()).select_from(Waiver)) == 0


def test_whoever_edits_and_whoever_waives_come_one_by_one(
    runtime: Runtime, session: Session, issue: Issue, links: Links
) -> None:
    """The waiver of what was edited a moment before is refused; of two waivers there is one."""
    issue_id, start, outcomes = issue.id, threading.Barrier(3), []

    def act(kind: str) -> None:
        with runtime.session() as own:
            start.wait()
            try:
                if kind == "edit":
                    edit_issue(own, issue_id, "1.0", [put("/preheader", "Read on")], author=ANA)
                else:
                    waive(
                        own,
                        issue_id,
                        "preheader",
                        "preheader",
                        reason=WHY,
                        links=links,
                        actor=kind,
                        state="1.0",
                    )
                own.commit()
            except Conflict as error:
                own.rollback()
                outcomes.append((kind, error.code))

    people = [threading.Thread(target=act, args=(kind,)) for kind in ("edit", ANA, BEN)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    session.rollback()
    session.expire_all()
    assert {code for _, code in outcomes} <= {"edited"}
    assert ("edit", "stale") not in outcomes
    assert session.scalar(select(func.count()).select_from(Waiver)) == (0 if len(outcomes) == 2 else 1)
    assert waived(session, issue, links) == []  # the edit came before or after: the place is another now
