"""sender_check: what the DNS says about the domains of senders"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sender_check",
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_sender_check")),
    )
    op.create_index(op.f("ix_sender_check_due_at"), "sender_check", ["due_at"])
