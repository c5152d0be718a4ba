"""The owners: somebody must always be able to manage the team."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from newsletter.accounts.create import role_row
from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import RoleName
from newsletter.core.errors import Conflict


def has_owner(session: Session) -> bool:
    """Whether anybody is, or is invited to be, an owner."""
    return bool(session.scalars(_owners()).first())


def lock_owners(session: Session) -> list[User]:
    """The active owners. Whoever else wants to change who they are waits for this transaction."""
    role = role_row(session, RoleName.OWNER)
    session.execute(select(Role.id).where(Role.id == role.id).with_for_update())
    return list(session.scalars(_owners().execution_options(populate_existing=True)))


def keep_an_owner(session: Session, leaving: User) -> None:
    """Raise `Conflict` when nobody who can sign in would be an owner after `leaving`."""
    others = [owner for owner in lock_owners(session) if owner.id != leaving.id and owner.password]
    if leaving.role is RoleName.OWNER and leaving.password and not others:
        raise Conflict(
            "last_owner",
            f"{leaving.email} is the only owner who can sign in. Make somebody else an owner first.",
        )


def _owners() -> Select[User]:
    return select(User).join(User.roles).where(Role.name == RoleName.OWNER.value, User.active)
