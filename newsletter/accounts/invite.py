"""Invite somebody to the team, by a mail with a link to choose a password."""

import secrets

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.accounts.create import create_user
from newsletter.accounts.find import find_user_by_address
from newsletter.accounts.models import User
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.tokens import link_facts
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, Refused
from newsletter.outbox import post


def invite(session: Session, *, email: str, role: RoleName, locale: str, actor: str, ip: str = "") -> User:
    """Add `email` to the team and write to them. `Refused` for no address, `Conflict` when they are on it."""
    address = parse_address(email)
    known = find_user_by_address(session, address)
    if known is not None:
        raise _known(known)
    user = create_user(session, email=email, role=role, password=None, actor=actor, ip=ip)
    invite_again(session, user, locale=locale, actor=actor, ip=ip)
    return user


def invite_again(session: Session, user: User, *, locale: str, actor: str, ip: str = "") -> None:
    """Send a new invitation; earlier ones stop working. `Refused` when there is nothing to invite to."""
    if user.password is not None or not user.active:
        raise Refused("not_invited", f"{user.email} has no open invitation.")
    user.fs_uniquifier = secrets.token_hex(32)
    user.invited_at = clock.now()
    post(
        session,
        kind="invitation",
        recipient=parse_address(user.email),
        publication_id=None,
        locale=locale,
        facts=link_facts(user),
    )
    audit.record(session, "user.invited", "user", user.id, actor=actor, ip=ip)


def _known(user: User) -> Conflict:
    if not user.active:
        sentence = f"{user.email} was on the team and is deactivated. Reactivate them in the list."
    elif user.password is None:
        sentence = f"{user.email} has already been invited. Send the invitation again from the list."
    else:
        sentence = f"{user.email} is already on the team."
    return Conflict("user_exists", sentence, {"email": sentence})
