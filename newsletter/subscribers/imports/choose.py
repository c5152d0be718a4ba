"""What an editor chooses for an upload that is not confirmed: its columns, and what data may change."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict
from newsletter.subscribers.imports.confirm import lock_import
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.plan import DataRule, attributes_of, checked_field
from newsletter.subscribers.imports.read import read_columns
from newsletter.subscribers.imports.remember import remember, with_remembered
from newsletter.subscribers.imports.upload import source_of
from newsletter.subscribers.imports.words import compact


def choose(
    session: Session,
    publication_id: int,
    import_id: int,
    files: ImportFiles,
    *,
    fields: Mapping[int, str],
    data: DataRule,
) -> SubscriberImport:
    """Read the columns at these places as these fields, and remember that for the next file with this header.

    Raises `Refused` for a field that does not exist, and when no column is for addresses any more; `Missing`
    and `Conflict` when there is no such upload, or somebody has confirmed it.
    """
    row = lock_import(session, publication_id, import_id)
    if row.state is not ImportState.PREVIEW:
        raise Conflict("import_confirmed", "Someone has confirmed this import in the meantime.")
    titles = read_columns(source_of(session, row, files)).titles
    attributes = attributes_of(session, publication_id)
    mapping = {
        compact(titles[place]): checked_field(field, attributes)
        for place, field in fields.items()
        if 0 <= place < len(titles) and compact(titles[place])
    }
    row.options = row.options | {"mapping": {**row.options.get("mapping", {}), **mapping}, "data": data.value}
    read_columns(source_of(session, row, files))
    if mapping:
        remember(session, publication_id, titles, mapping)
    return row


def use_remembered(session: Session, row: SubscriberImport, files: ImportFiles) -> None:
    """Let an upload be read as the last file with the same header was."""
    source = source_of(session, row, files)
    mapping = with_remembered(session, row.publication_id, source).plan.mapping
    if mapping:
        row.options = row.options | {"mapping": dict(mapping)}
