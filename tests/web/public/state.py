"""What the database holds, as one value: equal before and after whatever must change nothing."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.tables import Base


def everything(session: Session) -> dict[str, tuple[int, str]]:
    """For each table how many rows it has, and a hash of them."""
    session.rollback()
    tables = {}
    for table in Base.metadata.sorted_tables:
        rows = session.execute(select(table).order_by(*table.primary_key.columns)).all()
        tables[table.name] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    session.rollback()
    return tables
