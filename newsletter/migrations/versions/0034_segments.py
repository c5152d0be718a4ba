"""segment; a mailing may go to one"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "segment",
        sa.Column("id", _ID, nullable=False),
        sa.Column("publication_id", _ID, nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_segment_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("publication_id", "slug", name=op.f("uq_segment_publication_id_slug")),
    )
    with op.batch_alter_table("mailing") as batch:
        batch.add_column(sa.Column("segment_id", _ID, nullable=True))
        batch.add_column(sa.Column("frozen_segment", sa.JSON(), nullable=True))
