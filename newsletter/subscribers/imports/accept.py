"""Accept an upload: what cannot be used as a whole is refused now, the rest is read by a worker."""

from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from newsletter import audit, jobs
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
    """A file that was taken in: our name for it, its name for people ("" when pasted), and its lines."""

    file: str
    called: str
    lines: int


def receive(files: ImportFiles, stream: IO[bytes], *, filename: str) -> Upload:
    """Keep `stream`, a CSV file, on the disk. Asks no database: a large file takes its time.

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


def accept_import(
    session: Session, publication: Publication, upload: Upload, *, statement: str, actor: str
) -> SubscriberImport:
    """Let a worker import `upload` once the caller has committed.

    `statement` says how these people agreed, and is kept as the words of their consent; `Refused` without it.
    """
    made = SubscriberImport(
        publication_id=publication.id,
        actor=actor,
        filename=upload.called,
        file=upload.file,
        statement=checked_statement(statement),
        lines=upload.lines,
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        "subscribers.import_begun",
        "publication",
        publication.id,
        actor=actor,
        import_id=made.id,
        file=made.filename,
        statement=made.statement,
    )
    jobs.import_subscribers.enqueue(session, import_id=made.id)
    return made


def source_of(one: SubscriberImport, files: ImportFiles) -> Source:
    """The file of an import, as `read_source` takes it."""
    return _source(files, one.file, one.filename)


def checked_statement(text: str) -> str:
    """What somebody says about consent, in at most 2,000 characters; `Refused` when they say nothing."""
    said = clean_comment(text[: LONGEST_STATEMENT + 1])
    if not said:
        raise _bad_statement("Say when and how these people agreed: it is kept as proof of their consent.")
    if len(text.strip()) > LONGEST_STATEMENT:
        raise _bad_statement(f"Say it in at most {LONGEST_STATEMENT:,} characters.")
    return said


def _source(files: ImportFiles, name: str, called: str) -> Source:
    return Source(files.path(name), called or PASTED, bare=not called)


def _bad_statement(sentence: str) -> Refused:
    return Refused("bad_statement", sentence, {"statement": sentence})
