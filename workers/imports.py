"""The imports queue: uploads are read, downloads are written, and many people are changed at once."""

from newsletter import jobs
from newsletter.segments.narrow import chosen_by_filter, narrowed_as
from newsletter.subscribers.bulk.process import run_bulk
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.exports.process import run_export
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.process import run_import
from newsletter.subscribers.imports.undo import run_undo
from workers.app import runtime, settings
from workers.handles import handles
from workers.shutdown import ending_on_term


@handles(jobs.import_subscribers)
def import_subscribers(import_id: int) -> None:
    """Read a file in batches; asked to end, this ends after one, and the rest is taken up from there."""
    with ending_on_term() as stopping:
        run_import(runtime().sessions, import_id, ImportFiles(settings().data_dir), stopping.is_set)


@handles(jobs.undo_import)
def undo_import(import_id: int) -> None:
    """Put the people of an import back, a batch at a time; asked to end, the sweep has it taken up again."""
    with ending_on_term() as stopping:
        run_undo(runtime().sessions, import_id, stopping.is_set)


@handles(jobs.export_subscribers)
def export_subscribers(export_id: int) -> None:
    """Write a file; asked to end, the sweep has it begun anew."""
    files = ExportFiles(settings().data_dir)
    with ending_on_term() as stopping:
        run_export(runtime().sessions, export_id, files, narrowed_as, stopping.is_set)


@handles(jobs.change_in_bulk)
def change_in_bulk(bulk_id: int) -> None:
    """Change people a batch at a time; asked to end, the sweep has it taken up again."""
    with ending_on_term() as stopping:
        run_bulk(runtime().sessions, bulk_id, chosen_by_filter, stopping.is_set)
