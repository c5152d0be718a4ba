"""issue_last_seen: what somebody saw of an issue; revision: which one it restored"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "issue_last_seen",
        sa.Column("issue_id", BIG_ID, nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_number", sa.Integer(), nullable=True),
        sa.Column("before_edits", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_last_seen_issue_id_issue")),
        sa.PrimaryKeyConstraint("issue_id", "actor", name=op.f("pk_issue_last_seen")),
    )
    op.add_column("revision", sa.Column("restored_from", sa.Integer(), nullable=True))
