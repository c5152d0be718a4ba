"""Import subscribers into a publication: active at once, because whoever imports vouches for consent."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.imports.batch import import_batch
from newsletter.subscribers.imports.read import Row, read_csv
from newsletter.subscribers.imports.result import ImportResult, RowProblem

BATCH = 1000  # rows; one transaction, short enough for a sign-up to wait behind it


def import_subscribers(session: Session, publication: Publication, path: Path, *, actor: str) -> ImportResult:
    """Import the CSV file `path` (see `read_csv`), committing after each batch.

    Suppression always wins, and whoever left stays away: both are skipped and counted. Rows that cannot be
    used and addresses that stand in the file twice are reported, the others imported. An import that is
    interrupted has kept its batches; run again, it counts them as already there. Raises `Refused` before
    anything is imported when the file as a whole cannot be used.
    """
    result = ImportResult()
    words = Consent(text=f"Imported from {path.name}", version="", locale="")
    rows = _usable(read_csv(path), result)
    while batch := list(islice(rows, BATCH)):
        import_batch(session, publication.id, batch, words, result)
        session.commit()
    audit.record(
        session,
        "subscribers.imported",
        "publication",
        publication.id,
        actor=actor,
        file=path.name,
        imported=result.imported,
        already=result.already,
        skipped=dict(result.skipped),
        errors=len(result.errors),
    )
    session.commit()
    return result


def _usable(rows: Iterable[Row | RowProblem], result: ImportResult) -> Iterator[Row]:
    """The rows to import; the others go into `result` as they are met."""
    # A hash is enough to know an address again, and a tenth of its size.
    first_lines: dict[int, int] = {}
    for row in rows:
        if isinstance(row, RowProblem):
            result.errors.append(row)
            continue
        first = first_lines.setdefault(hash(row.address.key), row.line)
        if first == row.line:
            yield row
        else:
            result.errors.append(
                RowProblem(row.line, f"{row.address.email} is in this file twice: already on line {first}")
            )
