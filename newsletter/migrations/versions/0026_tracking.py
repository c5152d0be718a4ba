"""tracking: modes of publications, consents, events and their counts"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "publication", sa.Column("tracking", sa.String(length=32), server_default="off", nullable=False)
    )
    op.add_column(
        "publication", sa.Column("utm_parameters", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("publication", sa.Column("untracked_links", sa.Text(), server_default="", nullable=False))
    op.add_column("subscription", sa.Column("tracking_consent_at", sa.DateTime(timezone=True), nullable=True))
    _create_event()
    op.create_table(
        "tracking_count",
        sa.Column("mailing_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("link_id", _ID, autoincrement=False, nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_tracking_count_mailing_id_mailing")
        ),
        sa.PrimaryKeyConstraint(
            "mailing_id", "kind", "link_id", "hour", "label", name=op.f("pk_tracking_count")
        ),
    )
    op.create_table(
        "tracking_relabel",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("through_mailing_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_relabel")),
    )


def _create_event() -> None:
    op.create_table(
        "tracking_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("mailing_id", _ID, nullable=False),
        sa.Column("link_id", _ID, nullable=False),
        sa.Column("subscriber_id", _ID, nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("is_head", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_tracking_event_subscriber_id_subscriber")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_event")),
        sa.UniqueConstraint("key", name=op.f("uq_tracking_event_key")),
    )
    op.create_index(op.f("ix_tracking_event_at"), "tracking_event", ["at"])
    op.create_index(
        "ix_tracking_event_mailing_id_subscriber_id", "tracking_event", ["mailing_id", "subscriber_id"]
    )
    op.create_index("ix_tracking_event_subscriber_id", "tracking_event", ["subscriber_id"])
