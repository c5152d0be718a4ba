"""The page one watches a mailing on: what it counts and what it says."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.mailings import counts
from newsletter.mailings.models import Control, Delivery, Exclusion, Mailing, MailingState, Outcome
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.admin.mailings.ledger import READERS, XSS, fly, half_way, read, settle
from tests.web.signed_in import SignedIn


class TestPage:
    def test_shows_the_equation(self, admin_client: SignedIn, session: Session, mailing_id: int) -> None:
        half_way(session, mailing_id)
        answer = admin_client.get(f"/admin/mailings/{mailing_id}.json")
        counts = answer.json
        assert counts is not None
        terms = ("pending", "in_flight", "sent", "rejected", "retry", "unanswered")
        assert [counts[name] for name in terms] == [2, 2, 2, 1, 0, 1]
        assert counts["candidates"] == READERS == sum(counts[name] for name in terms)
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        rows = [row for row in page.split("<tr")[1:] if "outcome=" in row and "mailing-reason" not in row]
        people = [int(row.rsplit('<td class="number nums">', 1)[1].split("<")[0]) for row in rows]
        assert sum(people[:5]) == READERS
        assert 'value="4"' in page
        assert f'max="{READERS}"' in page
        assert "do not add up" not in page
        assert "style=" not in page

    def test_tells_exclusions_and_rejections_by_reason(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        mailing = session.get_one(Mailing, mailing_id)
        mailing.candidates += 3
        counts.change(session, mailing_id, {(Outcome.EXCLUDED, Exclusion.PAUSED.value): 3})
        session.commit()
        page = read(admin_client, f"/admin/mailings/{mailing_id}/live")
        assert "subscription paused" in page
        assert "no such mailbox" in page

    def test_says_when_the_counts_do_not_add_up(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        session.get_one(Mailing, mailing_id).candidates += 1
        session.commit()
        assert "do not add up" in read(admin_client, f"/admin/mailings/{mailing_id}")

    def test_lists_errors_by_code(self, admin_client: SignedIn, session: Session, mailing_id: int) -> None:
        assert "Errors by code" not in read(admin_client, f"/admin/mailings/{mailing_id}")
        half_way(session, mailing_id)
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "Errors by code" in page
        assert "<bdi>550 5.1.1</bdi>" in page
        assert "no reply" in page

    def test_says_why_it_waits_and_escapes_it(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        mailing = session.get_one(Mailing, mailing_id)
        mailing.control, mailing.held_reason = Control.PAUSE, f"The relay said {XSS}"
        session.commit()
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "Needs attention" in page
        assert "Resume sending" in page
        assert "The relay said &lt;script&gt;" in page
        assert XSS not in page

    @both_databases
    def test_tells_rate_and_time_left(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        mailing = session.get_one(Mailing, mailing_id)
        mailing.started_at = clock.now() - timedelta(seconds=240)
        session.commit()
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "1 a minute on average" in page
        assert "about 4 minutes left" in page

    @both_databases
    def test_the_bar_is_of_those_who_are_written_to(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        mailing = session.get_one(Mailing, mailing_id)
        mailing.candidates += 3
        counts.change(session, mailing_id, {(Outcome.EXCLUDED, Exclusion.PAUSED.value): 3})
        session.commit()
        for path in (f"/admin/mailings/{mailing_id}", "/admin/p/morning"):
            bar = read(admin_client, path).split("<progress")[1].split("</progress>")[0]
            assert 'value="0"' in bar
            assert f'max="{READERS}"' in bar

    def test_without_anybody_to_write_to_there_is_no_bar(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        mailing = session.get_one(Mailing, mailing_id)
        mailing.next_seq = mailing.members + 1
        counts.change(session, mailing_id, {(Outcome.EXCLUDED, Exclusion.PAUSED.value): READERS})
        session.commit()
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "<progress" not in page
        assert "do not add up" not in page

    @both_databases
    def test_says_why_nothing_leaves_and_until_when(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        mailing = session.get_one(Mailing, mailing_id)
        mailing.started_at = clock.now() - timedelta(seconds=240)
        mailing.waiting_for = f"The relay is busy {XSS}."
        session.commit()
        url = f"/admin/mailings/{mailing_id}"
        page = read(admin_client, url)
        assert "Nothing is being sent right now:" in page
        assert "Next try" not in page
        assert "about 4 minutes left" not in page
        assert XSS not in page
        session.get_one(Mailing, mailing_id).not_before = clock.now() + timedelta(minutes=4)
        session.commit()
        assert "Next try in 4 minutes." in read(admin_client, f"{url}/live")
        told = admin_client.get(f"{url}.json").get_json()
        assert told["waiting_for"] == f"The relay is busy {XSS}."
        assert told["not_before"].endswith("+00:00")
        session.get_one(Mailing, mailing_id).not_before = clock.now() - timedelta(seconds=1)
        session.commit()
        assert "Nothing is being sent" not in read(admin_client, url), "it goes again"

    def test_tells_no_average_once_it_went_on_after_its_end(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        mailing = session.get_one(Mailing, mailing_id)
        mailing.started_at = clock.now() - timedelta(days=3)
        audit.record(session, "mailing.finished", "mailing", mailing_id, actor="system")
        session.commit()
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "on average" not in page
        assert " left<" not in page
        mailing = session.get_one(Mailing, mailing_id)
        mailing.state, mailing.finished_at = MailingState.FINISHED, clock.now()
        session.commit()
        assert "It took 3 days" in read(admin_client, f"/admin/mailings/{mailing_id}")
        audit.record(session, "mailing.finished", "mailing", mailing_id, actor="system")
        session.commit()
        assert "It took" not in read(admin_client, f"/admin/mailings/{mailing_id}")

    def test_tells_the_last_retry_apart_from_the_rest(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        mailing = session.get_one(Mailing, mailing_id)
        mailing.started_at = clock.now() - timedelta(days=3)
        mailing.state, mailing.finished_at = MailingState.FINISHED, clock.now()
        soon = mailing.started_at + timedelta(minutes=5)
        session.execute(update(Delivery).where(Delivery.mailing_id == mailing_id).values(at=soon))
        session.execute(
            update(Delivery)
            .where(Delivery.mailing_id == mailing_id, Delivery.seq == mailing.members)
            .values(at=mailing.finished_at)
        )
        session.commit()
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "Almost all were sent in 5 minutes" in page
        assert "the last retry was after 3 days" in page

    @pytest.mark.parametrize("past", ["999999999999999999999999", "0", "4242"])
    def test_is_not_found_when_there_is_none(
        self, admin_client: SignedIn, publication: Publication, past: str
    ) -> None:
        for path in ("", "/live", ".json", "/cancel"):
            assert admin_client.get(f"/admin/mailings/{past}{path}").status_code == 404
        for verb in ("pause", "resume", "cancel", "recipients.csv"):
            assert admin_client.post(f"/admin/mailings/{past}/{verb}").status_code in {404, 405}


class TestSilence:
    @pytest.fixture
    def later(self, admin_client: SignedIn) -> Iterator[None]:
        """Ten minutes after all that was asked for before it."""
        with time_machine.travel(clock.now() + timedelta(minutes=10)):
            yield

    def test_is_told_when_nothing_was_heard(
        self, admin_client: SignedIn, session: Session, mailing_id: int, later: None
    ) -> None:
        assert "No worker has reported" in read(admin_client, f"/admin/mailings/{mailing_id}")

    def test_is_not_told_after_a_sign_of_life(
        self, admin_client: SignedIn, session: Session, mailing_id: int, later: None
    ) -> None:
        settle(session, mailing_id, 1, Outcome.SENT)
        assert "No worker" not in read(admin_client, f"/admin/mailings/{mailing_id}")

    @both_databases
    def test_is_told_of_a_process_that_holds_a_window(
        self, admin_client: SignedIn, session: Session, mailing_id: int, later: None
    ) -> None:
        fly(session, mailing_id, [1, 2], clock.now() - timedelta(seconds=300))
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "No worker has reported on it for 5 minutes" in page

    @both_databases
    def test_is_told_when_its_time_passed(
        self, admin_client: SignedIn, session: Session, scheduled: int, later: None
    ) -> None:
        assert "no worker has started on it" in read(admin_client, f"/admin/mailings/{scheduled}")

    def test_is_no_trouble_while_it_is_paused(
        self, admin_client: SignedIn, session: Session, mailing_id: int, later: None
    ) -> None:
        session.get_one(Mailing, mailing_id).control = Control.PAUSE
        session.commit()
        assert "No worker" not in read(admin_client, f"/admin/mailings/{mailing_id}")
