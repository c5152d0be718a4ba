"""Ask for a password reset: the link is sent if the address belongs to somebody on the team."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.accounts.find import find_user_by_address
from newsletter.accounts.tokens import link_facts
from newsletter.core.addresses import Address, parse_address
from newsletter.outbox import post


def ask_reset(session: Session, address: Address, *, locale: str, ip: str = "") -> None:
    """Send a link to choose a new password to `address` when it is a user's. Only the audit is told."""
    user = find_user_by_address(session, address)
    allowed = user is not None and user.active
    if user is not None and allowed:
        post(
            session,
            kind="password_reset",
            recipient=parse_address(user.email),  # as it is known to us, not as somebody has spelled it
            publication_id=None,
            locale=locale,
            facts=link_facts(user),
        )
    audit.record(
        session,
        "user.reset_asked",
        "user",
        user.id if user else None,
        actor=user.email if user else "somebody",
        ip=ip,
        sent=allowed,
    )
