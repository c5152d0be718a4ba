"""The inbox beside the issue: what waits, and entries that become items in the save that has them."""

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.curation.add import add_urls
from newsletter.curation.discard import discard_entries
from newsletter.curation.models import Entry, EntryState, Via
from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from newsletter.web.admin.issues.change_body import WITH_ENTRIES_TYPE
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.admin.issues.conftest import JSON, DocumentClient, save_issue
from tests.web.signed_in import SignedIn

FERRY = "https://post.example/ferry"


@pytest.fixture
def ferry(session: Session, publication: Publication) -> Entry:
    """An entry whose page was read."""
    [entry] = add_urls(session, publication, [FERRY], via=Via.PASTE, actor="ana@press.example")
    entry.headline, entry.outlet, entry.description = "The ferry is *back*", "The Post", "At last, *it* is."
    entry.state, entry.fetch_after, entry.image_url = EntryState.READY, None, "https://post.example/ferry.jpg"
    entry.text = "The ferry came at noon."
    session.commit()
    return entry


def save(api: DocumentClient, *operations: Any, state: str = "", **entries: Any) -> TestResponse:
    """Save a change together with what becomes of entries."""
    given = {"If-Match": state or api.read()["etag"], "Content-Type": WITH_ENTRIES_TYPE, **JSON}
    return api.client.patch(api.url, data=json.dumps({"patch": operations} | entries), headers=given)


def add(item: Any) -> dict[str, Any]:
    return {"op": "add", "path": "/sections/1/items/-", "value": item}


def pane(api: DocumentClient, query: str = "") -> Any:
    answer = api.client.get(api.url.replace("/document", "/inbox") + query, headers=JSON)
    assert answer.status_code == 200
    return answer.json


def state_of(session: Session, entry: Entry) -> EntryState:
    session.rollback()
    session.refresh(entry)
    return entry.state


@both_databases
def test_an_entry_becomes_an_item_in_the_save_that_has_it_and_comes_back(
    api: DocumentClient, session: Session, issue: Issue, ferry: Entry
) -> None:
    [row] = pane(api)["entries"]
    assert (row["headline"], row["outlet"], row["is_fetching"]) == ("The ferry is *back*", "The Post", False)
    assert row["item"]["blurb"] == "At last, \\*it\\* is."
    assert save(api, add(row["item"]), use={ferry.id: "digest"}).status_code == 200
    shown = pane(api)
    assert shown["entries"] == []
    assert shown["used"] == [{"id": ferry.id, "links": [FERRY], "is_read": True, "is_complete": False}]
    assert api.read()["used"] == shown["used"]
    assert state_of(session, ferry) is EntryState.USED
    assert (ferry.issue_id, ferry.section_id, ferry.picture_wanted) == (issue.id, "digest", True)

    gone = {"op": "remove", "path": "/sections/1/items/1"}
    assert save(api, gone, give_back=[ferry.id]).status_code == 200
    assert state_of(session, ferry) is EntryState.READY
    assert [row["id"] for row in pane(api)["entries"]] == [ferry.id]


def test_of_two_who_place_one_entry_one_is_told_and_nothing_is_saved(
    api: DocumentClient, session: Session, publication: Publication, ferry: Entry
) -> None:
    item = pane(api)["entries"][0]["item"]
    other = DocumentClient(api.client, save_issue(session, publication, slug="week-two").id)
    session.commit()
    assert save(other, add(item), use={ferry.id: "digest"}).status_code == 200
    before = api.read()
    refused = save(api, add(item), use={ferry.id: "digest"})
    assert refused.status_code == 409
    assert refused.json == {
        "error": "not_waiting",
        "message": "“The ferry is *back*” is already in an issue.",
        "fields": {str(ferry.id): "“The ferry is *back*” is already in an issue."},
    }
    assert api.read() == before
    assert save(api, give_back=[ferry.id]).status_code == 200
    assert state_of(session, ferry) is EntryState.USED, "it was another issue's"

    stale = save(other, add(item), state="1.0", use={ferry.id: "digest"})
    assert (stale.status_code, [used["id"] for used in stale.json["used"]]) == (412, [ferry.id])  # type: ignore[index]


def test_a_link_that_is_still_fetched_is_read_although_it_is_used(
    api: DocumentClient, session: Session, publication: Publication
) -> None:
    links = ["https://a.example/1?utm_source=x", "https://a.example/2", "https://a.example/1"]
    url = api.url.replace("/document", "/inbox")
    answer = api.client.post(url, json={"urls": links}, headers=JSON)
    assert answer.json
    first, second, again = answer.json["entries"]
    assert (first["id"], first["item"]["url"]) == (again["id"], "https://a.example/1")
    assert (second["is_fetching"], second["item"]["headline"]) == (True, "")
    save(api, add(second["item"]), use={second["id"]: "digest"})
    [used] = pane(api)["used"]
    assert (used["is_read"], used["is_complete"]) == (False, False)
    assert session.get_one(Entry, second["id"], populate_existing=True).fetch_after is not None
    save(api, give_back=[second["id"]])
    session.rollback()
    given_back = session.get_one(Entry, second["id"], populate_existing=True)
    assert given_back.state is EntryState.FETCHING


def test_one_entry_with_the_text_of_its_page(
    api: DocumentClient, session: Session, publication: Publication, ferry: Entry
) -> None:
    url = api.url.replace("/document", f"/inbox/{ferry.id}")
    shown = api.client.get(url, headers=JSON).json
    assert shown
    assert (shown["text"], shown["unusable"]) == ("The ferry came at noon.", "")
    discard_entries(session, publication.id, [ferry.id])
    session.commit()
    shown = api.client.get(url, headers=JSON).json
    assert shown
    assert shown["unusable"] == "“The ferry is *back*” was discarded."
    assert api.client.get(url + "9", headers=JSON).status_code == 404
    ferry.publication_id = make_publication(session, slug="elsewhere").id
    session.commit()
    assert api.client.get(url, headers=JSON).status_code == 404


def test_what_waits_is_searched_and_comes_in_pages(
    api: DocumentClient, session: Session, publication: Publication, ferry: Entry
) -> None:
    links = [f"https://many.example/{number}" for number in range(31)]
    add_urls(session, publication, links, via=Via.PASTE, actor="ana@press.example")
    session.commit()
    first = pane(api)
    assert (len(first["entries"]), first["older"]) == (30, True)
    rest = pane(api, f"?before={first['entries'][-1]['id']}")
    assert [row["url"] for row in rest["entries"]] == ["https://many.example/0", FERRY]
    assert [row["url"] for row in pane(api, "?q=FERRY+post")["entries"]] == [FERRY]


@pytest.mark.parametrize(
    "body",
    [
        '{"patch": {}}',
        "[]",
        '{"patch": [], "use": []}',
        '{"patch": [], "use": {"x": "digest"}}',
        '{"patch": [], "use": {"1": 2}}',
        '{"patch": [], "give_back": ["-1"]}',
        '{"patch": [], "give_back": 1}',
        "{",
    ],
)
def test_a_change_that_makes_no_sense_is_refused(api: DocumentClient, body: str) -> None:
    headers = {"If-Match": api.read()["etag"], "Content-Type": WITH_ENTRIES_TYPE, **JSON}
    answer = api.client.patch(api.url, data=body, headers=headers)
    assert (answer.status_code, json.loads(answer.text)["fields"]) == (400, {})


@pytest.mark.parametrize("urls", [[], ["javascript:x"], [7], "https://a.example", [FERRY] * 101])
def test_links_that_are_none_are_refused(editor_client: SignedIn, issue: Issue, urls: Any) -> None:
    url = f"/admin/issues/{issue.id}/inbox"
    assert editor_client.post(url, json={"urls": urls}, headers=JSON).status_code == 400
