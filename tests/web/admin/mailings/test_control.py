"""Pause, resume and cancel from the browser."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.accounts import permissions
from newsletter.accounts.permissions import Permission, RoleName
from newsletter.mailings.models import Control, Mailing, MailingState, Outcome
from tests.databases import both_databases
from tests.web.admin.mailings.ledger import fly, read, settle, state
from tests.web.signed_in import SignedIn


class TestControl:
    def press(self, client: SignedIn, mailing_id: int, verb: str) -> str:
        answer = client.post(f"/admin/mailings/{mailing_id}/{verb}")
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/admin/mailings/{mailing_id}"
        return read(client, answer.headers["Location"])

    @both_databases
    def test_pauses_and_resumes_however_often_it_is_pressed(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        for _press in range(2):
            page = self.press(editor_client, mailing_id, "pause")
            assert "Messages already in flight finish first." in page
            assert "Resume sending" in page
            assert state(session, mailing_id) == (MailingState.SENDING, Control.PAUSE)
        for _press in range(2):
            assert "The mailing continues where it stopped." in self.press(
                editor_client, mailing_id, "resume"
            )
            assert state(session, mailing_id) == (MailingState.SENDING, Control.GO)

    def test_cancels_in_two_stages(self, editor_client: SignedIn, session: Session, mailing_id: int) -> None:
        settle(session, mailing_id, 1, Outcome.SENT)
        fly(session, mailing_id, [2, 3])
        url = f"/admin/mailings/{mailing_id}"
        assert "1 person already has it" in read(editor_client, f"{url}/cancel")
        assert state(session, mailing_id) == (MailingState.SENDING, Control.GO)
        for _press in range(2):
            page = self.press(editor_client, mailing_id, "cancel")
            assert "Stopping…" in page
            assert "2 messages are still in flight" in page
            assert "Pause sending" not in page
        assert "already being cancelled" in self.press(editor_client, mailing_id, "resume")
        assert editor_client.get(f"{url}/cancel").status_code == 303

    @both_databases
    def test_says_what_a_cancel_left(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        settle(session, mailing_id, 1, Outcome.SENT)
        page = self.press(editor_client, mailing_id, "cancel")
        assert state(session, mailing_id)[0] is MailingState.CANCELLED
        assert "1 sent, 0 in flight" in page
        assert "mailing cancelled" in page
        for verb in ("pause", "resume", "cancel"):
            assert "was already cancelled" in self.press(editor_client, mailing_id, verb)

    def test_comes_too_late_for_what_is_finished(
        self, editor_client: SignedIn, session: Session, mailing_id: int
    ) -> None:
        session.get_one(Mailing, mailing_id).state = MailingState.FINISHED
        session.commit()
        for verb in ("pause", "resume", "cancel"):
            assert "had already finished" in self.press(editor_client, mailing_id, verb)
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
        for path in ("", "/live"):
            assert client.get(f"/admin/mailings/{mailing_id}{path}").status_code == 303
        assert client.post(f"/admin/mailings/{mailing_id}/recipients.csv").status_code == 303

    def test_needs_the_permission(
        self,
        editor_client: SignedIn,
        session: Session,
        mailing_id: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        only = {RoleName.EDITOR: frozenset({Permission.VIEW})}
        monkeypatch.setattr(permissions, "PERMISSIONS", permissions.PERMISSIONS | only)
        url = f"/admin/mailings/{mailing_id}"
        page = read(editor_client, url)
        assert "Pause sending" not in page
        assert "recipients.csv" not in page
        for path in ("/pause", "/resume", "/cancel", "/recipients.csv"):
            assert editor_client.post(f"{url}{path}").status_code == 403
        assert editor_client.get(f"{url}/cancel").status_code == 403
        assert state(session, mailing_id) == (MailingState.SENDING, Control.GO)
