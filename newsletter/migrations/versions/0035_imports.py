"""import_change, import_mapping; options and further counts of imports; what an import added"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name in ("updated", "ended", "suppressed"):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        op.add_column("subscriber_import", column)
    for name in ("refused", "options", "undone"):
        column = sa.Column(name, sa.JSON(), nullable=False, server_default="{}")
        op.add_column("subscriber_import", column)
    op.add_column("consent_record", sa.Column("import_id", _ID, nullable=True))
    op.add_column("suppression", sa.Column("import_id", _ID, nullable=True))
    op.create_table(
        "import_change",
        sa.Column("import_id", _ID, nullable=False, autoincrement=False),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("subscription_id", _ID, nullable=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("added_subscriber", sa.Boolean(), nullable=False),
        sa.Column("added_subscription", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_import_change_subscriber_id_subscriber")
        ),
        sa.PrimaryKeyConstraint("import_id", "subscriber_id", name=op.f("pk_import_change")),
    )
    op.create_index(op.f("ix_import_change_subscriber_id"), "import_change", ["subscriber_id"])
    op.create_table(
        "import_mapping",
        sa.Column("publication_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("header_hash", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_import_mapping_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", "header_hash", name=op.f("pk_import_mapping")),
    )
