"""The history of an issue in the browser: its revisions, what differs, names, and the way back."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.links import Links
from newsletter.document import loads
from newsletter.issues.edit import state_of
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue, LastSeen
from newsletter.issues.save import save_document
from newsletter.mailings.models import MailingState
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from tests.databases import both_databases
from tests.web.admin.issues.conftest import NOW, STORY, DocumentClient, own, tree, words
from tests.web.signed_in import SignedIn

SECOND = {
    "headline": "The strait gets a bridge",
    "url": "https://news.example.org/bridge",
    "blurb": "Two lanes, and a third one for bicycles.",
}


def revise(session: Session, issue: Issue, *stories: dict[str, Any], **facts: Any) -> None:
    """Ana saves the issue with these stories in its digest."""
    document = json.loads(find_revision(session, issue).document) | facts
    document["sections"][1]["items"] = list(stories)
    save_document(session, issue.publication, loads(json.dumps(document)), author="ana@press.example")
    session.commit()


def see(client: SignedIn, issue: Issue, state: object) -> int:
    """What the editor's page does while it is open."""
    return client.post(own(issue, "presence"), json={"etag": state}).status_code


@both_databases
def test_the_revisions(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    revise(session, issue, STORY, SECOND)
    editor_client.post(own(issue, "history/1/name"), data={"name": "As agreed on Tuesday"})
    editor_client.post(own(issue, "history/1/restore"))
    page = editor_client.get(own(issue, "history")).text
    newest, second, first = tree(page).cssselect(".revision-rows tr")
    assert "Restores revision 1" in newest.text_content()
    assert "Newest" in newest.text_content()
    assert "ana@press.example" in second.text_content()
    assert "As agreed on Tuesday" in first.text_content()
    assert "Times are in Europe/Rome." in page
    assert [link.get("href") for link in second.cssselect(".revision-actions > a")] == [
        f"/admin/issues/{issue.id}/history/compare?to=2",
        f"/admin/issues/{issue.id}/history/2/restore",
    ]
    assert own(issue, "history") in editor_client.get("/admin/p/morning/issues").text


@both_databases
def test_the_difference_of_any_two(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    changed = STORY | {"blurb": "Eleven thousand books came by *donkey*, truck and post."}
    revise(session, issue, SECOND, changed, subject="What happened last week")
    page = tree(editor_client.get(own(issue, "history/compare?from=1&to=2")).text)
    assert [each.text_content() for each in page.cssselect(".diff-section > h2 > span:first-child")] == [
        "Weekly digest"
    ]
    added, edited = page.cssselect(".diff-item")
    assert "Added" in added.text_content()
    assert [field.text_content() for field in added.cssselect("ins")] == list(SECOND.values())
    assert edited.cssselect("del")[0].text_content() == "Removed: mule"
    assert edited.cssselect("ins")[0].text_content() == "Added: donkey"
    assert edited.cssselect("h3 a")[0].get("href") == own(issue, "edit#sections[1].items[1]")
    back = editor_client.get(own(issue, "history/compare?from=2&to=1")).text
    assert not tree(back).cssselect(".diff-item a")
    assert "Both revisions are the same." in editor_client.get(own(issue, "history/compare?from=2")).text
    # The last change, where nothing is asked for.
    assert len(tree(editor_client.get(own(issue, "history/compare")).text).cssselect(".diff-item")) == 2


def test_a_moved_story_says_where_it_was(
    editor_client: SignedIn, session: Session, issue: Issue, publication: Publication
) -> None:
    document = json.loads(find_revision(session, issue).document)
    story = document["sections"][1]["items"].pop()
    document["sections"].append({"type": "latest", "id": "more", "title": "More", "items": [story]})
    save_document(session, publication, loads(json.dumps(document)), author="ana@press.example")
    session.commit()
    told = words(editor_client.get(own(issue, "history/compare")).text)
    assert "Moved here from “Weekly digest”" in told
    assert "Characters per blurb" not in told  # what nobody chose is not told


@pytest.mark.parametrize("query", ["from=9", "to=9", "from=1&to=99999999999", "from=0&to=9"])
def test_what_does_not_exist_cannot_be_compared(editor_client: SignedIn, issue: Issue, query: str) -> None:
    assert editor_client.get(own(issue, f"history/compare?{query}")).status_code == 404


@pytest.mark.parametrize("query", ["from=x", "from=&to=", "to=-1", "from=%00", "page=9"])
def test_nonsense_asks_for_nothing(editor_client: SignedIn, issue: Issue, query: str) -> None:
    for page in ("history", "history/compare"):
        assert editor_client.get(own(issue, f"{page}?{query}")).status_code == 200


@both_databases
def test_restoring_asks_first(
    editor_client: SignedIn, session: Session, issue: Issue, api: DocumentClient
) -> None:
    first = find_revision(session, issue).document
    revise(session, issue, SECOND)
    opened = api.read()["etag"]
    page = editor_client.get(own(issue, "history/1/restore")).text
    assert "What will change" in page
    answer = editor_client.post(own(issue, "history/1/restore"))
    assert (answer.status_code, answer.location) == (303, own(issue, "history"))
    assert "Revision 1 was restored as revision 3." in editor_client.get(answer.location).text
    session.expire_all()
    newest = find_revision(session, issue)
    assert (newest.number, newest.document, newest.author) == (3, first, "eddi@press.example")
    assert session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "issue.restored")).all() == [
        "eddi@press.example"
    ]
    # Whoever has the issue open is told, with the restored text, and can merge.
    stale = api.save({"op": "replace", "path": "/subject", "value": "Mine"}, state=opened)
    assert (stale.status_code, stale.json and stale.json["etag"]) == (412, "3.0")
    editor_client.post(own(issue, "history/1/restore"))
    assert "is already the same as revision 1" in editor_client.get(own(issue, "history")).text
    assert "is already the same as revision 1" in editor_client.get(own(issue, "history/1/restore")).text
    for method in (editor_client.get, editor_client.post):
        assert method(own(issue, "history/9/restore")).status_code == 404


@both_databases
def test_an_issue_that_is_scheduled_is_not_restored(
    march: Any, editor_client: SignedIn, session: Session, issue: Issue, links: Links, readers: None
) -> None:
    revise(session, issue, SECOND)
    mailing = schedule(session, issue, Moment(NOW.replace(day=6), "Europe/Rome"), links, actor="test")
    session.commit()
    sentence = (
        "This issue is scheduled for Friday 6 March 2026 at 10:00 Europe/Rome. Unschedule it to edit it."
    )
    asked = editor_client.get(own(issue, "history/1/restore")).text
    assert sentence in words(asked)
    assert not tree(asked).cssselect("main form")
    editor_client.post(own(issue, "history/1/restore"))
    page = editor_client.get(own(issue, "history")).text
    assert sentence in words(page)
    newest, first = tree(page).cssselect(".revision-rows tr")
    assert "Scheduled" in newest.text_content()
    assert "Restore" not in first.text_content()
    mailing.state = MailingState.FINISHED
    session.commit()
    assert (
        "Sent"
        in tree(editor_client.get(own(issue, "history")).text)
        .cssselect(".revision-rows tr")[0]
        .text_content()
    )
    assert own(issue, "history") in editor_client.get(own(issue, "send")).text


@both_databases
def test_names(editor_client: SignedIn, issue: Issue) -> None:
    url = own(issue, "history/1/name")
    for name, told in {
        "Before the cut": "The name was saved.",
        "x" * 121: "A name has at most 120 characters.",
        "": "The name was removed.",
    }.items():
        answer = editor_client.post(url, data={"name": name})
        assert (answer.status_code, answer.location) == (303, own(issue, "history"))
        assert told in editor_client.get(answer.location).text
    assert editor_client.post(own(issue, "history/9/name"), data={"name": "Nine"}).status_code == 404


@both_databases
def test_since_i_last_looked(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    changed = "This issue has changed since you last looked."
    assert changed not in editor_client.get(own(issue, "history")).text
    assert see(editor_client, issue, state_of(find_revision(session, issue))) == 200
    revise(session, issue, STORY, SECOND)
    assert changed in editor_client.get(own(issue, "history")).text
    page = tree(editor_client.get(own(issue, "history/compare?from=seen")).text)
    assert [title.text_content() for title in page.cssselect(".diff-item h3")] == [SECOND["headline"]]
    [state] = page.cssselect("main form[method=post] input[name=state]")
    revise(session, issue, STORY)  # what came while they read is still new to them
    editor_client.post(own(issue, "history/seen"), data={"state": state.get("value")})
    page = tree(editor_client.get(own(issue, "history/compare?from=seen")).text)
    assert len(page.cssselect(".diff-item del")) == 3
    editor_client.post(own(issue, "history/seen"), data={"state": "3.0"})
    assert changed not in editor_client.get(own(issue, "history")).text


@pytest.mark.parametrize("state", [None, 7, [], "x", "9" * 400, "\0", {"a": 1}])
def test_a_page_that_shows_nonsense_is_not_noted(
    editor_client: SignedIn, session: Session, issue: Issue, state: object
) -> None:
    assert see(editor_client, issue, state) == 200
    assert session.scalars(select(LastSeen)).all() == []
