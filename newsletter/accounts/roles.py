"""Roles of the team: change one, deactivate and reactivate people. At least one owner can always sign in.

Whoever is deactivated keeps their row, because the audit names them.
"""

import secrets

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.accounts.create import role_row
from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.sessions import end_sessions
from newsletter.core.errors import Conflict


def has_owner(session: Session) -> bool:
    """Whether anybody is an active owner, also one who was invited and has not come yet."""
    return bool(session.scalars(_owners()).first())


def lock_owners(session: Session) -> list[User]:
    """The active owners. Other transactions that call this wait until the end of this one."""
    role = role_row(session, RoleName.OWNER)
    session.execute(select(Role.id).where(Role.id == role.id).with_for_update())
    return list(session.scalars(_owners().execution_options(populate_existing=True)))


def change_role(session: Session, user: User, role: RoleName, *, actor: str, ip: str = "") -> bool:
    """Give `user` the role `role` instead of theirs; False when they have it. `Conflict`: the last owner."""
    before = user.role
    if before is role:
        return False
    _require_another_owner(session, user)
    user.roles = [role_row(session, role)]
    audit.record(
        session,
        "user.role_changed",
        "user",
        user.id,
        actor=actor,
        ip=ip,
        role=role.value,
        before=before.value if before else None,
    )
    return True


def deactivate(session: Session, user: User, *, actor: str, ip: str = "") -> bool:
    """End the sessions and links of `user`, who cannot sign in any more; False when that was so.

    Raises `Conflict` for the last owner.
    """
    if not user.active:
        return False
    _require_another_owner(session, user)
    user.active = False
    user.fs_uniquifier = secrets.token_hex(32)  # makes the links that they were sent invalid
    end_sessions(session, user)
    audit.record(session, "user.deactivated", "user", user.id, actor=actor, ip=ip)
    return True


def reactivate(session: Session, user: User, *, actor: str, ip: str = "") -> bool:
    """Let `user` sign in again, with the password they had; False when they could already."""
    if user.active:
        return False
    user.active = True
    audit.record(session, "user.reactivated", "user", user.id, actor=actor, ip=ip)
    return True


def _require_another_owner(session: Session, leaving: User) -> None:
    """Raises `Conflict` when no owner who can sign in would be left without `leaving`."""
    others = [owner for owner in lock_owners(session) if owner.id != leaving.id and owner.password]
    if leaving.role is RoleName.OWNER and leaving.password and not others:
        raise Conflict(
            "last_owner",
            f"{leaving.email} is the only owner who can sign in. Make someone else an owner first.",
        )


def _owners() -> Select[User]:
    return select(User).join(User.roles).where(Role.name == RoleName.OWNER.value, User.active)
