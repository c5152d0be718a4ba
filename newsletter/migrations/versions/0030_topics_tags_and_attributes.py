"""topic, muted_topic, tag, subscriber_tag, attribute; attributes of subscribers can be searched"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_labels("topic", sa.Column("description", sa.Text(), nullable=False))
    op.create_table(
        "muted_topic",
        sa.Column("topic_id", _ID, nullable=False),
        sa.Column("subscription_id", _ID, nullable=False),
        sa.Column("at", _AT, nullable=False),
        _refers("muted_topic", "topic", ondelete="CASCADE"),
        _refers("muted_topic", "subscription", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("topic_id", "subscription_id", name=op.f("pk_muted_topic")),
    )
    op.create_index(op.f("ix_muted_topic_subscription_id"), "muted_topic", ["subscription_id"])
    _create_labels("tag", sa.Column("by_readers", sa.Boolean(), nullable=False))
    op.create_table(
        "subscriber_tag",
        sa.Column("tag_id", _ID, nullable=False),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("at", _AT, nullable=False),
        _refers("subscriber_tag", "tag", ondelete="CASCADE"),
        _refers("subscriber_tag", "subscriber"),
        sa.PrimaryKeyConstraint("tag_id", "subscriber_id", name=op.f("pk_subscriber_tag")),
    )
    op.create_index(op.f("ix_subscriber_tag_subscriber_id"), "subscriber_tag", ["subscriber_id"])
    op.create_table(
        "attribute",
        sa.Column("id", _ID, nullable=False),
        sa.Column("publication_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("by_readers", sa.Boolean(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        *_constraints("attribute"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "subscriber",
            "attributes",
            type_=postgresql.JSONB(),
            existing_type=sa.JSON(),
            existing_nullable=False,
            postgresql_using="attributes::jsonb",
        )


def _create_labels(table: str, *further: sa.Column[str] | sa.Column[bool]) -> None:
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False),
        sa.Column("publication_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        *further,
        sa.Column("created_at", _AT, nullable=False),
        *_constraints(table),
    )


def _constraints(table: str) -> list[sa.Constraint]:
    return [
        _refers(table, "publication"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("publication_id", "key", name=op.f(f"uq_{table}_publication_id_key")),
    ]


def _refers(table: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{to}_id_{to}")
    return sa.ForeignKeyConstraint([f"{to}_id"], [f"{to}.id"], name=name, ondelete=ondelete)
