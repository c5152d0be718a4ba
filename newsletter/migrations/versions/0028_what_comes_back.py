"""feedback_event, feedback_evidence, refused_delivery, refused_feedback: what comes back of mailings"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feedback_evidence",
        sa.Column("id", _ID, nullable=False),
        sa.Column("compressed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_evidence")),
    )
    op.create_index(op.f("ix_feedback_evidence_received_at"), "feedback_evidence", ["received_at"])

    op.create_table(
        "refused_delivery",
        sa.Column("id", _ID, nullable=False),
        sa.Column("mailing_id", _ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_delivery")),
    )
    op.create_index(op.f("ix_refused_delivery_at"), "refused_delivery", ["at"])

    op.create_table(
        "refused_feedback",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "source", "why", name=op.f("pk_refused_feedback")),
    )
    op.create_table(
        "feedback_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("event_key", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("parser", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("smtp_code", sa.Integer(), nullable=True),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.Column("subscriber_id", _ID, nullable=True),
        sa.Column("publication_id", _ID, nullable=True),
        sa.Column("mailing_id", _ID, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consequence", sa.String(length=32), nullable=False),
        sa.Column("evidence_id", _ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["feedback_evidence.id"],
            name=op.f("fk_feedback_event_evidence_id_feedback_evidence"),
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_feedback_event_mailing_id_mailing")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_feedback_event_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_feedback_event_subscriber_id_subscriber")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_event")),
        sa.UniqueConstraint("event_key", name=op.f("uq_feedback_event_event_key")),
    )
    op.create_index(op.f("ix_feedback_event_address_hash"), "feedback_event", ["address_hash"])
    op.create_index(op.f("ix_feedback_event_evidence_id"), "feedback_event", ["evidence_id"])
    op.create_index(op.f("ix_feedback_event_mailing_id_seq"), "feedback_event", ["mailing_id", "seq"])
    op.create_index(op.f("ix_feedback_event_publication_id_id"), "feedback_event", ["publication_id", "id"])
    op.create_index(op.f("ix_feedback_event_received_at"), "feedback_event", ["received_at"])
    op.create_index(op.f("ix_feedback_event_subscriber_id"), "feedback_event", ["subscriber_id"])

    op.add_column("publication", sa.Column("bounce_limit", sa.Double(), server_default="10", nullable=False))
    op.add_column(
        "publication", sa.Column("complaint_limit", sa.Double(), server_default="0.3", nullable=False)
    )
