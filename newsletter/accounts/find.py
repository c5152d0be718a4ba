"""Find users."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.core.addresses import Address
from newsletter.core.errors import Missing


def find_user(session: Session, user_id: int) -> User:
    """The user with this id; `Missing` when there is none."""
    found = session.get(User, user_id)
    if found is None:
        raise Missing("unknown_user", "Nobody on the team has this number.")
    return found


def find_user_by_address(session: Session, address: Address) -> User | None:
    """The user with this address, if there is one."""
    return session.scalar(select(User).where(User.email_key == address.key))


def all_users(session: Session) -> list[User]:
    """The whole team: who may sign in first, each part by address."""
    return list(session.scalars(select(User).order_by(User.active.desc(), User.email_key)))
