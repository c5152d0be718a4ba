"""The pages of the inbox: paste, filter, choose, place, undo, edit."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.curation.add import add_text
from newsletter.curation.edit import edit_entry
from newsletter.curation.models import Entry, EntryState, Via
from newsletter.curation.suggest import suggest_link
from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.pages.page import Trouble
from newsletter.publications.models import Publication
from tests.curation.conftest import DRAFT
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.signed_in import SignedIn

INBOX = "/admin/p/morning/inbox"


@pytest.fixture
def entries(session: Session, publication: Publication) -> list[int]:
    """Three that wait, oldest first: two were read, one is behind a paywall."""
    text = " ".join(f"https://post.example/{n}" for n in (1, 2, 3))
    added = add_text(session, publication, text, via=Via.PASTE, actor="ana@press.example")
    for entry in added:
        entry.state, entry.fetch_after = EntryState.READY, None
        edit_entry(session, entry.id, {"headline": f"Story {entry.id}", "outlet": "The Post"}, edits=0)
    added[2].state, added[2].trouble = EntryState.TROUBLE, Trouble.PAYWALL
    session.commit()
    return [entry.id for entry in added]


@pytest.fixture
def issue_id(session: Session, publication: Publication) -> int:
    made = save_document(session, publication, loads(DRAFT), author="ana@press.example").issue.id
    session.commit()
    return made


def state(session: Session, entry_id: int) -> EntryState:
    session.expire_all()
    found = session.scalars(select(Entry.state).where(Entry.id == entry_id)).one()
    session.rollback()
    return found


@both_databases
def test_links_are_pasted_and_shown_as_fetching(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    page = editor_client.get(INBOX)
    assert "Nothing collected yet" in page.text
    sent = editor_client.post(
        INBOX, data={"links": "See https://post.example/a?utm_source=x and www.b.example/c"}
    )
    assert (sent.status_code, sent.location) == (303, INBOX)
    page = editor_client.get(INBOX)
    assert "2 links are in the inbox." in page.text
    assert page.text.count("Fetching…") == 2
    assert 'hx-trigger="every 2s"' in page.text
    assert session.scalars(select(Entry.via)).all() == [Via.PASTE] * 2


def test_a_text_without_links_stays_in_the_box(editor_client: SignedIn, publication: Publication) -> None:
    page = editor_client.post(INBOX, data={"links": "Just <b>words"})
    assert page.status_code == 400
    assert "There is no link in this text." in page.text
    assert "Just &lt;b&gt;words" in page.text


def test_the_list_says_what_is_the_matter_and_is_filtered(
    editor_client: SignedIn, entries: list[int]
) -> None:
    page = editor_client.get(INBOX).text
    assert "This page is behind a paywall." in page
    assert page.index(f"Story {entries[2]}") < page.index(f"Story {entries[0]}")
    found = editor_client.get(f"{INBOX}?q=story+{entries[1]}&outlet=The+Post").text
    assert f"Story {entries[1]}" in found
    assert f"Story {entries[0]}" not in found
    nothing = editor_client.get(f"{INBOX}?q=zebra&outlet=Gone+Post").text
    assert "Nothing here." in nothing
    assert "Gone Post</option>" in nothing  # the list shows what is filtered by


def test_days_are_written_in_the_language_of_the_page(
    editor_client: SignedIn, session: Session, entries: list[int]
) -> None:
    for entry_id, published in zip(entries, ("2026-05-06", "2026-05-07T23:30:00-05:00", ""), strict=True):
        session.get_one(Entry, entry_id).published = published
    session.commit()
    page = editor_client.get(INBOX).text
    assert re.findall(r'<span class="nums">([^<]+)</span>', page) == ["7 May 2026", "6 May 2026"]


def test_chosen_entries_are_placed_in_an_issue(
    editor_client: SignedIn, session: Session, entries: list[int], issue_id: int
) -> None:
    assert f'value="{issue_id}:digest"' in editor_client.get(INBOX).text
    sent = editor_client.post(f"{INBOX}/place", data={"entry": entries[:2], "target": f"{issue_id}:digest"})
    assert sent.status_code == 303
    assert "2 entries were placed." in editor_client.get(INBOX).text
    assert state(session, entries[0]) is EntryState.USED
    again = editor_client.post(f"{INBOX}/place", data={"entry": entries[0], "target": f"{issue_id}:digest"})
    assert again.status_code == 303
    assert "is already in an issue" in editor_client.get(INBOX).text
    used = editor_client.get(f"{INBOX}?shelf=used").text
    assert "See the issue" in used
    document = session.scalars(select(Issue)).one().revisions[-1].document
    assert [f"Story {n}" in document for n in entries] == [True, True, False]


@pytest.mark.parametrize("target", ["", "1", "x:y", "999999:digest"])
def test_a_place_that_is_not_there_is_said(
    editor_client: SignedIn, session: Session, entries: list[int], target: str
) -> None:
    editor_client.post(f"{INBOX}/place", data={"entry": entries[0], "target": target})
    assert 'class="notice notice-error"' in editor_client.get(INBOX).text
    assert state(session, entries[0]) is EntryState.READY


def test_a_discard_can_be_undone(editor_client: SignedIn, session: Session, entries: list[int]) -> None:
    sent = editor_client.post(f"{INBOX}/discard", data={"entry": entries[:2]})
    assert state(session, entries[0]) is EntryState.DISCARDED
    page = editor_client.get(sent.location).text
    assert "2 entries were discarded." in page
    undo = re.findall(r'name="entry" value="(\d+)"', page.partition("Undo")[0])
    assert list(map(int, undo)) == entries[:2]
    editor_client.post(f"{INBOX}/restore", data={"entry": undo})
    assert state(session, entries[0]) is EntryState.READY
    assert (
        "Choose at least one entry first."
        in editor_client.post(f"{INBOX}/discard", data={}, follow_redirects=True).text
    )


def test_snoozed_entries_come_back_in_the_morning(
    editor_client: SignedIn, session: Session, entries: list[int]
) -> None:
    editor_client.post(f"{INBOX}/snooze", data={"entry": entries[0], "until": "tomorrow"})
    until = session.scalars(select(Entry.snoozed_until).where(Entry.id == entries[0])).one()
    assert until is not None
    assert until.minute == 0
    session.rollback()
    assert f"Story {entries[0]}" in editor_client.get(f"{INBOX}?shelf=snoozed").text
    editor_client.post(f"{INBOX}/snooze", data={"entry": entries[0], "until": ""})
    assert f"Story {entries[0]}" not in editor_client.get(f"{INBOX}?shelf=snoozed").text


def test_an_entry_is_edited_and_conflicts_are_told(
    editor_client: SignedIn, session: Session, entries: list[int]
) -> None:
    url = f"/admin/inbox/{entries[0]}"
    assert "From the page" not in editor_client.get(url).text
    sent = editor_client.post(url, data={"edits": "1", "headline": "Better", "tags": "a, b"})
    assert sent.status_code == 303
    stale = editor_client.post(url, data={"edits": "1", "headline": "Mine <i>"})
    assert stale.status_code == 409
    assert "Someone else changed this entry" in stale.text
    assert "Mine &lt;i&gt;" in stale.text
    wrong = editor_client.post(url, data={"edits": "2", "published": "soon"})
    assert wrong.status_code == 400
    assert "Enter the date like 2026-11-27." in wrong.text
    assert session.get(Entry, entries[0]).headline == "Better"  # type: ignore[union-attr]


def test_a_page_is_tried_again_or_its_text_pasted(
    editor_client: SignedIn, session: Session, entries: list[int]
) -> None:
    url = f"/admin/inbox/{entries[2]}"
    editor_client.post(f"{url}/retry")
    assert state(session, entries[2]) is EntryState.FETCHING
    empty = editor_client.post(f"{url}/text", data={"text": " "})
    assert (empty.status_code, "Paste the text of the page." in empty.text) == (400, True)
    editor_client.post(f"{url}/text", data={"text": "A headline of theirs\nBy Tomas Arlen\nThe first boat."})
    assert state(session, entries[2]) is EntryState.READY
    assert "The first boat." in editor_client.get(url).text
    editor_client.post(f"{INBOX}/discard", data={"entry": entries[2]})
    refused = editor_client.post(f"{url}/retry", follow_redirects=True)
    assert "Put this entry back in the inbox" in refused.text
    assert editor_client.get("/admin/inbox/987654").status_code == 404


def test_another_publications_entries_are_out_of_reach(
    editor_client: SignedIn, session: Session, entries: list[int]
) -> None:
    make_publication(session, "other")
    session.commit()
    editor_client.post("/admin/p/other/inbox/discard", data={"entry": entries[0]})
    assert state(session, entries[0]) is EntryState.READY


def test_a_deleted_draft_gives_its_entries_back(
    editor_client: SignedIn, session: Session, entries: list[int], issue_id: int
) -> None:
    editor_client.post(f"{INBOX}/place", data={"entry": entries[0], "target": f"{issue_id}:digest"})
    editor_client.post(f"/admin/issues/{issue_id}/delete")
    assert state(session, entries[0]) is EntryState.READY


def test_suggestions_are_marked_and_found(
    editor_client: SignedIn, session: Session, publication: Publication, entries: list[int]
) -> None:
    publication.suggestions = True
    suggest_link(session, publication, "https://post.example/by-a-reader", name="Bo", email="bo@example.org")
    suggest_link(session, publication, "https://post.example/by-nobody")
    session.commit()
    page = editor_client.get(f"{INBOX}?via=suggestion").text
    assert "Suggested by Bo &lt;bo@example.org&gt;" in page
    assert "Suggested by a reader" in page
    assert page.count("data-entry") == 2
    assert editor_client.get(f"{INBOX}?via=paste").text.count("data-entry") == len(entries)
    assert editor_client.get(f"{INBOX}?via=nonsense").text.count("data-entry") == len(entries) + 2
