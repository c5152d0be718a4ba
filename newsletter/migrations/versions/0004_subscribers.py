"""subscribers: lists and search of many, who wrote a consent down, imports from the desk"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_index(
        "ix_subscriber_email_key_name",
        "subscriber",
        ["email_key", "name"],
        postgresql_ops={"email_key": "varchar_pattern_ops"},
    )
    op.create_index("ix_subscription_publication_id_id", "subscription", ["publication_id", "id"])
    op.create_index(
        "ix_subscription_publication_id_state_id", "subscription", ["publication_id", "state", "id"]
    )
    op.add_column("consent_record", sa.Column("actor", sa.String(254), nullable=False, server_default=""))
    op.create_table(
        "subscriber_import",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("publication_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("already", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_subscriber_import_publication_id_publication"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber_import")),
    )
    op.create_index("ix_subscriber_import_publication_id_id", "subscriber_import", ["publication_id", "id"])
    op.create_index("ix_subscriber_import_state", "subscriber_import", ["state"])
    op.create_table(
        "import_problem",
        sa.Column("import_id", BIG_ID, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["subscriber_import.id"],
            name=op.f("fk_import_problem_import_id_subscriber_import"),
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_problem")),
    )
