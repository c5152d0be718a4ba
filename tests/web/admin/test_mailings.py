"""The pages of mailings: what they count, whom they list, and how a mailing is steered from them."""

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.mailings import counts
from newsletter.mailings.models import (
    Control,
    Delivery,
    Exclusion,
    Mailing,
    MailingState,
    Outcome,
    SendWindow,
)
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import Subscription
from tests.factories import make_issue, make_readers, make_subscription
from tests.web.signed_in import SignedIn

READERS = 8
XSS = "<script>alert(1)</script>"


@pytest.fixture
def readers(session: Session, publication: Publication) -> list[Subscription]:
    made = make_readers(session, publication, READERS)
    session.commit()
    return made


@pytest.fixture
def scheduled(session: Session, publication: Publication, readers: list[Subscription], links: Links) -> int:
    mailing = schedule(session, make_issue(session, publication), None, links, actor="test")
    session.commit()
    return mailing.id


@pytest.fixture
def mailing_id(runtime: Runtime, scheduled: int) -> int:
    """A mailing that is sending, and of which nothing was sent yet."""
    assert freeze(runtime.sessions, scheduled, runtime.links)
    return scheduled


def settle(
    session: Session, mailing_id: int, seq: int, outcome: Outcome, reason: str = "", *reply: int | str
) -> None:
    """As if the next place had been reserved and answered."""
    mailing = session.get_one(Mailing, mailing_id)
    delivery = session.get_one(Delivery, (mailing_id, seq))
    delivery.outcome, delivery.reason, delivery.at = outcome, reason, clock.now()
    if reply:
        delivery.code, delivery.enhanced = int(reply[0]), str(reply[1])
    mailing.next_seq = max(mailing.next_seq, seq + 1)
    counts.change(session, mailing_id, {(outcome, reason if outcome is Outcome.REJECTED else ""): 1})
    session.commit()


def fly(session: Session, mailing_id: int, seqs: list[int], reserved_at: datetime | None = None) -> None:
    """As if a process had `seqs` in its hands."""
    mailing = session.get_one(Mailing, mailing_id)
    mailing.next_seq = max(mailing.next_seq, *(seq + 1 for seq in seqs))
    window = SendWindow(id="w1", mailing_id=mailing_id, seqs=seqs, size=len(seqs), host="here", tally="t")
    window.reserved_at = reserved_at or clock.now()
    session.add(window)
    session.commit()


def half_way(session: Session, mailing_id: int) -> None:
    settle(session, mailing_id, 1, Outcome.SENT)
    settle(session, mailing_id, 2, Outcome.SENT)
    settle(session, mailing_id, 3, Outcome.REJECTED, "no_such_user", 550, "5.1.1")
    settle(session, mailing_id, 4, Outcome.UNANSWERED)
    fly(session, mailing_id, [5, 6])


def read(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.text


def shown(page: str) -> list[str]:
    """The addresses on a page, in its order."""
    listed = [part.split("</bdi>")[0] for part in page.split("<bdi>")[1:]]
    return [text for text in listed if "@" in text]


def state(session: Session, mailing_id: int) -> tuple[MailingState, Control]:
    session.rollback()
    session.expire_all()
    mailing = session.get_one(Mailing, mailing_id)
    return mailing.state, mailing.control


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


class TestList:
    def test_is_empty_before_the_first(self, admin_client: SignedIn, publication: Publication) -> None:
        page = read(admin_client, "/admin/p/morning/mailings")
        assert "No mailing yet" in page
        assert "/admin/p/morning/issues" in page

    def test_says_title_state_zone_and_counts(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        page = read(admin_client, "/admin/p/morning/mailings")
        assert "Issue one" in page
        assert "Sending" in page
        assert "Europe/Rome" in page
        assert '<td class="number nums">2</td>' in page
        assert f'<td class="number nums soft">{READERS}</td>' in page

    def test_pages_through_all_of_them(
        self, admin_client: SignedIn, session: Session, publication: Publication, links: Links
    ) -> None:
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


class TestPage:
    def test_shows_the_equation(self, admin_client: SignedIn, session: Session, mailing_id: int) -> None:
        half_way(session, mailing_id)
        answer = admin_client.get(f"/admin/mailings/{mailing_id}.json")
        told = answer.json
        assert told is not None
        terms = ("pending", "in_flight", "sent", "rejected", "retry", "unanswered")
        assert [told[name] for name in terms] == [2, 2, 2, 1, 0, 1]
        assert told["candidates"] == READERS == sum(told[name] for name in terms)
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        rows = [row for row in page.split("<tr")[1:] if "outcome=" in row and "colspan" not in row]
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
        assert "no such person there" in page

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
        assert "Waits for you" in page
        assert "Resume sending" in page
        assert "The relay said &lt;script&gt;" in page
        assert XSS not in page

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

    @pytest.mark.parametrize("past", ["999999999999999999999999", "0", "4242"])
    def test_is_not_found_when_there_is_none(
        self, admin_client: SignedIn, publication: Publication, past: str
    ) -> None:
        for path in ("", "/live", ".json", "/recipients.csv", "/cancel"):
            assert admin_client.get(f"/admin/mailings/{past}{path}").status_code == 404
        for verb in ("pause", "resume", "cancel"):
            assert admin_client.post(f"/admin/mailings/{past}/{verb}").status_code in {404, 405}


class TestSilence:
    def age(self, session: Session, mailing_id: int, seconds: int) -> None:
        from newsletter.audit.models import AuditEntry

        then = clock.now() - timedelta(seconds=seconds)
        mailing = session.get_one(Mailing, mailing_id)
        mailing.scheduled_at = then
        if mailing.started_at:
            mailing.started_at = then
        for entry in session.scalars(select(AuditEntry)):
            entry.at = then
        session.commit()

    def test_is_told_when_nothing_was_heard(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        self.age(session, mailing_id, 600)
        assert "No worker has reported" in read(admin_client, f"/admin/mailings/{mailing_id}")

    def test_is_not_told_after_a_sign_of_life(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        self.age(session, mailing_id, 600)
        settle(session, mailing_id, 1, Outcome.SENT)
        assert "No worker" not in read(admin_client, f"/admin/mailings/{mailing_id}")

    def test_is_told_of_a_process_that_holds_a_window(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        self.age(session, mailing_id, 600)
        fly(session, mailing_id, [1, 2], clock.now() - timedelta(seconds=300))
        page = read(admin_client, f"/admin/mailings/{mailing_id}")
        assert "No worker has reported anything about it for 5 minutes" in page

    def test_is_told_when_its_time_passed(
        self, admin_client: SignedIn, session: Session, scheduled: int
    ) -> None:
        self.age(session, scheduled, 600)
        assert "no worker has begun" in read(admin_client, f"/admin/mailings/{scheduled}")

    def test_is_no_trouble_while_it_is_paused(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        self.age(session, mailing_id, 600)
        session.get_one(Mailing, mailing_id).control = Control.PAUSE
        session.commit()
        assert "No worker" not in read(admin_client, f"/admin/mailings/{mailing_id}")


class TestRecipients:
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

    def test_are_paged_in_both_directions(
        self, admin_client: SignedIn, session: Session, mailing_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from newsletter.mailings.recipients import recipients

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
        answer = admin_client.get(f"/admin/mailings/{mailing_id}/recipients.csv")
        assert answer.mimetype == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.text.count("\r\n") == READERS + 1
        header, *rows = cells(answer.text)
        assert header == ["email", "name", "outcome", "reason", "code", "enhanced", "at"]
        assert rows[2][:6] == [
            *("reader3@readers.example", "Reader 3", "rejected", "no_such_user", "550", "5.1.1"),
        ]
        assert [row[2] for row in rows].count("in_flight") == 2

    def test_holds_what_the_filter_shows(
        self, admin_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        answer = admin_client.get(f"/admin/mailings/{mailing_id}/recipients.csv?outcome=sent&q=reader2")
        assert [row[0] for row in cells(answer.text)[1:]] == ["reader2@readers.example"]

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", 'a "b", c\r\nd'])
    def test_disarms_formulas_and_keeps_the_rest(
        self, admin_client: SignedIn, session: Session, mailing_id: int, name: str
    ) -> None:
        delivery = session.get_one(Delivery, (mailing_id, 1))
        session.get_one(Subscription, delivery.subscription_id).subscriber.name = name
        session.commit()
        row = cells(admin_client.get(f"/admin/mailings/{mailing_id}/recipients.csv?q=reader1").text)[1]
        assert row[1] == (name if name.startswith("a") else f"'{name}")

    def test_is_read_a_piece_at_a_time(self, session: Session, mailing_id: int) -> None:
        from newsletter.mailings.recipients import every_recipient

        found = [one.email for one in every_recipient(session, mailing_id, chunk=3)]
        assert found == [f"reader{n}@readers.example" for n in range(1, READERS + 1)]


class TestControl:
    def press(self, client: SignedIn, mailing_id: int, verb: str) -> str:
        answer = client.post(f"/admin/mailings/{mailing_id}/{verb}")
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/admin/mailings/{mailing_id}"
        return read(client, answer.headers["Location"])

    def test_pauses_and_resumes_however_often_it_is_pressed(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        for _press in range(2):
            page = self.press(editor_client, mailing_id, "pause")
            assert "Nothing more starts." in page
            assert "Resume sending" in page
            assert state(session, mailing_id) == (MailingState.SENDING, Control.PAUSE)
        for _press in range(2):
            assert "It goes on where it stopped." in self.press(editor_client, mailing_id, "resume")
            assert state(session, mailing_id) == (MailingState.SENDING, Control.GO)

    def test_cancels_in_two_stages(self, editor_client: SignedIn, session: Session, mailing_id: int) -> None:
        settle(session, mailing_id, 1, Outcome.SENT)
        fly(session, mailing_id, [2, 3])
        url = f"/admin/mailings/{mailing_id}"
        assert "1 person has it already" in read(editor_client, f"{url}/cancel")
        assert state(session, mailing_id) == (MailingState.SENDING, Control.GO)
        for _press in range(2):
            page = self.press(editor_client, mailing_id, "cancel")
            assert "Stopping…" in page
            assert "2 messages are in flight" in page
            assert "Pause sending" not in page
        assert "being cancelled already" in self.press(editor_client, mailing_id, "resume")
        assert editor_client.get(f"{url}/cancel").status_code == 303

    def test_says_what_a_cancel_left(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        settle(session, mailing_id, 1, Outcome.SENT)
        page = self.press(editor_client, mailing_id, "cancel")
        assert state(session, mailing_id)[0] is MailingState.CANCELLED
        assert "1 sent, 0 in flight" in page
        assert "left by the cancel" in page
        for verb in ("pause", "resume", "cancel"):
            assert "It was cancelled already" in self.press(editor_client, mailing_id, verb)

    def test_comes_too_late_for_what_is_finished(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        session.get_one(Mailing, mailing_id).state = MailingState.FINISHED
        session.commit()
        for verb in ("pause", "resume", "cancel"):
            assert "It had finished already" in self.press(editor_client, mailing_id, verb)
        assert state(session, mailing_id)[0] is MailingState.FINISHED

    @pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
    def test_needs_the_token(
        self, admin_client: SignedIn, session: Session, mailing_id: int, verb: str
    ) -> None:
        answer = admin_client.post(f"/admin/mailings/{mailing_id}/{verb}", csrf=False)
        assert answer.status_code == 400
        assert state(session, mailing_id) == (MailingState.SENDING, Control.GO)

    @pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
    def test_needs_somebody_signed_in(
        self, client: FlaskClient, session: Session, mailing_id: int, verb: str
    ) -> None:
        answer = client.post(f"/admin/mailings/{mailing_id}/{verb}")
        assert answer.status_code == 303
        assert "/sign-in" in answer.headers["Location"]
        assert state(session, mailing_id) == (MailingState.SENDING, Control.GO)
        for path in ("", "/live", "/recipients.csv"):
            assert client.get(f"/admin/mailings/{mailing_id}{path}").status_code == 303

    def test_needs_the_permission(
        self,
        editor_client: SignedIn,
        session: Session,
        mailing_id: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        from newsletter.accounts import permissions
        from newsletter.accounts.permissions import Permission, RoleName

        only = {RoleName.EDITOR: frozenset({Permission.VIEW})}
        monkeypatch.setattr(permissions, "PERMISSIONS", permissions.PERMISSIONS | only)
        url = f"/admin/mailings/{mailing_id}"
        page = read(editor_client, url)
        assert "Pause sending" not in page
        assert "recipients.csv" not in page
        for verb in ("pause", "resume", "cancel"):
            assert editor_client.post(f"{url}/{verb}").status_code == 403
        for path in ("/cancel", "/recipients.csv"):
            assert editor_client.get(f"{url}{path}").status_code == 403
        assert state(session, mailing_id) == (MailingState.SENDING, Control.GO)
