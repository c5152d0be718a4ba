"""The imports of a publication, newest first, and the rows that one of them left out."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.subscribers.imports.models import ImportProblem, SubscriberImport

PAGE = 10


@dataclass(frozen=True)
class ImportPage:
    """Some imports, and whether there are older ones."""

    rows: list[SubscriberImport]
    older: bool


def list_imports(session: Session, publication_id: int, *, before: int = 0, limit: int = PAGE) -> ImportPage:
    """The newest imports of a publication, or those older than import `before`."""
    query = select(SubscriberImport).where(SubscriberImport.publication_id == publication_id)
    if before:
        query = query.where(SubscriberImport.id < before)
    found = list(session.scalars(query.order_by(SubscriberImport.id.desc()).limit(limit + 1)))
    return ImportPage(found[:limit], older=len(found) > limit)


def find_import(session: Session, publication_id: int, import_id: int) -> SubscriberImport:
    """The import of this publication; `Missing` when there is none."""
    found = session.get(SubscriberImport, import_id)
    if found is None or found.publication_id != publication_id:
        raise Missing("unknown_import", "There is no such import.")
    return found


def problems_of(session: Session, import_id: int, limit: int | None = None) -> list[ImportProblem]:
    """The rows that were left out, by line: those that were kept, or the first `limit`."""
    query = select(ImportProblem).where(ImportProblem.import_id == import_id).order_by(ImportProblem.line)
    return list(session.scalars(query if limit is None else query.limit(limit)))
