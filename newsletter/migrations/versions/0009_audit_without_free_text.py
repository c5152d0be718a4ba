"""the audit keeps no free text about people: nobody can be erased from it"""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The row of the import has the name of its file and what was stated.
IMPORTS = ("subscribers.import_begun", "subscribers.imported")
PAUSED = "mailing.paused"
ADDRESS = re.compile(r"[^\s<>\"'“”‘’„«»(),;:\[\]{}=/@]+@(?=[^\s<>\"'(),;:\[\]{}@]*\.)")


def upgrade() -> None:
    """Remove it from what was written before."""
    table = sa.table("audit_entry", sa.column("id"), sa.column("action"), sa.column("detail", sa.JSON))
    query = sa.select(table.c.id, table.c.detail).where(table.c.action.in_((*IMPORTS, PAUSED)))
    for id_, detail in op.get_bind().execute(query).all():
        cleaned = _cleaned(detail)
        if cleaned != detail:
            op.execute(table.update().where(table.c.id == id_).values(detail=cleaned))


def _cleaned(detail: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in detail.items() if name not in {"file", "statement"}}
    if isinstance(kept.get("reason"), str):
        kept["reason"] = ADDRESS.sub("…@", kept["reason"])
    return kept
