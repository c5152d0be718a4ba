"""user_account.list_columns; bulk_change, bulk_person"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("user_account", sa.Column("list_columns", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "bulk_change",
        sa.Column("id", _ID, nullable=False),
        sa.Column("publication_id", _ID, nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("tag_key", sa.String(length=63), nullable=False),
        sa.Column("chosen_by", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("position", _ID, nullable=False),
        sa.Column("newest", _ID, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("beat_at", _AT, nullable=False),
        sa.Column("finished_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_bulk_change_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_change")),
    )
    op.create_index("ix_bulk_change_publication_id_id", "bulk_change", ["publication_id", "id"])
    op.create_index("ix_bulk_change_state", "bulk_change", ["state"])
    op.create_table(
        "bulk_person",
        sa.Column("bulk_id", _ID, nullable=False, autoincrement=False),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("subscription_id", _ID, nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("at", _AT, nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_bulk_person_subscriber_id_subscriber")
        ),
        sa.PrimaryKeyConstraint("bulk_id", "subscriber_id", name=op.f("pk_bulk_person")),
    )
    op.create_index(op.f("ix_bulk_person_subscriber_id"), "bulk_person", ["subscriber_id"])
