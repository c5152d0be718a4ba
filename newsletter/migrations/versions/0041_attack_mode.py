"""sign_up_count; since when a publication is under attack"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sign_up_count",
        sa.Column("publication_id", _ID, nullable=False),
        sa.Column("period", _AT, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("attacked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_sign_up_count_publication_id_publication"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("publication_id", "period", name=op.f("pk_sign_up_count")),
    )
    op.add_column("publication", sa.Column("under_attack_since", _AT, nullable=True))
