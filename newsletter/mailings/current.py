"""The mailing that an issue has now: a cancelled one makes room for another."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing, MailingState


def current_mailing(session: Session, issue_id: int) -> Mailing | None:
    """The issue's mailing that was not cancelled, if there is one (a unique index allows no second)."""
    return session.scalars(
        select(Mailing)
        .where(Mailing.issue_id == issue_id, Mailing.state != MailingState.CANCELLED)
        .execution_options(populate_existing=True)
    ).one_or_none()
