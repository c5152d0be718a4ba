"""audit_entry: an index by action and time, for the unsubscribes of mailings"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_audit_entry_action_at"), "audit_entry", ["action", "at"])
