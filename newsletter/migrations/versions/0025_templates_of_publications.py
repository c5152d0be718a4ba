"""templates that people write for their publication, and what they have tried"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "template_version",
        sa.Column("id", _ID, nullable=False),
        sa.Column("publication_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_template_version_publication_id_publication"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_version")),
        sa.UniqueConstraint(
            "publication_id", "number", name=op.f("uq_template_version_publication_id_number")
        ),
    )
    op.create_table(
        "template_draft",
        sa.Column("publication_id", _ID, nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("theme", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_template_draft_publication_id_publication"),
        ),
        sa.PrimaryKeyConstraint("publication_id", "author", name=op.f("pk_template_draft")),
    )
    op.add_column("publication", sa.Column("template", sa.Integer(), nullable=True))
