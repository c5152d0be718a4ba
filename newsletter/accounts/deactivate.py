"""Let somebody in no longer, or again. What they did keeps their address: nobody is deleted."""

import secrets

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.accounts.models import User
from newsletter.accounts.owners import keep_an_owner
from newsletter.accounts.sessions import end_sessions


def deactivate(session: Session, user: User, *, actor: str, ip: str = "") -> bool:
    """Sign `user` out everywhere and let them in no more; False when it was so. `Conflict`: last owner."""
    if not user.active:
        return False
    keep_an_owner(session, user)
    user.active = False
    user.fs_uniquifier = secrets.token_hex(32)  # also ends their links
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
