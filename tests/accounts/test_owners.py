"""There is always an owner, and only one first owner, also when two people act at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from newsletter.accounts.create import create_user
from newsletter.accounts.find import find_user
from newsletter.accounts.models import User
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.roles import change_role, deactivate, has_owner
from newsletter.accounts.set_up import set_up
from newsletter.core.errors import Conflict
from newsletter.runtime import Runtime

PASSWORD = "seven quiet herons"


def test_one_of_two_first_owners(runtime: Runtime) -> None:
    start = Barrier(2)

    def come(name: str) -> str:
        start.wait()
        with runtime.session() as session:
            try:
                set_up(session, email=f"{name}@press.example", password=PASSWORD)
                session.commit()
            except Conflict as error:
                session.rollback()
                return error.code
        return "made"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(come, ("ana", "ben")))
    assert sorted(outcomes) == ["already_set_up", "made"]
    with runtime.session() as session:
        assert len(session.scalars(select(User)).all()) == 1
        assert has_owner(session)


def test_two_owners_who_deactivate_each_other(runtime: Runtime) -> None:
    with runtime.session() as session:
        ids = [
            create_user(session, email=email, role=RoleName.OWNER, password=PASSWORD, actor="t").id
            for email in ("ana@press.example", "ben@press.example")
        ]
        session.commit()
    start = Barrier(2)

    def strike(user_id: int) -> str:
        start.wait()
        with runtime.session() as session:
            try:
                deactivate(session, find_user(session, user_id), actor="t")
                session.commit()
            except Conflict as error:
                session.rollback()
                return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(strike, ids)) == ["done", "last_owner"]


def test_an_editor_can_always_go(runtime: Runtime) -> None:
    with runtime.session() as session:
        create_user(session, email="ana@press.example", role=RoleName.OWNER, password=PASSWORD, actor="t")
        editor = create_user(session, email="e@press.example", role=RoleName.EDITOR, password=None, actor="t")
        assert deactivate(session, editor, actor="t")
        assert not deactivate(session, editor, actor="t")


def test_a_former_owner_does_not_count(runtime: Runtime) -> None:
    with runtime.session() as session:
        ana = create_user(session, email="a@press.example", role=RoleName.OWNER, password=PASSWORD, actor="t")
        ben = create_user(session, email="b@press.example", role=RoleName.OWNER, password=PASSWORD, actor="t")
        deactivate(session, ben, actor="t")
        with pytest.raises(Conflict):
            change_role(session, ana, RoleName.EDITOR, actor="t")


def test_one_address_one_user(runtime: Runtime) -> None:
    with runtime.session() as session:
        create_user(session, email="Ana@press.example", role=RoleName.OWNER, password=None, actor="t")
        with pytest.raises(Conflict) as taken:
            create_user(session, email="ANA@PRESS.example", role=RoleName.EDITOR, password=None, actor="t")
        assert "email" in taken.value.fields
        session.commit()
        assert len(session.scalars(select(User)).all()) == 1
