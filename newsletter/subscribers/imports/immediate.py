"""Import a file of subscribers right now, in this process, for the command line; workers use `process`."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.imports.columns import NO_PLAN
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.plan import Plan
from newsletter.subscribers.imports.process import claim, import_batches
from newsletter.subscribers.imports.read import Source, count_lines, read_columns
from newsletter.subscribers.imports.result import ImportResult, RowProblem
from newsletter.subscribers.names import clean_name

INTERRUPTIONS = 20  # by erasures, after which the file is read anew


@dataclass
class Immediate:
    """An import that is over, and what became of its rows."""

    id: int
    result: ImportResult


def import_subscribers(
    session: Session, publication: Publication, path: Path, *, actor: str, plan: Plan = NO_PLAN
) -> ImportResult:
    """Import the CSV file `path` (see `import_file`), which is UTF-8."""
    return import_file(session, publication, Source(path, str(path), plan=plan), actor=actor).result


def import_file(
    session: Session,
    publication: Publication,
    source: Source,
    *,
    actor: str,
    progress: Callable[[int, int], None] = lambda _line, _lines: None,
) -> Immediate:
    """Import a file, committing after each batch; `progress` is told the line and how many there are.

    Suppression always wins, whoever left stays away, and so does whoever the file itself does not call
    subscribed: they are skipped and counted. Rows that cannot be used and addresses that stand in the file
    twice are reported, the others imported. An import that is interrupted has kept its batches; run again, it
    counts them as already there. Raises `Refused` before anything is imported when the file as a whole cannot
    be used.
    """
    lines = count_lines(source)
    read_columns(source)
    row = _begin(session, publication, source, lines, actor)
    errors: list[RowProblem] = []

    def told(line: int, problems: list[RowProblem]) -> None:
        errors.extend(problems)
        progress(line, lines)

    for _ in range(INTERRUPTIONS):
        claimed = claim(lambda: nullcontext(session), row.id)
        if claimed is None or claimed.over:
            break
        import_batches(lambda: nullcontext(session), claimed, source, progress=told)
        session.rollback()
    session.refresh(row)
    if row.state is ImportState.FAILED:
        raise Refused("import_failed", row.failure)
    return Immediate(row.id, _result(row, errors))


def _begin(
    session: Session, publication: Publication, source: Source, lines: int, actor: str
) -> SubscriberImport:
    """Its row, which no worker takes: the file lies where the command found it."""
    name = Path(source.called).name
    row = SubscriberImport(
        publication_id=publication.id,
        actor=actor,
        filename=clean_name(name),
        file="",
        statement=f"Imported from {name}",
        lines=lines,
        options=source.plan.options() | {"lower": source.lower},
        state=ImportState.QUEUED,
        beat_at=clock.now(),
    )
    session.add(row)
    session.commit()
    return row


def _result(row: SubscriberImport, errors: list[RowProblem]) -> ImportResult:
    result = ImportResult(row.imported, row.already, row.updated, dict(row.skipped), errors)
    return replace(result, ended=row.ended, suppressed=row.suppressed)
