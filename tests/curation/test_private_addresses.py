"""Whatever way a private address comes in, not one connection is made to it."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from newsletter.curation.add import add_text
from newsletter.curation.edit import edit_entry
from newsletter.curation.email_in.take_mail import take_mail
from newsletter.curation.feeds.add import add_feed, import_opml
from newsletter.curation.fetch_next import FetchContext
from newsletter.curation.models import Via
from newsletter.curation.place import place_entries
from newsletter.curation.suggest import read_link, suggest_link
from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from tests.curation.conftest import ANA, fetch_all
from tests.servers.site import Answer, Site, article

RSS = {"Content-Type": "application/rss+xml"}
Way = Callable[[Session, Publication, Issue, Site, str], None]


def pasted(session: Session, publication: Publication, issue: Issue, site: Site, inside: str) -> None:
    add_text(session, publication, inside, via=Via.PASTE, actor=ANA)


def redirected(session: Session, publication: Publication, issue: Issue, site: Site, inside: str) -> None:
    site.pages["/a"] = Answer(b"", 302, {"Location": inside})
    add_text(session, publication, site.url("/a"), via=Via.CLIP, actor=ANA)


def fed(session: Session, publication: Publication, issue: Issue, site: Site, inside: str) -> None:
    add_feed(session, publication, inside, actor=ANA)


def an_item_of_a_feed(
    session: Session, publication: Publication, issue: Issue, site: Site, inside: str
) -> None:
    enclosure = f'<enclosure url="{inside}" type="image/jpeg" length="1"/>'
    item = f"<item><title>A</title><link>{inside}</link>{enclosure}</item>"
    site.pages["/feed"] = Answer(f"<rss><channel>{item}</channel></rss>".encode(), 200, RSS)
    add_feed(session, publication, site.url("/feed"), actor=ANA)


def the_feed_of_a_page(
    session: Session, publication: Publication, issue: Issue, site: Site, inside: str
) -> None:
    link = f'<link rel="alternate" type="application/rss+xml" href="{inside}">'
    site.pages["/"] = Answer(f"<html><head>{link}</head></html>".encode(), 200, {"Content-Type": "text/html"})
    add_feed(session, publication, site.url("/"), actor=ANA)


def in_a_list_of_feeds(
    session: Session, publication: Publication, issue: Issue, site: Site, inside: str
) -> None:
    outline = f'<outline type="rss" text="A" xmlUrl="{inside}"/>'
    import_opml(session, publication, f"<opml><body>{outline}</body></opml>".encode(), actor=ANA)


def suggested(session: Session, publication: Publication, issue: Issue, site: Site, inside: str) -> None:
    publication.suggestions = True
    suggest_link(session, publication, read_link(inside))


def mailed(session: Session, publication: Publication, issue: Issue, site: Site, inside: str) -> None:
    mail = f'Content-Type: text/html\n\n<a href="{inside}">A</a><img src="{inside}">'.encode()
    take_mail(session, publication, mail, envelope_sender="ana@press.example", own_url="https://news.example")


def the_picture_of_a_page(
    session: Session, publication: Publication, issue: Issue, site: Site, inside: str
) -> None:
    site.pages["/a"] = article("The ferry is back", image=inside)
    [entry] = add_text(session, publication, site.url("/a"), via=Via.PASTE, actor=ANA)
    edit_entry(session, entry.id, {"image_url": inside}, edits=0)
    place_entries(session, [entry.id], issue.id, "digest", author=ANA)


def a_link_of_a_draft(
    session: Session, publication: Publication, issue: Issue, site: Site, inside: str
) -> None:
    [entry] = add_text(session, publication, inside, via=Via.PASTE, actor=ANA)
    place_entries(session, [entry.id], issue.id, "digest", author=ANA)


WAYS: tuple[Way, ...] = (
    *(suggested, mailed, pasted, redirected, fed, an_item_of_a_feed, the_feed_of_a_page, in_a_list_of_feeds),
    *(the_picture_of_a_page, a_link_of_a_draft),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nobody_is_asked_inside(
    session: Session, publication: Publication, issue: Issue, site: Site, fetching: FetchContext, way: Way
) -> None:
    with Site() as inside:
        way(session, publication, issue, site, inside.url("/secret"))
        session.commit()
        assert fetch_all(fetching) > 0
        assert inside.requests == []
