"""The links that let somebody in without a password: set-up, invitation, password reset.

Each is bound to what it is for and to the present state of its user: a new password, a new invitation or a
deactivation makes every earlier link worthless, so each works once. What waits in the outbox is that state,
which opens nothing; the link itself is signed when it is sent.
"""

import hashlib
from datetime import timedelta

from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.core.errors import Refused
from newsletter.core.tokens import Purpose, Signer

VALID_FOR: dict[Purpose, timedelta] = {
    Purpose.SET_UP: timedelta(days=7),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.PASSWORD_RESET: timedelta(hours=1),
}


def link_state(user: User) -> int:
    """What a link for `user` is bound to; changes with each new password and each new invitation."""
    state = hashlib.sha256(f"{user.fs_uniquifier}\0{user.password or ''}".encode()).digest()
    return int.from_bytes(state[:7])  # fewer than 63 bits: every JSON column keeps it exactly


def link_facts(user: User) -> dict[str, int]:
    """The facts of a system message whose link is for `user`."""
    return {"user_id": user.id, "state": link_state(user)}


def read_set_up_token(signer: Signer, token: str) -> None:
    """Raise `Missing` unless the token is genuine, `Expired` when it is too old."""
    signer.read(Purpose.SET_UP, token, max_age=VALID_FOR[Purpose.SET_UP])


def read_user_token(session: Session, signer: Signer, purpose: Purpose, token: str) -> User:
    """Whose token it is; `Missing` when it is not genuine, `Refused` when it is too old or was used."""
    user_id, state = signer.read(purpose, token, max_age=VALID_FOR[purpose]).ids
    user = session.get(User, user_id)
    if user is None or not user.active or state != link_state(user):
        raise used_link()
    return user


def used_link() -> Refused:
    """What is said to whoever comes second."""
    return Refused("used_link", "This link has already been used or replaced by a newer one.")
