"""Invited, and come."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.core import clock
from tests.databases import both_databases
from tests.web.accounts.conftest import PASSWORD, Browser, audited

EmailLinks = Callable[[str, str], list[str]]
NEW = "new@press.example"


@both_databases
def test_from_the_invitation_to_the_desk(
    visitor: Browser,
    new_visitor: Callable[[], Browser],
    owner: User,
    email_links: EmailLinks,
    session: Session,
) -> None:
    visitor.sign_in(owner.email)
    sent = visitor.submit("/admin/team/invite", email="New@press.example", role="editor")
    assert sent.location == "/admin/team"
    assert "An invitation is on its way" in visitor.get("/admin/team").get_data(as_text=True)
    (path,) = email_links("invitation", "New@press.example")
    guest = new_visitor()
    assert "New@press.example" in guest.get(path).get_data(as_text=True)
    assert guest.submit(path, password="short").status_code == 400
    assert not guest.is_in
    assert guest.submit(path, password=PASSWORD).location == "/admin/"
    assert guest.is_in
    assert guest.get("/admin/team").status_code == 403
    assert guest.get(path).status_code == 400  # it works once
    assert [entry["actor"] for entry in audited(session, "user.invited")] == [owner.email]
    assert email_links("password_changed", "New@press.example") == []


def test_a_new_invitation_takes_the_place_of_the_old(
    visitor: Browser,
    new_visitor: Callable[[], Browser],
    owner: User,
    email_links: EmailLinks,
    session: Session,
) -> None:
    visitor.sign_in(owner.email)
    visitor.submit("/admin/team/invite", email=NEW, role="owner")
    user_id = audited(session, "user.invited")[0]["subject"]
    visitor.submit("/admin/team", to=f"/admin/team/{user_id}/invitation")
    old, new = email_links("invitation", NEW)
    guest = new_visitor()
    assert guest.get(old).status_code == 400
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert guest.get(new).status_code == 400
    guest.submit(new, password=PASSWORD)
    assert guest.get("/admin/team").status_code == 200


def test_who_is_on_the_team_is_not_invited_twice(visitor: Browser, owner: User, editor: User) -> None:
    visitor.sign_in(owner.email)
    for email, problem in (
        (editor.email, "already on the team"),
        ("EDDI@press.example", "already on the team"),
        ("nonsense", "full email address"),
    ):
        answer = visitor.submit("/admin/team/invite", email=email, role="editor")
        assert answer.status_code == 400
        assert problem in answer.get_data(as_text=True)
    assert visitor.submit("/admin/team/invite", email=NEW, role="emperor").status_code == 400
