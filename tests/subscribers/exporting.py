"""A file that a worker writes, as an editor asks for it."""

from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.narrow import narrowed_as
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.exports.models import FileFormat
from newsletter.subscribers.exports.process import begin_export, run_export
from newsletter.subscribers.listing import SubscriptionFilter


def export_once(runtime: Runtime, publication_id: int, words: str) -> int:
    """The export of everybody whom `words` find; it is done."""
    with runtime.sessions() as session:
        publication = session.get_one(Publication, publication_id)
        wanted = SubscriptionFilter(words=words)
        asked = begin_export(session, publication, wanted, FileFormat.CSV, people=1, actor="test")
        session.commit()
    run_export(runtime.sessions, asked.id, ExportFiles(runtime.settings.data_dir), narrowed_as)
    return asked.id
