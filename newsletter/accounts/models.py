"""The tables of accounts: users, roles and passkeys as Flask-Security wants them, and who is signed in.

Flask-Security's own columns come from its mixins; its moments are naive unless it is told otherwise, so the
web sets `SECURITY_DATETIME_FACTORY` to our clock and every moment here is aware like all others.
https://flask-security.readthedocs.io/en/stable/models.html
"""

from datetime import datetime

from flask_security.models import sqla
from sqlalchemy import JSON, ForeignKey, String, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.accounts.permissions import Permission, RoleName, permits
from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base

sqla.FsModels.set_db_info(
    base_model=Base,  # type: ignore[no-untyped-call]
    user_table_name="user_account",
    role_table_name="user_role",
    webauthn_table_name="passkey",
)


class Role(Base, sqla.FsRoleMixin):
    """A role by its name; what it allows is in `accounts.permissions`, not in the table."""

    __tablename__ = "user_role"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    update_datetime: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class User(Base, sqla.FsUserMixin):
    """Somebody who signs in. Without a password they are invited and have not come yet."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    invited_at: Mapped[datetime | None]
    # Whether the report of each mailing is mailed to them the day after.
    report_mail: Mapped[bool] = mapped_column(default=True, server_default=true())
    # Columns of the list of subscribers, by the id of the publication.
    list_columns: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict, server_default="{}")
    create_datetime: Mapped[datetime] = mapped_column(default=clock.now)
    update_datetime: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    @property
    def role(self) -> RoleName | None:
        """The one role."""
        return RoleName(self.roles[0].name) if self.roles else None

    def may(self, permission: Permission) -> bool:
        """Whether this person, now, may do what needs `permission`."""
        return bool(self.active) and permits(self.role, permission)


class WebAuthn(Base, sqla.FsWebAuthnMixin):
    """A passkey; the user table refers to it, although no page offers them yet."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    create_datetime: Mapped[datetime] = mapped_column(default=clock.now)


class UserSession(Base):
    """One browser that signed in. Its cookie is worth nothing once `ended_at` is set."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of what the cookie holds
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    ip: Mapped[str] = mapped_column(String(45), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")

    user: Mapped[User] = relationship()
