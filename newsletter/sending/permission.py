"""Whether a mailing may send, by its state and its control (go, pause, cancel)."""

from enum import Enum

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core.db import reading
from newsletter.mailings.models import Control, Mailing, MailingState


class Permission(Enum):
    """The answer to “may this mailing send?”."""

    GO = "go"
    STOP = "stop"  # it is paused, cancelled, over, or has not begun
    UNKNOWN = "unknown"  # the database does not answer


def permission_of(mailing: Mailing) -> Permission:
    """Whether `mailing`, as it was read, may send."""
    may_send = mailing.state is MailingState.SENDING and mailing.control is Control.GO
    return Permission.GO if may_send else Permission.STOP


def read_permission(sessions: sessionmaker[Session], mailing_id: int) -> Permission:
    """Whether a mailing may send now, asked in a transaction of its own that changes nothing."""
    may_send = select(Mailing.id).where(
        Mailing.id == mailing_id, Mailing.state == MailingState.SENDING, Mailing.control == Control.GO
    )
    try:
        with reading(), sessions() as session:
            return Permission.STOP if session.scalar(may_send) is None else Permission.GO
    except DBAPIError:
        return Permission.UNKNOWN
