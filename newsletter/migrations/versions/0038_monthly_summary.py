"""monthly summaries: who wants one, which publication makes them, which issue is one"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, name in (("subscription", "monthly"), ("publication", "monthly_summary")):
        op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("publication", sa.Column("summarised_month", sa.Date(), nullable=True))
    op.add_column("issue", sa.Column("summary_month", sa.Date(), nullable=True))
