"""sender_check: what was found about each record, and what a receiver said of a test message"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sender_check", sa.Column("report", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("sender_check", sa.Column("self_test", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("sender_check", sa.Column("vanished", sa.JSON(), server_default="[]", nullable=False))
    # Asked again at once, so that there is something to show.
    op.execute("UPDATE sender_check SET due_at = '2000-01-01 00:00:00+00:00'")
