"""import_change, consent_record: no foreign keys, which took a third of an import"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing refers to the two: SQLite makes a table anew to drop its foreign keys.
    with op.batch_alter_table("import_change") as table:
        table.drop_constraint("fk_import_change_subscriber_id_subscriber", type_="foreignkey")
    with op.batch_alter_table("consent_record") as table:
        table.drop_constraint("fk_consent_record_subscription_id_subscription", type_="foreignkey")
