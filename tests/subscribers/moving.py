"""Somebody changes their address, step by step."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.deferred.defer import defer_address_question
from newsletter.outbox.models import SystemMessage
from newsletter.subscribers.address_change import (
    ask_for_change,
    change_address,
    moment_of,
)
from newsletter.subscribers.models import (
    AddressChange,
)
from tests.deciding import decide_all

OLD, NEW = "ana@old.example", "ana@new.example"


def wish(session: Session, subscriber_id: int, email: str = NEW) -> AddressChange:
    """Ask on the preferences page, and let the worker decide."""
    change = ask_for_change(session, subscriber_id, parse_address(email))
    defer_address_question(session, change, locale="de")
    session.commit()
    decide_all(session)
    return change


def press(session: Session, change: AddressChange) -> None:
    """Press the button behind the link."""
    change_address(session, change.id, moment_of(change), locale="en", ip="192.0.2.9")
    session.commit()


def move(session: Session, subscriber_id: int, email: str = NEW) -> None:
    press(session, wish(session, subscriber_id, email))


def messages(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(
        select(SystemMessage.kind, SystemMessage.recipient).order_by(SystemMessage.id)
    ).all()
    session.rollback()
    return [(kind, recipient) for kind, recipient in rows]
