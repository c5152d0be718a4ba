"""A mailing whose text lacks the approval that its publication demands is held at its time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.approval.approve import approve
from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.approval import HELD
from newsletter.sending.freeze import freeze


@pytest.fixture
def demanded(runtime: Runtime, scheduled: int) -> int:
    """A mailing that is due, of a publication that has since begun to demand an approval."""
    with runtime.session() as session:
        session.scalars(select(Publication)).one().approval_required = True
        user = create_user(
            session, email="ana@press.example", role=RoleName.OWNER, password=None, actor="test"
        )
        user.password = "hash"
        session.commit()
    return scheduled


def test_it_is_held_and_people_are_told_until_it_is_approved_and_resumed(
    runtime: Runtime, demanded: int
) -> None:
    for _ in range(2):
        assert freeze(runtime.sessions, demanded, runtime.links) is False
    with runtime.session() as session:
        mailing = session.get_one(Mailing, demanded)
        assert (mailing.state, mailing.control) == (MailingState.SCHEDULED, Control.PAUSE)
        assert (mailing.held_reason, mailing.candidates) == (HELD, 0)
        told = session.scalars(select(SystemMessage).where(SystemMessage.kind == "approval_missing")).one()
        assert told.recipient == "ana@press.example"
        with pytest.raises(Conflict, match="approved"):
            control.resume(session, demanded, actor="test")
        session.rollback()
        approve(session, mailing.issue_id, None, actor="ana@press.example")
        control.resume(session, demanded, actor="test")
        session.commit()
    assert freeze(runtime.sessions, demanded, runtime.links) is True


def test_one_that_was_paused_before_its_time_may_be_resumed(runtime: Runtime, demanded: int) -> None:
    with runtime.session() as session:
        session.get_one(Mailing, demanded).scheduled_at = clock.now() + timedelta(hours=1)
        control.pause(session, demanded, actor="test")
        control.resume(session, demanded, actor="test")
        assert session.get_one(Mailing, demanded).control is Control.GO


def test_an_approved_one_is_not_held(runtime: Runtime, demanded: int) -> None:
    with runtime.session() as session:
        approve(session, session.get_one(Mailing, demanded).issue_id, None, actor="ana@press.example")
        session.commit()
    assert freeze(runtime.sessions, demanded, runtime.links) is True
