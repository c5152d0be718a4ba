"""The team: roles, who is let in, and that an owner always remains."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.find import find_user
from newsletter.accounts.models import User, UserSession
from newsletter.accounts.permissions import RoleName
from newsletter.audit.models import AuditEntry
from tests.databases import both_databases
from tests.web.signed_in import SignedIn


def press(client: SignedIn, user: User, verb: str, **fields: Any) -> str:
    """Press a button of the list; what the list says then."""
    answer = client.post(f"/admin/team/{user.id}/{verb}", data=fields)
    assert answer.status_code == 303
    assert answer.location == "/admin/team"
    return client.get("/admin/team").get_data(as_text=True)


def again(session: Session, user: User) -> User:
    session.rollback()
    session.expire_all()
    return find_user(session, user.id)


def test_roles(admin_client: SignedIn, owner: User, editor: User, session: Session) -> None:
    assert "eddi@press.example is now an owner." in press(admin_client, editor, "role", role="owner")
    assert again(session, editor).role is RoleName.OWNER
    press(admin_client, editor, "role", role="owner")  # a second press changes nothing
    assert "is now an editor." in press(admin_client, editor, "role", role="editor")
    assert again(session, editor).role is RoleName.EDITOR
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "user.role_changed")).all()
    assert [(entry.actor, entry.detail) for entry in entries] == [
        ("olga@press.example", {"role": "owner", "before": "editor"}),
        ("olga@press.example", {"role": "editor", "before": "owner"}),
    ]
    assert "This role does not exist." in press(admin_client, editor, "role", role="emperor")


@both_databases
def test_deactivated_and_let_in_again(
    admin_client: SignedIn, editor_client: SignedIn, editor: User, session: Session
) -> None:
    assert editor_client.get("/admin/").status_code == 200
    assert "can no longer sign in" in press(admin_client, editor, "deactivate")
    assert editor_client.get("/admin/").status_code == 303
    assert not again(session, editor).active
    assert session.scalars(select(UserSession).where(UserSession.user_id == editor.id)).one().ended_at
    assert "can sign in again" in press(admin_client, editor, "reactivate")
    assert again(session, editor).active
    assert editor_client.get("/admin/").status_code == 303  # the old session stays ended


def test_nobody_does_it_to_themselves(admin_client: SignedIn, owner: User, session: Session) -> None:
    for verb, fields in (("deactivate", {}), ("role", {"role": "editor"})):
        assert "Ask another owner" in press(admin_client, owner, verb, **fields)
    assert again(session, owner).role is RoleName.OWNER


@pytest.mark.parametrize(("verb", "fields"), [("deactivate", {}), ("role", {"role": "editor"})])
def test_an_owner_who_can_sign_in_always_remains(
    admin_client: SignedIn, session: Session, owner: User, verb: str, fields: dict[str, str]
) -> None:
    other = create_user(
        session, email="other@press.example", role=RoleName.OWNER, password="seven quiet herons", actor="t"
    )
    find_user(session, owner.id).password = None  # so only the other one can come in anew
    session.commit()
    assert "the only owner who can sign in" in press(admin_client, other, verb, **fields)
    kept = again(session, other)
    assert kept.active
    assert kept.role is RoleName.OWNER


def test_who_does_not_exist(admin_client: SignedIn) -> None:
    assert admin_client.post("/admin/team/987/deactivate").status_code == 404


def test_an_invitation_that_was_accepted_is_not_sent_again(admin_client: SignedIn, editor: User) -> None:
    assert "This invitation is no longer open." in press(admin_client, editor, "invitation")


def test_the_list(admin_client: SignedIn, editor: User, session: Session) -> None:
    create_user(session, email="new@press.example", role=RoleName.EDITOR, password=None, actor="t")
    session.commit()
    shown = admin_client.get("/admin/team").get_data(as_text=True)
    assert "olga@press.example" in shown
    assert "(you)" in shown
    assert "Invited" in shown
    assert f"/admin/team/{editor.id}/deactivate" in shown
