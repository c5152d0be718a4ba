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


# What only one database has: the full-text index of `archive_search`, which no model can tell of.
FULL_TEXT_INDEX = ("archive_text_index", "word_set", "ix_archive_text_word_set")


def is_compared(name: str | None, _kind: str, _parents: Any) -> bool:
    """Whether what the database has is looked for in the models. FTS5 keeps its data in tables of its own."""
    return not (name or "").startswith(FULL_TEXT_INDEX)


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
    include_name=is_compared,
)
with context.begin_transaction():
    context.run_migrations()
