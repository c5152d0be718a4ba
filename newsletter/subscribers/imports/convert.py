"""Turn what is uploaded into the one form that is kept and read: CSV in UTF-8 (RFC 4180).

Lines keep their numbers, so that what is said about a row can be found in the file somebody has. Being lines
of text, people can be erased from it while an import waits.
"""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from newsletter.core.errors import Refused
from newsletter.core.spreadsheet_cells import safe_text
from newsletter.subscribers.imports.charset import find_charset
from newsletter.subscribers.imports.json_lines import is_json_lines, read_json_lines
from newsletter.subscribers.imports.spreadsheet import is_zip, read_sheet

UTF_8 = "utf-8-sig"
CHUNK = 1 << 20  # characters


def needs_conversion(path: Path, called: str, charset: str = "") -> bool:
    """Whether the file is anything else than CSV in UTF-8. Raises `Refused` for one that cannot be read.

    `charset`: what somebody says that it is in, as `chosen_charset` names it; empty to find that out.
    """
    if is_zip(path) or is_json_lines(path):
        return True
    return charset != "utf-8" if charset else find_charset(path, called).encoding != UTF_8


def convert(path: Path, called: str, target: Path, charset: str = "") -> int:
    """Write the file as CSV to `target`; how many lines its rows lie lower there.

    Raises `Refused` for what cannot be read, and where it is not in the `charset` that somebody chose.
    """
    if is_zip(path):
        _write_rows(target, read_sheet(path, called))
        return 0
    if is_json_lines(path):
        # There texts are themselves; cells of the others may be what `safe_text` made of them.
        _write_rows(target, (list(map(safe_text, row)) for row in read_json_lines(path, called)))
        return 1  # the header
    encoding, errors = (charset, "strict") if charset else (find_charset(path, called).encoding, "replace")
    try:
        with path.open(encoding=encoding, errors=errors, newline="") as file, _created(target) as copy:
            while chunk := file.read(CHUNK):
                copy.write(chunk)
    except (UnicodeError, OSError) as error:
        known = f"text in {charset}" if charset else "text in any character set we know"
        raise Refused("unknown_charset", f"{called} is not {known}.") from error
    return 0


def _write_rows(target: Path, rows: Iterable[list[str]]) -> None:
    with _created(target) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows(_numbered(rows))


def _numbered(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Rows without anything in them stay, as empty lines."""
    for row in rows:
        yield row if any(row) else []


def _created(target: Path) -> TextIO:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
