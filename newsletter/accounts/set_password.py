"""Give somebody a new password. Every session and every link of theirs ends with it."""

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.accounts.models import User
from newsletter.accounts.passwords import check_password, hash_password
from newsletter.accounts.sessions import end_sessions
from newsletter.accounts.tokens import used_link
from newsletter.core.addresses import parse_address
from newsletter.outbox import post


def set_password(
    session: Session, user: User, password: str, *, locale: str, actor: str, ip: str = ""
) -> None:
    """Set the password of `user` and tell them by mail when they had one.

    Raises `Refused`, with the field `password` when it will not do; without, when somebody else has set one
    since `user` was read: of two who press the button behind one link only one gets in.
    Flask-Security recognises sessions by `fs_uniquifier`: a new one ends them all, as do their rows.
    """
    had_one = user.password is not None
    _replace(session, user, hash_password(check_password(password, user.email)))
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


def _replace(session: Session, user: User, hashed: str) -> None:
    """Compare and set: PostgreSQL looks at the row again after the wait for whoever was first."""
    as_it_was_read = (User.id == user.id, User.fs_uniquifier == user.fs_uniquifier, User.active)
    replaced = session.scalar(
        update(User)
        .where(*as_it_was_read)
        .values(password=hashed, fs_uniquifier=secrets.token_hex(32))
        .returning(User.id)
        .execution_options(synchronize_session=False)
    )
    if replaced is None:
        raise used_link()
    session.refresh(user)
