"""cadence: when issues are due; skipped_date: dates left out; planned_issue: what was done for a date"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cadence",
        sa.Column("publication_id", BIG_ID, nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_cadence_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_cadence")),
    )
    op.create_table(
        "skipped_date",
        sa.Column("publication_id", BIG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_skipped_date_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", "day", name=op.f("pk_skipped_date")),
    )
    op.create_table(
        "planned_issue",
        sa.Column("publication_id", BIG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("issue_id", BIG_ID, nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        # Whoever deletes a draft does not want it again: its date is remembered without it.
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_planned_issue_issue_id_issue"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_planned_issue_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", "day", name=op.f("pk_planned_issue")),
    )
    op.create_index(op.f("ix_planned_issue_issue_id"), "planned_issue", ["issue_id"])
