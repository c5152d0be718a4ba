"""mailing_variant, delivery.variant: sections for some readers only"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("variant", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "mailing_variant",
        sa.Column("mailing_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_mailing_variant_mailing_id_mailing")
        ),
        sa.PrimaryKeyConstraint("mailing_id", "number", name=op.f("pk_mailing_variant")),
    )
