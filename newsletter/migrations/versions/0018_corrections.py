"""mailing_link, link_mend, correction: what is put right after an issue was sent"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before_revision", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_by", sa.String(length=254), nullable=False),
        sa.Column("erratum_issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["erratum_issue_id"], ["issue.id"], name=op.f("fk_correction_erratum_issue_id_issue")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_correction_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("issue_id", "revision", name=op.f("uq_correction_issue_id_revision")),
    )
    op.create_table(
        "mailing_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mailing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_mailing_link_mailing_id_mailing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_link")),
    )
    op.create_index(op.f("ix_mailing_link_mailing_id"), "mailing_link", ["mailing_id"])
    op.create_table(
        "link_mend",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("old_target", sa.Text(), nullable=False),
        sa.Column("new_target", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["mailing_link.id"], name=op.f("fk_link_mend_link_id_mailing_link")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_mend")),
    )
    op.create_index(op.f("ix_link_mend_link_id"), "link_mend", ["link_id"])
    op.add_column(
        "issue",
        sa.Column("corrects_issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    )
    op.create_index(op.f("ix_issue_corrects_issue_id"), "issue", ["corrects_issue_id"])
    op.add_column(
        "publication", sa.Column("redirect_links", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
