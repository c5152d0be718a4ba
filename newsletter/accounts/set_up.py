"""The first owner: made once, with the link that the first start prints."""

from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.models import User
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.roles import lock_owners
from newsletter.core.errors import Conflict


def set_up(session: Session, *, email: str, password: str, ip: str = "") -> User:
    """Make the first owner; `Conflict` when there is one, also when two try at the same time."""
    if lock_owners(session):
        raise Conflict(
            "already_set_up", "This installation already has an owner. Sign in, or ask to be invited."
        )
    return create_user(session, email=email, role=RoleName.OWNER, password=password, actor="set-up", ip=ip)
