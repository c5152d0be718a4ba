"""Import one batch of rows: those that the database does not take keep nobody else out."""

from dataclasses import replace

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from newsletter.core.errors import Retryable
from newsletter.core.logs import Logger
from newsletter.subscribers.imports.merge import Again, Batch, merge
from newsletter.subscribers.imports.result import ImportResult, RowProblem

log = Logger(__name__)

ATTEMPTS = 5  # each lost race means that somebody else's rows are there now, and the next query finds them


def import_batch(session: Session, batch: Batch, result: ImportResult) -> list[RowProblem]:
    """Do what the rows of `batch` say and count them in `result`; the caller commits.

    Rows that the database does not take are returned as problems.
    """
    try:
        counted = _import_all(session, batch)
    except (DataError, IntegrityError, ValueError):  # ValueError: what has no octets in UTF-8
        rows = batch.rows
        if len(rows) == 1:
            log.exception("a row of an import is refused by the database", line=rows[0].line)
            return [RowProblem(rows[0].line, "the database does not accept this row", "refused_by_database")]
        half = len(rows) // 2
        return [
            problem
            for part in (rows[:half], rows[half:])
            for problem in import_batch(session, replace(batch, rows=part), result)
        ]
    result.add(counted)
    return []


def _import_all(session: Session, batch: Batch) -> ImportResult:
    """Import all rows, or nothing of them; again from the beginning when somebody was faster."""
    for _ in range(ATTEMPTS):
        counted = ImportResult()
        try:
            with session.begin_nested():
                merge(session, batch, counted)
        except Again:
            continue
        return counted
    raise Retryable("import_busy", "Too many people are signing up right now. Run the import again.")
