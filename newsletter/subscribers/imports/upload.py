"""Take an uploaded file of subscribers: check it as a whole, before anybody looks at what it would do."""

from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import SubscriberImport
from newsletter.subscribers.imports.read import Source, inspect
from newsletter.subscribers.names import clean_comment, clean_name

MOST_OCTETS = 50_000_000  # about a million people
PASTED = "What you pasted"
LONGEST_STATEMENT = 2000  # characters


@dataclass(frozen=True)
class Upload:
    """A stored file: its name on disk, its name for people ("" when pasted), and how many lines it has."""

    file: str
    called: str
    lines: int


def store_upload(files: ImportFiles, stream: IO[bytes], *, filename: str) -> Upload:
    """Store `stream`, a CSV file, on disk. Uses no database, because a large file takes long.

    `filename` is the file's name for people, "" for pasted text, whose header may be missing. Raises
    `Refused` for a file that is too large or that cannot be used as a whole; nothing is kept then.
    """
    called = clean_name(filename)
    name = files.keep(stream, MOST_OCTETS)
    try:
        lines = inspect(_source(files, name, called))
    except BaseException:
        files.discard(name)
        raise
    return Upload(name, called, lines)


def create_import(
    session: Session, publication: Publication, upload: Upload, *, statement: str, actor: str
) -> SubscriberImport:
    """Add an import of `upload`, flushed, which waits for somebody to confirm it (`imports.confirm`).

    `statement` says how these people agreed, and is kept as the words of their consent; `Refused` without it.
    """
    row = SubscriberImport(
        publication_id=publication.id,
        actor=actor,
        filename=upload.called,
        file=upload.file,
        statement=check_statement(statement),
        lines=upload.lines,
    )
    session.add(row)
    session.flush()
    return row


def source_of(row: SubscriberImport, files: ImportFiles) -> Source:
    """The file of an import, as `read_source` takes it."""
    return _source(files, row.file, row.filename)


def check_statement(text: str) -> str:
    """The statement about consent, cleaned. Raises `Refused` when it is empty or over 2,000 characters."""
    statement = clean_comment(text[: LONGEST_STATEMENT + 1])
    if not statement:
        raise _bad_statement("Say when and how these people agreed: it is kept as proof of their consent.")
    if len(text.strip()) > LONGEST_STATEMENT:
        raise _bad_statement(f"Use at most {LONGEST_STATEMENT:,} characters.")
    return statement


def _source(files: ImportFiles, name: str, called: str) -> Source:
    return Source(files.path(name), called or PASTED, bare=not called)


def _bad_statement(sentence: str) -> Refused:
    return Refused("bad_statement", sentence, {"statement": sentence})
