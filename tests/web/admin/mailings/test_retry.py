"""Another turn from the browser: whom servers rejected, and who is unanswered."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts import permissions
from newsletter.accounts.permissions import Permission, RoleName
from newsletter.audit.models import AuditEntry
from newsletter.mailings.models import Control, Mailing, MailingState, Outcome
from newsletter.mailings.totals import read_totals
from newsletter.sending import control
from tests.databases import both_databases
from tests.web.admin.mailings.ledger import half_way, read, settle
from tests.web.signed_in import SignedIn


def press(client: SignedIn, mailing_id: int, verb: str, **data: object) -> str:
    answer = client.post(f"/admin/mailings/{mailing_id}/{verb}", data=data)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/admin/mailings/{mailing_id}"
    return read(client, answer.headers["Location"])


def told(session: Session, mailing_id: int) -> tuple[int, int, int]:
    session.rollback()
    found = read_totals(session, mailing_id)
    assert found.add_up, found
    return found.rejected, found.unanswered, found.pending


class TestQuestion:
    def test_is_asked_in_all_honesty(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        url = f"/admin/mailings/{mailing_id}"
        assert "unanswered: resend" not in read(editor_client, url)
        half_way(session, mailing_id)
        for path in (url, f"{url}/live"):
            page = read(editor_client, path)
            assert "1 unanswered: resend it?" in page
            assert "so they may already have it. A second copy would have the same Message-ID" in page
            assert 'name="expected" value="1"' in page
        settle(session, mailing_id, 7, Outcome.UNANSWERED)
        page = read(editor_client, url)
        assert "2 unanswered: resend them?" in page
        assert "Send to these 2 again" in page

    def test_is_answered_once_however_often_it_is_pressed(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        before = told(session, mailing_id)
        assert before == (1, 1, 2)
        assert "Sending again to 1 person." in press(editor_client, mailing_id, "resend", expected=1)
        assert told(session, mailing_id) == (1, 0, 3)
        for _press in range(2):
            page = press(editor_client, mailing_id, "resend", expected=1)
            assert "Nobody is unanswered now; nothing was sent again." in page
        assert told(session, mailing_id) == (1, 0, 3)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.resent")).one()
        assert entry.actor == "eddi@press.example"

    @pytest.mark.parametrize("expected", ["1", "3", "", "-2", "two", "9" * 40])
    def test_is_asked_again_when_there_are_others_by_now(
        self, editor_client: SignedIn, session: Session, mailing_id: int, expected: str
    ) -> None:
        half_way(session, mailing_id)
        settle(session, mailing_id, 7, Outcome.UNANSWERED)
        page = press(editor_client, mailing_id, "resend", expected=expected)
        assert "There are now 2 unanswered. Nothing was sent again" in page
        assert told(session, mailing_id)[1] == 2

    @both_databases
    def test_of_a_finished_mailing_sets_it_going(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        session.get_one(Mailing, mailing_id).state = MailingState.FINISHED
        session.commit()
        page = press(editor_client, mailing_id, "resend", expected=1)
        assert "Pause sending" in page

    @both_databases
    def test_of_a_paused_mailing_says_when(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        control.pause(session, mailing_id, actor="test")
        session.commit()
        page = press(editor_client, mailing_id, "resend", expected=1)
        assert "so this starts when you resume it" in page


class TestRetry:
    def test_is_asked_by_reason(self, editor_client: SignedIn, session: Session, mailing_id: int) -> None:
        half_way(session, mailing_id)
        settle(session, mailing_id, 7, Outcome.REJECTED, "mailbox_full", 552, "5.2.2")
        url = f"/admin/mailings/{mailing_id}"
        page = read(editor_client, url)
        assert "2 people were rejected." in page
        assert f'{url}/retry?reason=mailbox_full"' in page, "from the table of codes"
        page = read(editor_client, f"{url}/retry?reason=mailbox_full")
        assert "Everyone (2)" in page
        chosen = page.split('value="mailbox_full"')[1].split(">")[0]
        assert "checked" in chosen
        assert "mailbox full (1)" in page
        assert (
            "checked" in read(editor_client, f"{url}/retry?reason=x").split('value="every"')[1].split(">")[0]
        )
        assert told(session, mailing_id)[0] == 2, "asking changes nothing"

    @both_databases
    def test_of_one_reason_leaves_the_others(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        half_way(session, mailing_id)
        settle(session, mailing_id, 7, Outcome.REJECTED, "mailbox_full", 552, "5.2.2")
        page = press(editor_client, mailing_id, "retry", reason="mailbox_full")
        assert "Retrying 1 person." in page
        assert told(session, mailing_id) == (1, 1, 2)
        for _press in range(2):
            page = press(editor_client, mailing_id, "retry", reason="mailbox_full")
            assert "Nobody is rejected for that reason now; nothing was changed." in page
        assert told(session, mailing_id) == (1, 1, 2)

    def test_of_everybody(self, editor_client: SignedIn, session: Session, mailing_id: int) -> None:
        half_way(session, mailing_id)
        settle(session, mailing_id, 7, Outcome.REJECTED, "mailbox_full", 552, "5.2.2")
        assert "Retrying 2 people." in press(editor_client, mailing_id, "retry", reason="every")
        assert told(session, mailing_id) == (0, 1, 3)
        url = f"/admin/mailings/{mailing_id}"
        answer = editor_client.get(f"{url}/retry")
        assert (answer.status_code, answer.headers["Location"]) == (303, url), "nothing to ask any more"


@pytest.mark.parametrize("verb", ["retry", "resend"])
class TestBoth:
    def test_say_so_when_it_was_cancelled(
        self, editor_client: SignedIn, session: Session, mailing_id: int, verb: str
    ) -> None:
        half_way(session, mailing_id)
        session.get_one(Mailing, mailing_id).state = MailingState.CANCELLED
        session.commit()
        page = press(editor_client, mailing_id, verb, expected=1)
        assert "This mailing was cancelled or has not started; nothing was changed." in page
        assert "unanswered: resend" not in page
        assert "Retry…" not in page

    def test_say_so_before_it_has_begun(
        self, editor_client: SignedIn, session: Session, scheduled: int, verb: str
    ) -> None:
        page = press(editor_client, scheduled, verb, expected=0)
        assert "This mailing was cancelled or has not started" in page

    def test_need_the_token(
        self, editor_client: SignedIn, session: Session, mailing_id: int, verb: str
    ) -> None:
        half_way(session, mailing_id)
        url = f"/admin/mailings/{mailing_id}/{verb}"
        assert editor_client.post(url, data={"expected": 1}, csrf=False).status_code == 400
        assert told(session, mailing_id) == (1, 1, 2)

    def test_need_somebody_signed_in(
        self, client: FlaskClient, session: Session, mailing_id: int, verb: str
    ) -> None:
        half_way(session, mailing_id)
        answer = client.post(f"/admin/mailings/{mailing_id}/{verb}", data={"expected": 1})
        assert answer.status_code == 303
        assert "/sign-in" in answer.headers["Location"]
        assert told(session, mailing_id) == (1, 1, 2)

    def test_need_the_permission(
        self,
        editor_client: SignedIn,
        session: Session,
        mailing_id: int,
        verb: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        half_way(session, mailing_id)
        only = {RoleName.EDITOR: frozenset({Permission.VIEW})}
        monkeypatch.setattr(permissions, "PERMISSIONS", permissions.PERMISSIONS | only)
        url = f"/admin/mailings/{mailing_id}"
        page = read(editor_client, url)
        assert "unanswered: resend" not in page
        assert "Retry…" not in page
        assert editor_client.post(f"{url}/{verb}", data={"expected": 1}).status_code == 403
        assert editor_client.get(f"{url}/retry").status_code == 403
        assert told(session, mailing_id) == (1, 1, 2)

    def test_are_not_found_when_there_is_none(
        self, editor_client: SignedIn, session: Session, mailing_id: int, verb: str
    ) -> None:
        assert editor_client.post(f"/admin/mailings/4242/{verb}").status_code == 404

    def test_come_too_late_while_it_is_being_cancelled(
        self, editor_client: SignedIn, session: Session, mailing_id: int, verb: str
    ) -> None:
        half_way(session, mailing_id)
        session.get_one(Mailing, mailing_id).control = Control.CANCEL
        session.commit()
        assert "nothing was changed" in press(editor_client, mailing_id, verb, expected=1)
        assert told(session, mailing_id) == (1, 1, 2)
