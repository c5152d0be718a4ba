"""languages of subscribers and publications in the spelling of BCP 47: pt-BR, not pt_BR"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("subscriber", "publication"):
        op.execute(
            f"UPDATE {table} SET language = replace(language, '_', '-')"  # noqa: S608 - names of tables
            " WHERE strpos(language, '_') > 0"
            if op.get_bind().dialect.name == "postgresql"
            else f"UPDATE {table} SET language = replace(language, '_', '-')"  # noqa: S608
            " WHERE instr(language, '_') > 0"
        )
