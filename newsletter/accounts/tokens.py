"""The links that let somebody in without a password: set-up, invitation, reset. Signed by itsdangerous.

Each is bound to what it is for and to the present state of its user: a new password, a new invitation or a
deactivation makes every earlier link worthless, so each works once. Older secrets still verify.
"""

import hashlib
from datetime import timedelta
from enum import StrEnum

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.core.errors import Missing, Refused

LONGEST = 400  # characters; ours are about 100


class LinkKind(StrEnum):
    """What a link is for; each has its own derived key."""

    SET_UP = "set-up"
    INVITATION = "invitation"
    RESET = "reset"


VALID_FOR: dict[LinkKind, timedelta] = {
    LinkKind.SET_UP: timedelta(days=7),
    LinkKind.INVITATION: timedelta(days=7),
    LinkKind.RESET: timedelta(hours=1),
}


def set_up_token(secrets: list[str]) -> str:
    """A token to make the first owner with. `secrets` are the installation's, newest first."""
    return _dumps(secrets, LinkKind.SET_UP, [])


def user_token(secrets: list[str], kind: LinkKind, user: User) -> str:
    """A token with which `user` may choose a password."""
    return _dumps(secrets, kind, [user.id, _state(user)])


def read_set_up_token(secrets: list[str], token: str) -> None:
    """Raise `Missing` unless the token is genuine, `Refused` when it is too old."""
    _loads(secrets, LinkKind.SET_UP, token)


def read_user_token(session: Session, secrets: list[str], kind: LinkKind, token: str) -> User:
    """Whose token it is; `Missing` when it is not genuine, `Refused` when it is too old or was used."""
    said = _loads(secrets, kind, token)
    match said:
        case [int(user_id), str(state)]:
            user = session.get(User, user_id)
        case _:
            raise _unknown()
    if user is None or not user.active or state != _state(user):
        raise Refused("used_link", "This link has been used, or a newer one has taken its place.")
    return user


def _state(user: User) -> str:
    """Changes with each new password and each new invitation."""
    return hashlib.sha256(f"{user.fs_uniquifier}\0{user.password or ''}".encode()).hexdigest()[:24]


def _serializer(secrets: list[str], kind: LinkKind) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        secrets[::-1],  # itsdangerous signs with the last one
        salt=f"newsletter-{kind.value}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )


def _dumps(secrets: list[str], kind: LinkKind, payload: list[object]) -> str:
    token = _serializer(secrets, kind).dumps(payload)
    return token if isinstance(token, str) else token.decode()


def _loads(secrets: list[str], kind: LinkKind, token: str) -> object:
    if len(token) > LONGEST:
        raise _unknown()
    try:
        said: object = _serializer(secrets, kind).loads(token, max_age=int(VALID_FOR[kind].total_seconds()))
    except SignatureExpired:
        raise Refused("expired_link", "This link has expired.") from None
    except BadSignature:
        raise _unknown() from None
    return said


def _unknown() -> Missing:
    return Missing("unknown_link", "This link is not complete. Copy the whole link.")
