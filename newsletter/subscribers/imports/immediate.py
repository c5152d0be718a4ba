"""Import a file of subscribers right now, in this process, for the command line; workers use `process`."""

from operator import attrgetter
from pathlib import Path

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.imports.batch import import_batch
from newsletter.subscribers.imports.read import read_csv
from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.imports.rows import batches


def import_subscribers(session: Session, publication: Publication, path: Path, *, actor: str) -> ImportResult:
    """Import the CSV file `path` (see `read_csv`), committing after each batch.

    Suppression always wins, whoever left stays away, and so does whoever the file itself does not call
    subscribed: they are skipped and counted. Rows that cannot be
    used and addresses that stand in the file twice are reported, the others imported. An import that is
    interrupted has kept its batches; run again, it counts them as already there. Raises `Refused` before
    anything is imported when the file as a whole cannot be used.
    """
    result = ImportResult()
    words = Consent(text=f"Imported from {path.name}", version="", locale="")
    for batch in batches(read_csv(path)):
        refused = import_batch(session, publication.id, batch.rows, words, result, actor=actor)
        result.skip_all(batch.left_out)
        result.errors += sorted(batch.problems + refused, key=attrgetter("line"))
        session.commit()
    audit.record(
        session,
        "subscribers.imported",
        "publication",
        publication.id,
        actor=actor,
        imported=result.imported,
        already=result.already,
        skipped=dict(result.skipped),
        errors=len(result.errors),
    )
    session.commit()
    return result
