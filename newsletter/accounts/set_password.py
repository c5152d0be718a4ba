"""Give somebody a new password. Every session and every link of theirs ends with it."""

import secrets

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.accounts.models import User
from newsletter.accounts.passwords import check_password, hash_password
from newsletter.accounts.sessions import end_sessions
from newsletter.core.addresses import parse_address
from newsletter.outbox import post


def set_password(
    session: Session, user: User, password: str, *, locale: str, actor: str, ip: str = ""
) -> None:
    """Set the password of `user` and tell them by mail when they had one; `Refused` when it will not do.

    Flask-Security recognises sessions by `fs_uniquifier`: a new one ends them all, as do their rows.
    """
    had_one = user.password is not None
    user.password = hash_password(check_password(password, user.email))
    user.fs_uniquifier = secrets.token_hex(32)
    end_sessions(session, user)
    audit.record(session, "user.password_set", "user", user.id, actor=actor, ip=ip)
    if had_one:
        post(
            session,
            kind="password_changed",
            recipient=parse_address(user.email),
            publication_id=None,
            locale=locale,
            facts={},
        )
