"""editing: revisions are amended while somebody types, and test messages are kept"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Columns are added with a default and the table is never rebuilt: on SQLite that would delete its rows
    # for a moment, which the mailings that refer to them do not allow.
    op.add_column("revision", sa.Column("edits", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "revision",
        sa.Column(
            "saved_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("'1970-01-01 00:00:00'"),
        ),
    )
    op.execute("UPDATE revision SET saved_at = created_at")
    op.create_table(
        "test_message",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("issue_id", BIG_ID, nullable=False),
        sa.Column("revision_id", BIG_ID, nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("addresses_hash", sa.String(length=64), nullable=False),
        sa.Column("compiled", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_test_message_issue_id_issue")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_test_message_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_message")),
    )
    op.create_index(op.f("ix_test_message_issue_id"), "test_message", ["issue_id"])
