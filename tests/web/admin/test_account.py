"""One's own account."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.accounts.sessions import begin_session
from newsletter.web.admin.words.browsers import browser_name
from tests.databases import both_databases
from tests.web.signed_in import SignedIn

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = (
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) {WEBKIT} Version/19.0 Mobile/15E148 Safari/604.1"
)
EDGE = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_where_one_is_signed_in(admin_client: SignedIn, owner: User, session: Session) -> None:
    alone = admin_client.get("/admin/account").get_data(as_text=True)
    assert "This browser" in alone
    assert "Sign out everywhere else" not in alone
    begin_session(session, owner, ip="203.0.113.7", browser=FIREFOX)
    session.commit()
    shown = admin_client.get("/admin/account").get_data(as_text=True)
    assert "Firefox on Windows" in shown
    assert "203.0.113.7" in shown
    answer = admin_client.post("/admin/account/sessions/end")
    assert answer.status_code == 303
    assert "203.0.113.7" not in admin_client.get("/admin/account").get_data(as_text=True)


def test_reports_by_mail_are_turned_off_and_on(admin_client: SignedIn, owner: User, session: Session) -> None:
    for data, wanted in (({}, False), ({"report_mail": "y"}, True)):
        assert admin_client.post("/admin/account/report-mail", data=data).status_code == 303
        session.refresh(owner)
        assert owner.report_mail is wanted
        page = admin_client.get("/admin/account").get_data(as_text=True)
        assert ("checked" in page) is wanted


@both_databases
def test_the_present_password_is_asked_for(admin_client: SignedIn) -> None:
    answer = admin_client.post(
        "/admin/account/password", data={"current": "whatever it was", "password": "nine loud geese"}
    )
    assert answer.status_code == 400
    assert "This is not your current password." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8", "curl"),
        ("nothing to say", "Another browser"),
        ("", "Another browser"),
        ("<script>alert(1)</script> Linux", "Linux"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_browsers_have_names(app: Flask, user_agent: str, name: str) -> None:
    with app.test_request_context("/"):
        assert browser_name(user_agent) == name
