"""sign-ups that wait for an editor; reminders of confirmations"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("deferred_request") as table:
        table.add_column(sa.Column("suspicion", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("publication_id", _ID, nullable=True))
        table.add_column(sa.Column("address_hash", sa.String(length=64), nullable=True))
        table.create_foreign_key(
            op.f("fk_deferred_request_publication_id_publication"), "publication", ["publication_id"], ["id"]
        )
        table.create_index(
            "ix_deferred_request_publication_id_address_hash", ["publication_id", "address_hash"]
        )
    op.add_column(
        "publication",
        sa.Column("check_mail_domain", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("subscription", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
