"""user_account.list_columns"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("list_columns", sa.JSON(), nullable=False, server_default="{}"))
