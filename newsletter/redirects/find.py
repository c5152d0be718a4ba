"""Find where a redirect link leads."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.redirects.models import MailingLink


def find_target(session: Session, link_id: int) -> str:
    """Where the link leads now; `Missing` when there is none with that id."""
    target = session.scalar(select(MailingLink.target).where(MailingLink.id == link_id))
    if target is None:
        raise Missing("unknown_link", "This link no longer works.")
    return target
