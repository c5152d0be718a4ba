"""Every page of the admin, every role: nobody gets where they may not; forged requests do nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.accounts.permissions import PERMISSIONS, Permission, RoleName
from newsletter.app import create_app
from newsletter.publications.models import Publication
from newsletter.settings import Settings
from newsletter.web.admin.guard import allow, needed_permission
from tests.web.example_path import example_path
from tests.web.signed_in import UNSAFE, SignedIn, signed_in_client

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

JSON = {"Accept": "application/json"}
OWNERS_ONLY = PERMISSIONS[RoleName.OWNER] - PERMISSIONS[RoleName.EDITOR]


@dataclass(frozen=True)
class Call:
    """One way to call one route, with ids of things that do not exist."""

    endpoint: str
    method: str
    path: str


def calls(app: Flask, *prefixes: str) -> Iterator[Call]:
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(prefixes):
            continue
        path = example_path(rule)
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield Call(rule.endpoint, method, path)


def test_every_page_of_the_desk_says_what_it_needs(app: Flask) -> None:
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin_") and needed_permission(app, rule.endpoint) is None
    ]
    assert silent == []


def test_the_desk_is_below_admin_and_nothing_else_is(app: Flask) -> None:
    misplaced = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin_") != str(rule).startswith("/admin/")
    ]
    assert misplaced == []


def test_anonymous(app: Flask, client: FlaskClient, publication: Publication) -> None:
    for call in calls(app, "admin_"):
        answer = client.open(call.path, method=call.method)
        assert answer.status_code == 303, call
        assert answer.location.startswith("/sign-in"), call
        scripted = client.open(call.path, method=call.method, headers=JSON)
        assert scripted.status_code == 401, call
        if call.method != "HEAD":
            assert scripted.get_json()["error"] == "signed_out", call
            assert scripted.get_json()["sign_in"].startswith("/sign-in"), call


def test_editor(app: Flask, editor_client: SignedIn, publication: Publication) -> None:
    for call in calls(app, "admin_"):
        if needed_permission(app, call.endpoint) in OWNERS_ONLY:
            answer = editor_client.open(call.path, method=call.method, headers=JSON)
            assert answer.status_code == 403, call
            if call.method != "HEAD":
                assert answer.get_json()["error"] == "forbidden", call
        elif call.method in {"GET", "HEAD"}:
            assert editor_client.open(call.path, method=call.method).status_code in {200, 303, 404}, call


def test_owner(app: Flask, admin_client: SignedIn, publication: Publication) -> None:
    for call in calls(app, "admin_"):
        if call.method in {"GET", "HEAD"}:
            assert admin_client.open(call.path, method=call.method).status_code in {200, 303, 404}, call


def test_without_its_token_nothing_is_done(
    app: Flask, admin_client: SignedIn, publication: Publication
) -> None:
    for call in calls(app, "admin_", "accounts_sign_in.leave"):
        if call.method in UNSAFE:
            stripped = admin_client.open(call.path, method=call.method, headers=JSON, csrf=False)
            wrong = JSON | {"X-CSRFToken": "IjEyMyI.aSDzVw.forged"}
            forged = admin_client.open(call.path, method=call.method, headers=wrong)
            for refused in (stripped, forged):
                assert refused.status_code in {400, 403}, call
                assert refused.get_json()["error"] == "csrf", call


def test_without_its_token_nobody_signs_in(app: Flask, client: FlaskClient) -> None:
    for call in calls(app, "accounts_"):
        if call.method in UNSAFE and call.endpoint != "accounts_sign_in.leave":
            answer = client.open(call.path, method=call.method, data={"email": "a@example.org"})
            assert answer.status_code == 400, call


def test_a_token_of_another_session_is_refused(
    admin_client: SignedIn, editor_client: SignedIn, publication: Publication
) -> None:
    forged = {"X-CSRFToken": editor_client.token}
    assert admin_client.post("/admin/account/sessions/end", headers=forged, csrf=False).status_code == 400
    assert editor_client.post("/admin/account/sessions/end", headers=forged, csrf=False).status_code == 303


def test_a_view_that_says_nothing_is_refused(settings: Settings, session: Session, owner: User) -> None:
    app = create_app(settings)  # one that nobody else is lent
    app.add_url_rule("/admin/forgotten", "admin_forgotten", lambda: "secret")
    answer = signed_in_client(app, session, owner).get("/admin/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.get_data(as_text=True)


def test_a_label_changes_nothing_about_the_view(app: Flask) -> None:
    @allow(Permission.SEND)
    def view() -> str:
        return "done"

    assert view() == "done"


def test_safe_requests_of_the_desk_are_kept_private(admin_client: SignedIn, publication: Publication) -> None:
    for path in ("/admin/", "/admin/account", "/sign-in", "/admin/nothing"):
        headers = admin_client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "noindex" in headers["X-Robots-Tag"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
