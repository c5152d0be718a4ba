"""Taking addresses out, erasing and sending to many want a password that was typed a moment ago."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.accounts.models import User, UserSession
from newsletter.accounts.passwords import hash_password
from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.web.admin.fresh import wants_fresh_sign_in
from newsletter.web.limits import limiter
from tests.factories import make_readers
from tests.web.admin.issues.conftest import save_issue
from tests.web.admin.test_access import JSON, calls
from tests.web.signed_in import SignedIn

PASSWORD = "seven quiet herons"
Wait = Callable[[int], None]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wait(session: Session) -> Wait:
    """Let minutes go by since everybody typed their password."""

    def let_pass(minutes: int) -> None:
        session.rollback()
        began = clock.now() - timedelta(minutes=minutes)
        session.execute(update(UserSession).values(started_at=began))
        session.commit()

    return let_pass


def test_what_wants_it(app: Flask) -> None:
    wanting = {call.endpoint for call in calls(app, "admin_") if wants_fresh_sign_in(app, call.endpoint)}
    assert wanting == {
        *("admin_subscribers.export", "admin_subscribers.download", "admin_subscribers.problems"),
        "admin_subscribers.download_export",
        "admin_subscribers.export_suppressions",
        *("admin_subscribers.ask_erase", "admin_subscribers.erase", "admin_mailings.export"),
    }


def test_everything_that_wants_it_asks(
    app: Flask, admin_client: SignedIn, publication: Publication, wait: Wait
) -> None:
    wait(31)
    for call in calls(app, "admin_"):
        if wants_fresh_sign_in(app, call.endpoint):
            asked = admin_client.open(call.path, method=call.method)
            assert asked.status_code == 303, call
            assert asked.location.startswith("/sign-in/again"), call
            scripted = admin_client.open(call.path, method=call.method, headers=JSON)
            assert scripted.status_code == 403, call
            if call.method != "HEAD":
                assert scripted.get_json()["error"] == "sign_in_again"


def test_the_password_once_more_and_it_goes_on(
    admin_client: SignedIn, owner: User, publication: Publication, session: Session, wait: Wait
) -> None:
    limiter.reset()
    session.get_one(User, owner.id).password = hash_password(PASSWORD)
    session.commit()
    path, listing = (f"/admin/p/{publication.slug}/subscribers{end}" for end in ("/export", ""))
    wait(31)
    asked = admin_client.post(path, headers={"Referer": f"http://localhost{listing}"})
    assert parse_qs(urlsplit(asked.location).query) == {"next": [listing]}
    assert "confirm that it is you" in admin_client.get(asked.location).text
    wrong = admin_client.post("/sign-in/again", data={"password": "another one", "next": listing})
    assert (wrong.status_code, "Wrong password" in wrong.text) == (401, True)
    newest = select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)
    assert session.scalars(newest).one() == "user.sign_in_failed"
    right = admin_client.post("/sign-in/again", data={"password": PASSWORD, "next": listing})
    assert (right.status_code, right.location) == (303, listing)
    admin_client.token = admin_client.get("/admin/session.json").get_json()["csrf_token"]
    assert admin_client.post(path).mimetype == "text/csv"


def test_nobody_gets_in_by_it(client: SignedIn) -> None:
    assert client.get("/sign-in/again?next=/admin/team").location == "/sign-in?next=/admin/team"


def test_who_opened_the_page_in_time_may_press_its_button(
    admin_client: SignedIn, publication: Publication, wait: Wait
) -> None:
    wait(16)
    assert admin_client.get("/admin/subscribers/1/erase").status_code == 303
    assert admin_client.post("/admin/subscribers/1/erase").status_code == 404


def test_a_sending_to_many_wants_it_and_one_to_few_does_not(
    app: Flask, admin_client: SignedIn, publication: Publication, session: Session, wait: Wait
) -> None:
    issue = save_issue(session, publication)
    make_readers(session, publication, 4)
    session.commit()
    path = f"/admin/issues/{issue.id}/send"
    wait(31)
    assert "Send to 4 readers" in admin_client.get(f"{path}?when=now").text
    app.config["TYPED_COUNT_ABOVE"] = 3
    assert admin_client.get(path).status_code == 200  # nothing is chosen yet
    for asked in (admin_client.get(f"{path}?when=now"), admin_client.post(path, data={"when": "now"})):
        assert asked.status_code == 303
        assert asked.location.startswith("/sign-in/again")
    assert session.scalars(select(Mailing)).all() == []
    wait(1)
    assert "Type the number of readers" in admin_client.get(f"{path}?when=now").text
