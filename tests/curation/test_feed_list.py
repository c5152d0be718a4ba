"""The feeds of a publication: added, imported, removed and added again."""

import pytest
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing, Refused
from newsletter.curation.feeds.add import add_feed, import_opml
from newsletter.curation.feeds.find import find_feed, list_feeds, remove_feed
from newsletter.publications.models import Publication
from tests.curation.conftest import ANA


def test_feeds_are_imported_listed_removed_and_added_again(
    session: Session, publication: Publication
) -> None:
    outlines = "".join(
        f'<outline type="rss" text="Feed {n}" xmlUrl="https://a.example/{n}"/>' for n in range(3)
    )
    outlines += '<outline type="rss" text="Bad" xmlUrl="javascript:alert(1)"/>'
    opml = f'<opml version="2.0"><head/><body><outline text="News">{outlines}</outline></body></opml>'
    result = import_opml(session, publication, opml.encode(), actor=ANA)
    assert ([feed.title for feed in result.added], result.known) == (["Feed 0", "Feed 1", "Feed 2"], 0)
    assert import_opml(session, publication, opml.encode(), actor=ANA).known == 3
    assert len(list_feeds(session, publication.id)) == 3
    first = result.added[0]
    remove_feed(session, first.id, actor=ANA)
    assert len(list_feeds(session, publication.id)) == 2
    with pytest.raises(Missing):
        find_feed(session, first.id)
    assert add_feed(session, publication, "https://a.example/0", actor=ANA).id == first.id
    assert len(list_feeds(session, publication.id)) == 3
    with pytest.raises(Refused):
        import_opml(session, publication, b"not opml", actor=ANA)
    for url in (
        "",
        "hello",
        "javascript:alert(1)",
        "https://a.example/ https://b.example/",
        "file:///etc/passwd",
    ):
        with pytest.raises(Refused):
            add_feed(session, publication, url, actor=ANA)
