"""dkim_key: when another key took its place, and whether the DNS has its record"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dkim_key", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dkim_key", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dkim_key", sa.Column("record_problem", sa.Text(), server_default="", nullable=False))
