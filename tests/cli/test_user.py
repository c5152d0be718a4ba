"""`newsletter user`."""

import io

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.accounts.permissions import RoleName
from tests.cli.conftest import Run
from tests.databases import both_databases

PASSWORD = "seven quiet herons"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_with_a_password(run: Run, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, f"{PASSWORD}\n")
    made = run("user", "create", "Ana@Example.org", "--role", "owner", "--password-stdin", "--json")
    assert made.code == 0, made.err
    assert made.json == {"id": 1, "email": "Ana@example.org", "role": "owner"}
    user = session.scalars(select(User)).one()
    assert user.role is RoleName.OWNER
    assert user.password is not None
    assert PASSWORD not in made.out + user.password


def test_without_one_there_is_a_link(run: Run, app: Flask) -> None:
    made = run("user", "create", "ana@example.org", "--role", "editor", "--json")
    link = made.json["link"].removeprefix("http://localhost")
    assert link.startswith("/invitation/")
    assert "ana@example.org" in app.test_client().get(link).get_data(as_text=True)


def test_what_cannot_be_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("user", "create", "nonsense", "--role", "owner").code == 2
    assert run("user", "create", "ana@example.org", "--role", "emperor").code == 2
    assert run("user", "create", "ana@example.org").code == 2
    typed(monkeypatch, "short\n")
    refused = run("user", "create", "ana@example.org", "--role", "owner", "--password-stdin")
    assert refused.code == 2
    assert "at least 10 characters" in refused.err
    assert run("user", "create", "ana@example.org", "--role", "owner").code == 0
    taken = run("user", "create", "ANA@example.org", "--role", "owner")
    assert taken.code == 2
    assert "is already on the team" in taken.err


@both_databases
def test_listed_and_deactivated(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nobody can sign in yet" in run("user", "list").out
    typed(monkeypatch, f"{PASSWORD}\n")
    run("user", "create", "ana@example.org", "--role", "owner", "--password-stdin")
    run("user", "create", "ben@example.org", "--role", "editor")
    listed = run("user", "list", "--json").json["users"]
    assert [(one["email"], one["role"], one["state"]) for one in listed] == [
        ("ana@example.org", "owner", "active"),
        ("ben@example.org", "editor", "invited"),
    ]
    assert "ben@example.org" in run("user", "list").out
    assert run("user", "deactivate", "BEN@example.org").code == 0
    assert "already deactivated" in run("user", "deactivate", "ben@example.org").out
    last = run("user", "deactivate", "ana@example.org")
    assert last.code == 2
    assert "only owner" in last.err
    assert run("user", "deactivate", "nobody@example.org").code == 2


def test_the_set_up_link_goes_with_the_first_owner(run: Run, app: Flask) -> None:
    url = run("user", "setup-link", "--json").json["url"]
    assert app.test_client().get(url.removeprefix("http://localhost")).status_code == 200
    run("user", "create", "ana@example.org", "--role", "owner")
    assert run("user", "setup-link", "--json").json["url"] is None
    assert app.test_client().get(url.removeprefix("http://localhost")).status_code == 409
