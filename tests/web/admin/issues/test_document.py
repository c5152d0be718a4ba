"""The document behind the editor's page: read whole, saved change by change, never over somebody's head."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision
from newsletter.issues.publish import publish_issue
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from tests.databases import both_databases
from tests.web.admin.issues.conftest import JSON, STORY, DocumentClient, save_issue
from tests.web.signed_in import SignedIn


def subject(value: str) -> dict[str, str]:
    return {"op": "replace", "path": "/subject", "value": value}


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Revision)) or 0


def test_the_whole_document_is_read_with_its_state(api: DocumentClient, issue: Issue) -> None:
    answer = api.client.get(api.url)
    assert answer.json is not None
    assert answer.get_etag() == (answer.json["etag"], False)
    assert answer.json["locked"] is False
    story = answer.json["document"]["sections"][1]["items"][0]
    assert story["headline"] == STORY["headline"]
    assert story["image"] is None, "a field at its default was left out"


@both_databases
def test_typing_amends_one_revision(api: DocumentClient, session: Session, issue: Issue) -> None:
    begun = clock.now()
    first = api.save(subject("A"))
    assert first.status_code == 200
    assert first.json is not None
    assert first.get_etag()[0] == first.json["etag"]
    assert begun.isoformat()[:10] <= first.json["saved_at"][:10] <= clock.now().isoformat()[:10]
    second = api.save(subject("AB"), state=first.json["etag"])
    assert second.json is not None
    assert second.json["etag"] != first.json["etag"]
    assert api.read()["document"]["subject"] == "AB"
    # The imported revision is somebody else's; both changes are in one beside it.
    assert count(session) == 2
    newest = find_revision(session, session.get_one(Issue, issue.id, populate_existing=True))
    assert (newest.number, newest.edits, newest.author) == (2, 1, "eddi@press.example")


def test_a_change_to_nothing_is_no_change(api: DocumentClient, session: Session) -> None:
    before = api.read()["etag"]
    answer = api.save(subject("What happened this week"))
    assert answer.json is not None
    assert answer.json["etag"] == before
    assert count(session) == 1


@both_databases
@pytest.mark.parametrize("spoil", ["older", "named", "locked", "other"])
def test_what_may_not_be_amended_gets_a_revision_beside_it(
    api: DocumentClient, session: Session, issue: Issue, spoil: str
) -> None:
    api.save(subject("A"))
    newest = find_revision(session, session.get_one(Issue, issue.id, populate_existing=True))
    if spoil == "older":
        newest.created_at -= timedelta(minutes=11)
    elif spoil == "named":
        newest.name = "Before the vote"
    elif spoil == "locked":
        newest.locked_at = clock.now()
    else:
        newest.author = "olga@press.example"
    session.commit()
    assert api.save(subject("B")).status_code == 200
    assert count(session) == 3
    texts = [
        load_document(row).subject for row in session.scalars(select(Revision).order_by(Revision.number))
    ]
    assert texts == ["What happened this week", "A", "B"]


def test_ten_minutes_of_typing_are_one_revision(api: DocumentClient, session: Session) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for number in range(60):
            traveller.shift(timedelta(seconds=20))
            api.save(subject(f"Line {number}"))
    assert count(session) <= 4


def test_a_stale_state_gets_the_newest_one_and_loses_nothing(
    api: DocumentClient, admin_client: SignedIn, issue: Issue
) -> None:
    opened = api.read()["etag"]
    assert DocumentClient(admin_client, issue.id).save(subject("Olga's")).status_code == 200
    answer = api.save(subject("Eddi's"), state=opened)
    assert answer.status_code == 412
    assert answer.json is not None
    assert answer.json["by"] == "olga@press.example"
    assert answer.json["document"]["subject"] == "Olga's"
    assert answer.json["etag"] == answer.get_etag()[0] == api.read()["etag"]
    assert api.save(subject("Eddi's"), state=answer.json["etag"]).status_code == 200


def test_a_change_must_say_what_it_was_made_from(api: DocumentClient) -> None:
    assert api.save(subject("A"), state="").status_code == 428
    assert api.save(subject("A"), state="*").status_code == 412
    assert api.save(subject("A"), **{"Content-Type": "application/json"}).status_code == 415
    etag = api.read()["etag"]
    assert api.save(subject("A"), state=f'"{etag}"').status_code == 200


def test_every_field_that_cannot_be_saved_is_named(api: DocumentClient) -> None:
    before = api.read()
    answer = api.save(
        {"op": "replace", "path": "/title", "value": "  "},
        {"op": "replace", "path": "/sections/1/items/0/url", "value": "javascript:alert(1)"},
        {"op": "add", "path": "/sections/1/items/0/shoe", "value": 43},
    )
    assert answer.status_code == 400
    assert answer.json is not None
    assert set(answer.json["fields"]) == {"title", "sections[1].items[0].url", "sections[1].items[0].shoe"}
    assert answer.json["message"]
    assert api.read() == before


BAD: list[Any] = [
    [{"op": "replace", "path": "/nothing/here", "value": 1}],
    [{"op": "remove", "path": "/sections/9"}],
    [{"op": "replace", "path": "/sections/-1/title", "value": "x"}],
    [{"op": "add", "path": "/sections/99", "value": {"type": "divider"}}],
    [{"op": "test", "path": "/title", "value": "Another"}],
    [{"op": "fly", "path": "/title"}],
    [{"path": "/title", "value": "x"}],
    [{"op": "add", "path": 7, "value": "x"}],
    [{"op": "add", "path": "title", "value": "x"}],
    [{"op": "add", "path": "/title"}],
    [{"op": "move", "from": "/sections", "path": "/sections/0/title"}],
    [{"op": "remove", "path": ""}],
    [{"op": "replace", "path": "", "value": []}],
    [{"op": "replace", "path": "", "value": None}],
    [{"op": "add", "path": "/subject", "value": {"a": 1}}],
    [{"op": "add", "path": "/sections/" + "9" * 5_000, "value": 1}],
    [{"op": "add", "path": "/subject", "value": "\ud800"}],
    [{"op": "add", "path": "/subject", "value": "a\r\nBcc: x@y.example"}],
    ["add"],
    {"op": "add"},
    None,
    7,
]


@pytest.mark.parametrize("operations", BAD, ids=lambda entry: json.dumps(entry)[:50])
def test_a_change_that_makes_no_sense_is_refused_in_a_sentence(api: DocumentClient, operations: Any) -> None:
    headers = {"If-Match": api.read()["etag"], "Content-Type": "application/json-patch+json"}
    before = api.read()
    answer = api.client.patch(api.url, data=json.dumps(operations), headers=headers)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["message"].endswith(".")
    assert api.read() == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[NaN]", b"\xff\xfe", b"[" * 100_000, b'[{"op":"add","op":"x"}']
)
def test_a_body_that_is_no_json_is_refused(api: DocumentClient, body: bytes) -> None:
    headers = {"If-Match": api.read()["etag"], "Content-Type": "application/json-patch+json"}
    assert api.client.patch(api.url, data=body, headers=headers).status_code == 400


def test_a_change_has_its_limits(api: DocumentClient) -> None:
    assert api.save(*[subject("x")] * 501).status_code == 400
    twice = {"op": "copy", "from": "/sections/1", "path": "/sections/-"}
    assert api.save(*[twice] * 51).status_code == 400
    # Each copy doubles what was copied before: 2^40 stories.
    doubled = [{"op": "copy", "from": "/sections", "path": f"/sections/0/k{n}"} for n in range(40)]
    assert api.save(*doubled).status_code == 400
    huge = api.client.patch(
        api.url,
        data=b" " * 3_000_000,
        headers={"If-Match": "1.0", "Content-Type": "application/json-patch+json"} | JSON,
    )
    assert huge.status_code == 413
    assert huge.json is not None
    assert "This issue is too large" in huge.json["message"]


def test_two_hundred_items_in_a_section(api: DocumentClient) -> None:
    stories = [STORY] * 200
    too_many = api.save({"op": "replace", "path": "/sections/1/items", "value": stories})
    assert too_many.status_code == 400
    assert too_many.json is not None
    assert too_many.json["fields"] == {"sections[1].items": "There are too many entries: at most 100."}
    latest = {"type": "latest", "id": "latest", "items": stories}
    assert api.save({"op": "add", "path": "/sections/-", "value": latest}).status_code == 200
    assert len(api.read()["document"]["sections"][2]["items"]) == 200


def test_every_script_and_emoji_is_kept(api: DocumentClient) -> None:
    words = "שבוע טוב 👩‍👩‍👧‍👦 \u200fمرحبا <b>&amp;</b> \u2067x\u2069"
    assert api.save(subject(words)).status_code == 200
    assert api.read()["document"]["subject"] == words


@both_databases
def test_an_address_can_be_had_once(
    api: DocumentClient, session: Session, publication: Publication, issue: Issue
) -> None:
    save_issue(session, publication, title="Week two", slug="week-two")
    session.commit()
    slug = {"op": "replace", "path": "/slug", "value": "week-two"}
    answer = api.save(slug)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["fields"] == {"slug": "Another issue of this publication has this address."}
    assert api.save(slug | {"value": "week-three"}).status_code == 200
    row = session.get_one(Issue, issue.id, populate_existing=True)
    assert row.slug == "week-three"
    publish_issue(session, find_revision(session, row))
    session.commit()
    answer = api.save(slug | {"value": "week-four"})
    assert answer.json is not None
    assert "slug" in answer.json["fields"]


@pytest.mark.usefixtures("reader")
def test_a_scheduled_issue_is_locked(
    api: DocumentClient, session: Session, issue: Issue, links: Links
) -> None:
    schedule(session, session.get_one(Issue, issue.id), None, links, actor="test")
    session.commit()
    assert api.read()["locked"] is True
    answer = api.save(subject("Too late"))
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["message"].startswith("This issue is scheduled for ")
    assert api.read()["document"]["subject"] == "What happened this week"


def test_who_is_signed_out_is_told_in_json_and_nothing_is_saved(
    api: DocumentClient, client: SignedIn
) -> None:
    state = api.read()["etag"]
    headers = {"If-Match": state, "Content-Type": "application/json-patch+json", **JSON}
    answer = client.patch(api.url, data=json.dumps([subject("x")]), headers=headers)
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["sign_in"].startswith("/sign-in")
    assert api.read()["etag"] == state


def test_without_the_token_nothing_is_saved(api: DocumentClient) -> None:
    state = api.read()["etag"]
    headers = {"If-Match": state, "Content-Type": "application/json-patch+json", **JSON}
    refused = api.client.patch(api.url, data=json.dumps([subject("x")]), headers=headers, csrf=False)
    # The script fetches a new token and tries again, so it must be able to tell.
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["error"] == "csrf"
    assert api.read()["etag"] == state


def test_what_is_not_there_is_not_found(editor_client: SignedIn) -> None:
    nothing = DocumentClient(editor_client, 4711)
    assert editor_client.get(nothing.url, headers=JSON).status_code == 404
    assert nothing.save(subject("x"), state="1.0").status_code == 404
