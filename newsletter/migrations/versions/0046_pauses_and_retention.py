"""bulk changes pause and resume; publication: after how long unconfirmed sign-ups are erased"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulk_change", sa.Column("months", sa.Integer(), nullable=True))
    op.add_column(
        "subscription",
        sa.Column("paused_by_editor", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "publication",
        sa.Column("erase_expired_after_days", sa.Integer(), server_default="30", nullable=False),
    )
