"""The list of mailings."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from tests.databases import both_databases
from tests.factories import make_issue, make_subscription
from tests.web.admin.mailings.ledger import READERS, half_way, read
from tests.web.signed_in import SignedIn


class TestList:
    @both_databases
    def test_is_empty_before_the_first(self, admin_client: SignedIn, publication: Publication) -> None:
        page = read(admin_client, "/admin/p/morning/mailings")
        assert "No mailings yet" in page
        assert "/admin/p/morning/issues" in page

    @both_databases
    def test_says_title_state_zone_and_counts(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        page = read(admin_client, "/admin/p/morning/mailings")
        assert "Issue one" in page
        assert "Sending" in page
        assert "Europe/Rome" in page
        assert '<td class="number nums" data-label="Sent">2</td>' in page
        assert f'data-label="Recipients">{READERS}</td>' in page

    @both_databases
    def test_pages_through_all_of_them(
        self, admin_client: SignedIn, session: Session, publication: Publication, links: Links
    ) -> None:
        make_subscription(session, publication, "reader@readers.example")
        for n in range(27):
            schedule(session, make_issue(session, publication, f"n{n}"), None, links, actor="test")
        session.commit()
        first = read(admin_client, "/admin/p/morning/mailings")
        last = min(session.scalars(select(Mailing.id).order_by(Mailing.id.desc()).limit(25)))
        second = read(admin_client, f"/admin/p/morning/mailings?before={last}")
        assert f"before={last}" in first
        assert first.count("row-link") == 25
        assert second.count("row-link") == 2
        assert "No older mailings" in read(admin_client, "/admin/p/morning/mailings?before=1")

    def test_is_in_the_rail(self, admin_client: SignedIn, mailing_id: int) -> None:
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert 'href="/admin/p/morning/mailings" aria-current="page"' in page
