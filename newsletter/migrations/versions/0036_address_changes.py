"""address_change"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "address_change",
        sa.Column("id", _ID, nullable=False),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=True),
        sa.Column("former_email", sa.String(length=254), nullable=False),
        sa.Column("former_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_address_change_subscriber_id_subscriber")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
    )
    for column in ("subscriber_id", "asked_at", "former_hash"):
        op.create_index(op.f(f"ix_address_change_{column}"), "address_change", [column])
