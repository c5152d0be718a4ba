"""what the sign-up form asks for; what was chosen at sign-up, and what led to it"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("topic", _yes_or_no("at_sign_up", sa.true()))
    op.add_column("tag", _yes_or_no("at_sign_up", sa.false()))
    op.add_column("attribute", _yes_or_no("at_sign_up", sa.false()))
    op.add_column("publication", _yes_or_no("language_at_sign_up", sa.false()))
    op.add_column("publication", sa.Column("sign_up_sites", sa.Text(), nullable=False, server_default=""))
    op.add_column("subscription", sa.Column("sign_up_choices", sa.JSON(), nullable=True))
    op.add_column("consent_record", sa.Column("origin", sa.JSON(), nullable=True))


def _yes_or_no(name: str, default: sa.ColumnElement[bool]) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)
