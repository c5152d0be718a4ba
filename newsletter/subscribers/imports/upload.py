"""Take an uploaded file of subscribers: check it as a whole, before anybody looks at what it would do."""

from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.imports.charset import chosen_charset
from newsletter.subscribers.imports.columns import NO_PLAN
from newsletter.subscribers.imports.convert import convert, needs_conversion
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import SubscriberImport
from newsletter.subscribers.imports.plan import Plan, plan_of
from newsletter.subscribers.imports.read import Source, inspect
from newsletter.subscribers.names import clean_comment, clean_name

MOST_OCTETS = 50_000_000  # about a million people
PASTED = "What you pasted"
LONGEST_STATEMENT = 2000  # characters


@dataclass(frozen=True)
class Upload:
    """A stored file: its name on disk, its name for people ("" when pasted), and how many lines it has.

    `lower`: how many lines its rows lie lower than in the file that was uploaded.
    """

    file: str
    called: str
    lines: int
    lower: int = 0


def store_upload(
    files: ImportFiles, stream: IO[bytes], *, filename: str, plan: Plan = NO_PLAN, charset: str = ""
) -> Upload:
    """Store `stream` on disk as CSV in UTF-8. Uses no database, because a large file takes long.

    `filename` is the file's name for people, "" for pasted text, whose header may be missing. `charset` is
    the one that somebody chose, empty to find it out. Raises `Refused` for a file that is too large or that
    cannot be used as a whole; nothing is kept then.
    """
    called, charset = clean_name(filename), chosen_charset(charset)
    name = files.keep(stream, MOST_OCTETS)
    try:
        lower = _convert(files, name, called, charset) if called else 0
        lines = inspect(_source(files, name, called, plan, lower))
    except BaseException:
        files.discard(name)
        raise
    return Upload(name, called, lines, lower)


def _convert(files: ImportFiles, name: str, called: str, charset: str) -> int:
    """Make the stored file one of CSV in UTF-8; how many lines lower its rows lie afterwards."""
    path = files.path(name)
    if not needs_conversion(path, called, charset):
        return 0
    converted = files.path(files.new_name())
    try:
        lower = convert(path, called, converted, charset)
        converted.replace(path)
    finally:
        converted.unlink(missing_ok=True)
    return lower


def create_import(
    session: Session,
    publication: Publication,
    upload: Upload,
    *,
    statement: str,
    actor: str,
    plan: Plan = NO_PLAN,
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
        options=plan.options() | {"lower": upload.lower},
    )
    session.add(row)
    session.flush()
    return row


def source_of(session: Session, row: SubscriberImport, files: ImportFiles) -> Source:
    """The file of an import, as `read_source` takes it."""
    plan = plan_of(session, row.publication_id, row.options)
    return _source(files, row.file, row.filename, plan, int(row.options.get("lower") or 0))


def check_statement(text: str) -> str:
    """The statement about consent, cleaned. Raises `Refused` when it is empty or over 2,000 characters."""
    statement = clean_comment(text[: LONGEST_STATEMENT + 1])
    if not statement:
        raise _bad_statement("Enter when and how these people agreed: it is kept as proof of their consent.")
    if len(text.strip()) > LONGEST_STATEMENT:
        raise _bad_statement(f"Use at most {LONGEST_STATEMENT:,} characters.")
    return statement


def _source(files: ImportFiles, name: str, called: str, plan: Plan, lower: int) -> Source:
    return Source(files.path(name), called or PASTED, bare=not called, plan=plan, lower=lower)


def _bad_statement(sentence: str) -> Refused:
    return Refused("bad_statement", sentence, {"statement": sentence})
