"""publication: after how long who left is erased, and IP addresses are shortened"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("erase_after_months", "cut_ip_after_days"):
        op.add_column("publication", sa.Column(name, sa.Integer(), nullable=True))
