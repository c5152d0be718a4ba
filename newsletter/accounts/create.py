"""Add somebody to the team."""

import secrets

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.accounts.models import Role, User
from newsletter.accounts.passwords import check_password, hash_password
from newsletter.accounts.permissions import RoleName
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict


def create_user(
    session: Session, *, email: str, role: RoleName, password: str | None, actor: str, ip: str = ""
) -> User:
    """Add a user, flushed; without a password they cannot sign in before they set one.

    Raises `Refused` for an address or a password that will not do, `Conflict` when the address is taken.
    """
    address = parse_address(email)
    hashed = None if password is None else hash_password(check_password(password, address.email))
    kind = role_row(session, role)
    try:
        with session.begin_nested():
            user = User(
                email=address.email,
                email_key=address.key,
                password=hashed,
                active=True,
                fs_uniquifier=secrets.token_hex(32),
                roles=[kind],
            )
            session.add(user)
    except IntegrityError:
        sentence = f"{address.email} is already on the team."
        raise Conflict("user_exists", sentence, {"email": sentence}) from None
    audit.record(
        session, "user.created", "user", user.id, actor=actor, ip=ip, email=user.email, role=role.value
    )
    return user


def role_row(session: Session, name: RoleName) -> Role:
    """The row of the role called `name`, made on first use."""
    role = session.scalar(select(Role).where(Role.name == name.value))
    if role is None:
        try:
            with session.begin_nested():
                role = Role(name=name.value)
                session.add(role)
        except IntegrityError:  # somebody else was first
            role = session.scalars(select(Role).where(Role.name == name.value)).one()
    return role
