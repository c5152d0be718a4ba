"""Pause, resume and cancel: pressing twice changes nothing, and what cannot be done says why."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict
from newsletter.mailings.models import Control, Mailing
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.reserve import Window


def audited(session: Session) -> list[str]:
    entries = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    return [action for action in entries if action.startswith("mailing.")][1:]  # it was scheduled


def test_pressing_twice_changes_nothing(
    session: Session, mailing_id: int, reserve_window: Callable[[int], Window]
) -> None:
    reserve_window(5)  # so that a cancel has to wait
    for press in (control.pause, control.resume, control.cancel):
        for _ in range(2):
            press(session, mailing_id, actor="test")
            session.commit()
    assert audited(session) == ["mailing.paused", "mailing.resumed", "mailing.cancelled"]


def test_what_is_being_cancelled_cannot_be_paused_or_held(
    session: Session, mailing_id: int, reserve_window: Callable[[int], Window]
) -> None:
    reserve_window(5)
    control.cancel(session, mailing_id, actor="test")
    for press, verb in ((control.pause, "paused"), (control.resume, "resumed")):
        with pytest.raises(Conflict, match=f"being cancelled; it cannot be {verb}"):
            press(session, mailing_id, actor="test")
    control.auto_pause(session, session.get_one(Mailing, mailing_id), "It was restored.")
    assert session.get_one(Mailing, mailing_id).control is Control.CANCEL


def test_what_is_over_cannot_be_held_or_cancelled(
    session: Session, mailing_id: int, process: SendingProcess, runtime: Runtime
) -> None:
    process.drain(mailing_id, seconds=30)
    control.auto_pause(session, session.get_one(Mailing, mailing_id), "It was restored.")
    control.auto_pause_all(session, "It was restored.")
    mailing = session.get_one(Mailing, mailing_id)
    assert (mailing.control, mailing.held_reason) == (Control.GO, "")
    with pytest.raises(Conflict, match="is finished; it cannot be cancelled"):
        control.cancel(session, mailing_id, actor="test")
