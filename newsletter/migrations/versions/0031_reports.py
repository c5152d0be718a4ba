"""deferred_delivery, provider_count, provider_counting, report_mail: reports by provider and by mail"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COUNTS = ("recipients", "sent", "deferred", "rejected", "bounced", "complaints", "clicks", "people")


def upgrade() -> None:
    op.create_table(
        "deferred_delivery",
        sa.Column("mailing_id", _ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("mailing_id", "seq", name=op.f("pk_deferred_delivery")),
    )
    _create_of_mailing(
        "provider_count",
        sa.Column("receiver", sa.String(length=254), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        key=("mailing_id", "receiver"),
    )
    _create_of_mailing(
        "provider_counting", sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False)
    )
    _create_of_mailing("report_mail", sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False))
    op.add_column(
        "user_account", sa.Column("report_mail", sa.Boolean(), server_default=sa.true(), nullable=False)
    )


def _create_of_mailing(name: str, *columns: sa.Column[Any], key: tuple[str, ...] = ("mailing_id",)) -> None:
    """A table with one row, or some, for each mailing."""
    op.create_table(
        name,
        sa.Column("mailing_id", _ID, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f(f"fk_{name}_mailing_id_mailing")),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
    )
