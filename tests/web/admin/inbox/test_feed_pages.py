"""The page of feeds: add, import, poll, remove, download."""

from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.curation.models import Feed
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.signed_in import SignedIn

FEEDS = "/admin/p/morning/inbox/feeds"
OPML = (
    b'<opml version="2.0"><body><outline type="rss" text="Post" xmlUrl="https://post.example/feed"/>'
    b'<outline type="rss" text="Radio" xmlUrl="https://radio.example/feed"/></body></opml>'
)


def listed(session: Session) -> list[Feed]:
    session.expire_all()
    found = list(session.scalars(select(Feed).where(Feed.removed_at.is_(None)).order_by(Feed.id)))
    session.rollback()
    return found


@both_databases
def test_a_feed_is_added_polled_and_removed(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    assert "No feeds yet" in editor_client.get(FEEDS).text
    assert editor_client.post(FEEDS, data={"url": "https://post.example/feed"}).location == FEEDS
    [feed] = listed(session)
    page = editor_client.get(FEEDS).text
    assert "https://post.example/feed" in page
    assert "Waiting" in page
    feed.next_poll_at, feed.failures, feed.problem = None, 10, "Its server answers with status 404."
    session.add(feed)
    session.commit()
    page = editor_client.get(FEEDS).text
    assert "Stopped" in page
    assert "Its server answers with status 404." in page
    assert "1 feed has stopped" in editor_client.get("/admin/p/morning/inbox").text
    editor_client.post(f"/admin/feeds/{feed.id}/poll")
    [feed] = listed(session)
    assert (feed.failures, feed.next_poll_at is None) == (0, False)
    editor_client.post(f"/admin/feeds/{feed.id}/remove")
    assert listed(session) == []
    assert editor_client.post(f"/admin/feeds/{feed.id}/poll").status_code == 404


def test_feeds_come_from_another_reader_and_go_there(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    file = {"file": (BytesIO(OPML), "feeds.opml")}
    assert editor_client.post(f"{FEEDS}/import", data=file).status_code == 303
    assert [feed.title for feed in listed(session)] == ["Post", "Radio"]
    sent = editor_client.get(f"{FEEDS}.opml")
    assert sent.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    assert 'xmlUrl="https://radio.example/feed"' in sent.text


def test_feeds_without_a_usable_address_are_counted(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    no_use = OPML.replace(b"https://post.example/feed", b"https://post.example/a feed")
    editor_client.post(f"{FEEDS}/import", data={"file": (BytesIO(no_use), "feeds.opml")})
    page = editor_client.get(FEEDS).text
    assert "1 feed was added." in page
    assert "1 feed was skipped" in page


def test_what_is_no_feed_or_no_opml_is_said(editor_client: SignedIn, publication: Publication) -> None:
    page = editor_client.post(FEEDS, data={"url": "javascript:alert(1)"})
    assert (page.status_code, "Enter the address of a feed" in page.text) == (400, True)
    assert "javascript:alert(1)" in page.text
    page = editor_client.post(f"{FEEDS}/import", data={"file": (BytesIO(b"hello"), "x.txt")})
    assert (page.status_code, "This file is not OPML." in page.text) == (400, True)
    assert "Choose an OPML file." in editor_client.post(f"{FEEDS}/import").text
