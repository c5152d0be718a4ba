"""delivery: the Date of its copy; stored_message: what it was compiled from"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("dated", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stored_message", sa.Column("made_of", sa.Text(), nullable=False, server_default=""))
