"""mailings: turns, throttle and waiting; transports: limits, use, rest; keys that sign"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _mailing()
    _transport()
    op.create_table(
        "transport_use",
        sa.Column("transport", sa.String(length=280), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("free_at", MOMENT, nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("transport", "provider", name=op.f("pk_transport_use")),
    )
    op.create_table(
        "transport_rest",
        sa.Column("transport", sa.String(length=280), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("transport", "sender", name=op.f("pk_transport_rest")),
    )
    op.create_table(
        "dkim_key",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("selector", sa.String(length=63), nullable=False),
        sa.Column("algorithm", sa.String(length=16), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("active_since", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dkim_key")),
    )
    op.create_index("uq_dkim_key_domain_selector", "dkim_key", ["domain", "selector"], unique=True)
    _ledger()


def _mailing() -> None:
    # Added one by one with their defaults: rebuilding a table would delete its rows for a moment on SQLite.
    op.add_column("mailing", sa.Column("reservations", BIG_ID, nullable=False, server_default="0"))
    op.add_column("mailing", sa.Column("last_turn_at", MOMENT, nullable=True))
    op.add_column("mailing", sa.Column("per_second", sa.Double(), nullable=True))
    op.add_column("mailing", sa.Column("paced_until", MOMENT, nullable=True))
    op.add_column("mailing", sa.Column("not_before", MOMENT, nullable=True))
    op.add_column("mailing", sa.Column("waiting_for", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "mailing", sa.Column("refusals_seen", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def _transport() -> None:
    op.add_column(
        "transport", sa.Column("dialogue", sa.String(length=12), nullable=False, server_default="chunking")
    )
    op.add_column("transport", sa.Column("connections", sa.Integer(), nullable=True))
    op.add_column("transport", sa.Column("messages_per_connection", sa.Integer(), nullable=True))
    op.add_column("transport", sa.Column("per_second", sa.Double(), nullable=True))
    op.add_column("transport", sa.Column("per_day", sa.Integer(), nullable=True))
    op.add_column("transport", sa.Column("provider_limits", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("transport", sa.Column("hours", sa.String(length=11), nullable=False, server_default=""))
    op.add_column("transport", sa.Column("zone", sa.String(length=64), nullable=False, server_default="UTC"))
    op.add_column("transport", sa.Column("warm_up_from", sa.Date(), nullable=True))
    op.add_column("transport", sa.Column("warm_up_per_day", sa.Integer(), nullable=True))
    op.add_column("transport", sa.Column("paused_at", MOMENT, nullable=True))


def _ledger() -> None:
    # What refers to deliveries goes first: SQLite makes a table anew to drop its foreign keys.
    with op.batch_alter_table("delivery_retry") as table:
        table.drop_constraint("fk_delivery_retry_mailing_id_seq_delivery", type_="foreignkey")
    with op.batch_alter_table("delivery") as table:
        table.drop_constraint("fk_delivery_mailing_id_mailing", type_="foreignkey")
        table.drop_constraint("fk_delivery_subscriber_id_subscriber", type_="foreignkey")
        table.drop_constraint("fk_delivery_subscription_id_subscription", type_="foreignkey")
