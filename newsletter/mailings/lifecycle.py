"""Move a mailing along its lifecycle, and take the lock that orders everything done to its ledger."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Missing
from newsletter.mailings.models import TRANSITIONS, Mailing, MailingState


def find(session: Session, mailing_id: int) -> Mailing:
    """The mailing, or `Missing`."""
    mailing = session.get(Mailing, mailing_id)
    if mailing is None:
        raise Missing("unknown_mailing", f"There is no mailing {mailing_id}.")
    return mailing


def lock(session: Session, mailing_id: int) -> Mailing:
    """The mailing as it is now, locked until the transaction ends.

    Whoever changes a mailing's ledger takes this first, so all changes to one mailing have one order and
    none can deadlock. On SQLite a writing transaction already excludes every other.
    """
    mailing = session.scalars(
        select(Mailing)
        .where(Mailing.id == mailing_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if mailing is None:
        raise Missing("unknown_mailing", f"There is no mailing {mailing_id}.")
    return mailing


def advance(mailing: Mailing, to: MailingState) -> None:
    """Change the state; `Conflict` when the lifecycle has no such step."""
    if to not in TRANSITIONS[mailing.state]:
        raise Conflict(
            "mailing_state", f"Mailing {mailing.id} is {mailing.state}; it can no longer become {to}."
        )
    mailing.state = to
