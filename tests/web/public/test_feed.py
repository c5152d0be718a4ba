"""What programs read of the archive: the feed, the site map and robots.txt."""

from datetime import datetime, timedelta
from uuid import UUID

from flask.testing import FlaskClient
from lxml import etree, html
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.public.published import FRIDAY, found, publish

ATOM = "{http://www.w3.org/2005/Atom}"
SITE_MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_feed_is_valid_and_full(
    client: FlaskClient, session: Session, weekly: Publication, links: Links
) -> None:
    """What RFC 4287 §4.1 demands of a feed and its entries."""
    for number in range(22):
        publish(
            session,
            weekly,
            f"n{number}",
            FRIDAY + timedelta(days=number),
            title=f"<b> & “{number}” \ufffe",
            sections=(BLOCKS["links"].example(),),
        )
    answer = client.get("/archive/weekly/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = etree.fromstring(answer.data)
    assert feed.findtext(f"{ATOM}id") == weekly.feed_id
    assert UUID(weekly.feed_id).urn == weekly.feed_id
    assert feed.findtext(f"{ATOM}subtitle") == "Three stories & a mill."
    assert feed.find(f"{ATOM}author/{ATOM}name").text == "The Weekly"
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == links.feed("weekly")
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 20
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 20
    assert all(UUID(entry_id).urn == entry_id for entry_id in ids)
    pages = [entry.find(f"{ATOM}link").get("href") for entry in entries]
    assert pages == [links.issue("weekly", f"n{number}") for number in range(21, 1, -1)]
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    for entry in entries:
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo is not None
        assert entry.findtext(f"{ATOM}title").startswith("<b> & “")
        content = html.fragment_fromstring(entry.findtext(f"{ATOM}content"), create_parent="div")
        assert "The Harbour Post" in content.text_content()
        assert all(url.startswith("http") for url in found(content, ".//@href | .//@src"))


def test_an_empty_feed_is_valid(client: FlaskClient, weekly: Publication) -> None:
    feed = etree.fromstring(client.get("/archive/weekly/feed.atom").data)
    assert feed.findall(f"{ATOM}entry") == []
    assert datetime.fromisoformat(feed.findtext(f"{ATOM}updated"))


@both_databases
def test_the_site_map_has_what_is_published_and_nothing_else(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly)
    save_document(session, weekly, Document(title="A draft", slug="draft"))
    session.commit()
    tree = etree.fromstring(client.get("/sitemap.xml").data)
    pages = {url.findtext(f"{SITE_MAP}loc"): url.findtext(f"{SITE_MAP}lastmod") for url in tree}
    assert pages == {
        "http://localhost/archive/weekly/": None,
        "http://localhost/archive/weekly/one": "2026-05-15",
    }
    for url in pages:
        assert client.get(url).status_code == 200


def test_robots_find_the_site_map(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text
