"""taken_message, publication.email_in and suggestions, entry.sender: mail that comes in, links of readers"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taker", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("message_hash", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_message")),
        sa.UniqueConstraint(
            "taker", "recipient", "message_hash", name=op.f("uq_taken_message_taker_recipient_message_hash")
        ),
    )
    op.create_index(
        "ix_taken_message_taker_recipient_taken_at", "taken_message", ["taker", "recipient", "taken_at"]
    )
    op.create_index(op.f("ix_taken_message_taken_at"), "taken_message", ["taken_at"])
    for name, default in (("email_in", sa.true()), ("suggestions", sa.false())):
        op.add_column("publication", sa.Column(name, sa.Boolean(), server_default=default, nullable=False))
    op.add_column(
        "publication", sa.Column("email_in_number", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("entry", sa.Column("sender", sa.String(length=400), server_default="", nullable=False))
