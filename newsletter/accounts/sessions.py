"""Begin, recognise and end the sessions of signed-in browsers.

The cookie is signed and holds a random key; the row behind it says whether the session goes on. So signing
out, a new password and a deactivation end a session wherever a copy of its cookie may be.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from newsletter.accounts.models import User, UserSession
from newsletter.core import clock

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(days=30)
BROWSER_LENGTH = 200


def begin_session(session: Session, user: User, *, ip: str, browser: str) -> str:
    """A new session of `user`; the answer is its key, which only the cookie may keep."""
    key = secrets.token_urlsafe(32)
    session.add(
        UserSession(key_hash=_hash(key), user_id=user.id, ip=ip[:45], browser=browser[:BROWSER_LENGTH])
    )
    session.flush()
    return key


# Built once: each page of the admin begins with it.
_behind_key = (
    select(User)
    .join(UserSession, UserSession.user_id == User.id)
    .where(
        UserSession.key_hash == bindparam("key_hash"),
        UserSession.ended_at.is_(None),
        UserSession.started_at >= bindparam("since"),
        User.fs_uniquifier == bindparam("uniquifier"),
        User.active,
    )
    .options(joinedload(User.roles))
)


def session_user(session: Session, key: str, uniquifier: str) -> User | None:
    """Whose session `key` stands for; None when it has ended or is too old, or that user may not sign in.

    `uniquifier` is what the cookie says beside the key (`User.fs_uniquifier`): both must agree.
    """
    named = {"key_hash": _hash(key), "since": clock.now() - ABSOLUTE_LIMIT, "uniquifier": uniquifier}
    return session.scalars(_behind_key, named).unique().one_or_none()


def started_at(session: Session, key: str) -> datetime | None:
    """When the session that `key` stands for began: when its password was typed. None when there is none."""
    return session.scalar(
        select(UserSession.started_at).where(
            UserSession.key_hash == _hash(key), UserSession.ended_at.is_(None)
        )
    )


@dataclass(frozen=True)
class OpenSession:
    """One browser that is signed in; `here`: it is the one that asks."""

    browser: str
    ip: str
    started_at: datetime
    here: bool


def open_sessions(session: Session, user: User, key: str) -> list[OpenSession]:
    """Where `user` is signed in: the browser with the key `key` first, then the newest.

    How long a browser was idle stands in its own cookie only, so one that nobody uses any more is listed
    until it is 30 days old.
    """
    rows = session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.ended_at.is_(None),
            UserSession.started_at > clock.now() - ABSOLUTE_LIMIT,
        )
        .order_by(UserSession.started_at.desc())
    )
    here = _hash(key)
    listed = [OpenSession(row.browser, row.ip, row.started_at, row.key_hash == here) for row in rows]
    return sorted(listed, key=lambda one: not one.here)


def end_session(session: Session, key: str) -> None:
    """Sign this browser out."""
    _end(session, UserSession.key_hash == _hash(key))


def end_sessions(session: Session, user: User, *, but: str = "") -> None:
    """Sign every browser of `user` out, except the one with the key `but`."""
    _end(session, UserSession.user_id == user.id, UserSession.key_hash != _hash(but))


def _end(session: Session, *which: ColumnElement[bool]) -> None:
    session.execute(
        update(UserSession).where(UserSession.ended_at.is_(None), *which).values(ended_at=clock.now())
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
