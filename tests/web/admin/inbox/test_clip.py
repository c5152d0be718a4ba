"""The bookmarklet and its window."""

from html import unescape
from urllib.parse import unquote

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.curation.models import Entry, Via
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.signed_in import SignedIn

CLIP = "/admin/p/morning/inbox/clip"


@both_databases
def test_a_page_is_added_with_a_note_by_a_button(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    shown = editor_client.get(
        CLIP, query_string={"url": "https://post.example/a?x=1&y=2", "note": "<b>Quote"}
    )
    assert 'value="https://post.example/a?x=1&amp;y=2"' in shown.text
    assert "&lt;b&gt;Quote" in shown.text
    assert session.scalars(select(Entry)).all() == []
    session.rollback()
    added = editor_client.post(CLIP, data={"url": "https://post.example/a?x=1&y=2", "note": "A quote"})
    assert (added.status_code, "You can close this window." in added.text) == (200, True)
    [entry] = session.scalars(select(Entry)).all()
    assert (entry.url, entry.note, entry.via) == ("https://post.example/a?x=1&y=2", "A quote", Via.CLIP)


def test_what_is_no_link_stays_in_the_window(editor_client: SignedIn, publication: Publication) -> None:
    page = editor_client.post(CLIP, data={"url": "javascript:alert(1)", "note": "Kept"})
    assert (page.status_code, "There is no link in this text." in page.text) == (400, True)
    assert "Kept" in page.text


def test_the_bookmarklet_leads_to_the_window(editor_client: SignedIn, publication: Publication) -> None:
    page = editor_client.get("/admin/p/morning/inbox").text
    address = page.partition('href="javascript:')[2].partition('"')[0]
    script = unescape(unquote(address))
    assert script.startswith(
        "(()=>{open('http://localhost/admin/p/morning/inbox/clip?url='+encodeURIComponent("
    )
