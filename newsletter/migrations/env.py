"""Alembic's entry: migrates the connection that `newsletter.migrations.upgrade` passes in."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import MetaData

from newsletter.core.columns import UtcDateTime, Word


def plain_type(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column types as plain ones: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Word):
        return repr(item.impl_instance).replace("String", "sa.String", 1)
    return False


def models() -> MetaData:
    """Every table as the models have it."""
    from newsletter import tables
    from newsletter.accounts import models as accounts

    assert accounts  # noqa: S101 - its tables belong to the schema
    return tables.Base.metadata


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=models() if context.config.attributes["compares"] else None,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
