"""deferred_request: what a worker decides; system_message: the mailbox by which messages are counted"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEX = "ix_system_message_mailbox_hash_created_at"
COUNTED = timedelta(days=31)


def upgrade() -> None:
    """Messages that are still counted get the hash of their address: exact for all without a `+tag`."""
    op.create_table(
        "deferred_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deferred_request")),
    )
    op.add_column(
        "system_message", sa.Column("mailbox_hash", sa.String(length=64), nullable=False, server_default="")
    )
    message = sa.table(
        "system_message",
        sa.column("address_hash"),
        sa.column("mailbox_hash"),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    since = datetime.now(UTC) - COUNTED
    if op.get_bind().dialect.name == "sqlite":
        since = since.replace(tzinfo=None)
    op.execute(
        message.update().where(message.c.created_at > since).values(mailbox_hash=message.c.address_hash)
    )
    op.create_index(INDEX, "system_message", ["mailbox_hash", "created_at"])
