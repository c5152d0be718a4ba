"""link_check: what workers found at the links of drafts"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_check",
        sa.Column("url_key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("final_url", sa.String(length=2000), nullable=False),
        sa.Column("headline", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("url_key", name=op.f("pk_link_check")),
    )
    op.create_index(op.f("ix_link_check_due_at"), "link_check", ["due_at"])
