"""The throttle from the browser: what it is now, and another."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.accounts import permissions
from newsletter.accounts.permissions import Permission, RoleName
from newsletter.mailings.models import Mailing, MailingState
from tests.databases import both_databases
from tests.web.admin.mailings.ledger import read
from tests.web.signed_in import SignedIn


def limit(session: Session, mailing_id: int) -> float | None:
    session.rollback()
    return session.get_one(Mailing, mailing_id, populate_existing=True).per_second


@pytest.mark.parametrize("which", ["mailing_id", "scheduled"])
def test_a_limit_is_set_and_taken_away(
    editor_client: SignedIn, session: Session, request: pytest.FixtureRequest, which: str
) -> None:
    mailing_id = request.getfixturevalue(which)
    url = f"/admin/mailings/{mailing_id}"
    assert "No limit: as fast as the relay accepts messages." in read(editor_client, url)
    for _press in range(2):
        answer = editor_client.post(f"{url}/throttle", data={"per_second": " 12.5 "})
        assert (answer.status_code, answer.headers["Location"]) == (303, url)
        page = read(editor_client, url)
        assert "At most 12.5 a second." in page
        assert 'value="12.5"' in page
        assert limit(session, mailing_id) == 12.5
    assert editor_client.get(f"{url}.json").get_json()["per_second"] == 12.5
    editor_client.post(f"{url}/throttle", data={"per_second": ""})
    assert "No limit" in read(editor_client, url)
    assert limit(session, mailing_id) is None


@both_databases
def test_it_is_told_while_it_goes(editor_client: SignedIn, session: Session, mailing_id: int) -> None:
    session.get_one(Mailing, mailing_id).per_second = 2000
    session.commit()
    assert "at most 2,000 a second" in read(editor_client, f"/admin/mailings/{mailing_id}/live")


@pytest.mark.parametrize("typed", ["0", "-1", "100001", "nan", "inf", "fast", "1,5", "9" * 400, "\0"])
def test_what_is_no_limit_is_refused_and_kept(
    editor_client: SignedIn, session: Session, mailing_id: int, typed: str
) -> None:
    answer = editor_client.post(f"/admin/mailings/{mailing_id}/throttle", data={"per_second": typed})
    assert answer.status_code == 400
    assert "Enter a number of messages a second from 0.1 to 100,000" in answer.text
    assert "<details open" in answer.text.replace('class="mailing-throttle" ', "")
    assert typed[:40] in answer.text
    assert limit(session, mailing_id) is None


def test_what_was_typed_is_escaped(editor_client: SignedIn, mailing_id: int) -> None:
    answer = editor_client.post(
        f"/admin/mailings/{mailing_id}/throttle", data={"per_second": '"><script>alert(1)'}
    )
    assert "<script>alert(1)" not in answer.text


def test_it_comes_too_late_for_a_cancelled_mailing(
    editor_client: SignedIn, session: Session, mailing_id: int
) -> None:
    session.get_one(Mailing, mailing_id).state = MailingState.CANCELLED
    session.commit()
    url = f"/admin/mailings/{mailing_id}"
    assert editor_client.post(f"{url}/throttle", data={"per_second": "5"}).status_code == 303
    page = read(editor_client, url)
    assert "The mailing was already cancelled; nothing was changed." in page
    assert 'name="per_second"' not in page
    assert limit(session, mailing_id) is None


def test_it_needs_the_token_a_session_and_the_permission(
    client: FlaskClient,
    editor_client: SignedIn,
    session: Session,
    mailing_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"/admin/mailings/{mailing_id}/throttle"
    data = {"per_second": "5"}
    assert "/sign-in" in client.post(url, data=data).headers["Location"]
    assert editor_client.post(url, data=data, csrf=False).status_code == 400
    assert editor_client.get(url).status_code == 405
    only = {RoleName.EDITOR: frozenset({Permission.VIEW})}
    monkeypatch.setattr(permissions, "PERMISSIONS", permissions.PERMISSIONS | only)
    assert editor_client.post(url, data=data).status_code == 403
    assert 'name="per_second"' not in read(editor_client, f"/admin/mailings/{mailing_id}")
    assert limit(session, mailing_id) is None
