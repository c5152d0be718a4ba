"""The links of a mailing on its page, and as a file."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.publications.models import Publication, TrackingMode
from newsletter.redirects.models import MailingLink
from newsletter.redirects.record import add_links
from newsletter.tracking.fold import fold
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import EventKind
from tests.databases import both_databases
from tests.web.admin.mailings.ledger import read
from tests.web.signed_in import SignedIn


@both_databases
def test_links_and_their_clicks_are_shown_where_they_are_counted(
    editor_client: SignedIn, session: Session, publication: Publication, scheduled: int
) -> None:
    url = f"/admin/mailings/{scheduled}"
    assert "links.csv" not in read(editor_client, url)
    publication.tracking = TrackingMode.AGGREGATE
    session.commit()
    assert "No link of this mailing is counted." in read(editor_client, url)
    urls = ("https://tide.example/?a=1&b=2", "https://ports.example/")
    add_links(session, scheduled, {each: each for each in urls})
    link_id = session.scalars(select(func.min(MailingLink.id))).one()
    hits = [
        Hit(str(n), EventKind.CLICK, scheduled, link_id, 0, clock.now(), agent=agent)
        for n, agent in enumerate(["Firefox/140", "Firefox/141", "curl/8"])
    ]
    fold(session, hits)
    session.commit()
    page = read(editor_client, url)
    assert "2 clicks by people" in page
    assert "https://tide.example/?a=1&amp;b=2" in page
    lines = editor_client.post(f"{url}/links.csv").text.splitlines()
    assert lines[1:] == [
        "https://tide.example/?a=1&b=2,https://tide.example/?a=1&b=2,2,0,1",
        "https://ports.example/,https://ports.example/,0,0,0",
    ]
