"""Give somebody another role."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.accounts.create import role_row
from newsletter.accounts.models import User
from newsletter.accounts.owners import keep_an_owner
from newsletter.accounts.permissions import RoleName


def change_role(session: Session, user: User, role: RoleName, *, actor: str, ip: str = "") -> bool:
    """Make `role` the one role of `user`; False when it was already. `Conflict` for the last owner."""
    before = user.role
    if before is role:
        return False
    keep_an_owner(session, user)
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
