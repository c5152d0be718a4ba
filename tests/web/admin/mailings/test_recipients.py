"""Who a mailing is for: found, paged, exported."""

from collections.abc import Iterable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.mailings.models import Delivery
from newsletter.mailings.recipients import every_recipient, recipients
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.subscribers.models import Subscription
from tests.databases import both_databases
from tests.factories import make_subscription
from tests.web.admin.mailings.ledger import READERS, XSS, cells, half_way, read, shown
from tests.web.signed_in import SignedIn


class TestRecipients:
    @both_databases
    @pytest.mark.parametrize(
        ("outcome", "numbers"),
        [
            ("pending", [7, 8]),
            ("in_flight", [5, 6]),
            ("sent", [1, 2]),
            ("rejected", [3]),
            ("retry", []),
            ("unanswered", [4]),
            ("", range(1, READERS + 1)),
            ("nonsense", range(1, READERS + 1)),
        ],
    )
    def test_are_found_by_outcome(
        self,
        admin_client: SignedIn,
        session: Session,
        mailing_id: int,
        outcome: str,
        numbers: Iterable[int],
    ) -> None:
        half_way(session, mailing_id)
        page = read(admin_client, f"/admin/mailings/{mailing_id}?outcome={outcome}")
        assert shown(page) == [f"reader{n}@readers.example" for n in numbers]

    def test_are_found_by_the_beginning_of_the_address(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        url = f"/admin/mailings/{mailing_id}"
        assert shown(read(admin_client, f"{url}?q=%20READER3")) == ["reader3@readers.example"]
        for nobody in ("eader", "%25", "reader_", "%00reader9", "'", "\\"):
            page = read(admin_client, f"{url}?q={nobody}")
            assert shown(page) == []
            assert "Nobody matches" in page

    @both_databases
    def test_are_paged_in_both_directions(self, session: Session, mailing_id: int) -> None:
        forward, after = [], 0
        while True:
            page = recipients(session, mailing_id, after=after, limit=3)
            forward.append([one.email for one in page.rows])
            assert page.earlier == (after > 0)
            if not page.later:
                break
            after = page.rows[-1].subscriber_id
        assert [len(rows) for rows in forward] == [3, 3, 2]
        back = recipients(session, mailing_id, before=page.rows[0].subscriber_id, limit=3)
        assert [one.email for one in back.rows] == forward[1]
        assert back.earlier
        assert back.later
        first = recipients(session, mailing_id, before=back.rows[0].subscriber_id, limit=3)
        assert not first.earlier

    @both_databases
    def test_are_escaped(
        self,
        admin_client: SignedIn,
        session: Session,
        publication: Publication,
        runtime: Runtime,
        scheduled: int,
    ) -> None:
        reader = make_subscription(session, publication, "x@readers.example", name=XSS)
        reader.subscriber.email = f'"{XSS}"@readers.example'
        session.commit()
        assert freeze(runtime.sessions, scheduled, runtime.links)
        page = read(admin_client, f"/admin/mailings/{scheduled}?q={XSS}")
        assert XSS not in page
        page = read(admin_client, f"/admin/mailings/{scheduled}")
        assert XSS not in page
        assert page.count("&lt;script&gt;alert(1)") == 2

    @both_databases
    def test_show_no_address_of_the_erased(
        self, admin_client: SignedIn, session: Session, readers: list[Subscription], mailing_id: int
    ) -> None:
        person = session.get_one(Subscription, readers[0].id).subscriber
        person.email = person.email_key = person.address_hash = None
        session.commit()
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "reader1@" not in page
        assert "erased" in page


class TestExport:
    def test_holds_everybody(self, admin_client: SignedIn, session: Session, mailing_id: int) -> None:
        half_way(session, mailing_id)
        answer = admin_client.post(f"/admin/mailings/{mailing_id}/recipients.csv")
        assert answer.mimetype == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.text.count("\r\n") == READERS + 1
        header, *rows = cells(answer.text)
        assert header == ["email", "name", "outcome", "reason", "code", "enhanced", "at"]
        assert rows[2][:6] == [
            *("reader3@readers.example", "Reader 3", "rejected", "no_such_user", "550", "5.1.1"),
        ]
        assert [row[2] for row in rows].count("in_flight") == 2

    def test_is_written_down(self, admin_client: SignedIn, session: Session, mailing_id: int) -> None:
        url = f"/admin/mailings/{mailing_id}/recipients.csv"
        assert admin_client.get(url).status_code == 405
        admin_client.post(f"{url}?outcome=sent&q=reader2")
        taken = select(AuditEntry).where(AuditEntry.action == "mailing.recipients_exported")
        entry = session.scalars(taken).one()
        assert (entry.actor, entry.subject_id, entry.ip) == ("olga@press.example", mailing_id, "127.0.0.1")
        assert entry.detail == {"outcome": "sent", "searched": True}

    @both_databases
    def test_holds_what_the_filter_shows(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        answer = admin_client.post(f"/admin/mailings/{mailing_id}/recipients.csv?outcome=sent&q=reader2")
        assert [row[0] for row in cells(answer.text)[1:]] == ["reader2@readers.example"]

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", 'a "b", c\r\nd'])
    def test_disarms_formulas_and_keeps_the_rest(
        self, admin_client: SignedIn, session: Session, mailing_id: int, name: str
    ) -> None:
        delivery = session.get_one(Delivery, (mailing_id, 1))
        session.get_one(Subscription, delivery.subscription_id).subscriber.name = name
        session.commit()
        row = cells(admin_client.post(f"/admin/mailings/{mailing_id}/recipients.csv?q=reader1").text)[1]
        assert row[1] == (name if name.startswith("a") else f"'{name}")

    def test_is_read_a_piece_at_a_time(self, session: Session, mailing_id: int) -> None:
        found = [one.email for one in every_recipient(session, mailing_id, chunk=3)]
        assert found == [f"reader{n}@readers.example" for n in range(1, READERS + 1)]
