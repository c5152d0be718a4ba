"""Read the first sheet of an XLSX workbook as rows of texts, within limits, a row at a time."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from newsletter.core.errors import Refused

MOST_UNPACKED = 2_000_000_000  # octets of all parts
MOST_SHARED = 200_000_000  # octets of the texts that cells share: they are kept in memory
MOST_RATIO = 200  # unpacked to packed; a sheet of numbers has about ten
MOST_COLUMNS = 1_000
ZIP = b"PK\x03\x04"


def is_zip(path: Path) -> bool:
    """Whether the file is an archive, as workbooks are."""
    try:
        with path.open("rb") as file:
            return file.read(4) == ZIP
    except OSError:
        return False


def read_sheet(path: Path, called: str) -> Iterator[list[str]]:
    """The rows of the first sheet. Formulas give the value that was last computed.

    Raises `Refused` for another kind of archive, for one that unpacks to too much, and a broken one.
    """
    _check(path, called)
    from openpyxl import load_workbook  # large, and rarely needed

    try:
        with path.open("rb") as file:  # of a path openpyxl looks at the ending, and ours have another
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # some programs write wrong ones
            for row in sheet.iter_rows(values_only=True):
                yield [_text(value) for value in row[:MOST_COLUMNS]]
    except Refused:
        raise
    except Exception as error:  # whatever a broken workbook makes of its parser
        sentence = f"{called} cannot be read as a workbook. Save it as CSV UTF-8."
        raise Refused("bad_workbook", sentence) from error


def _check(path: Path, called: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused("bad_workbook", f"{called} is a broken archive.") from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Refused(
            "an_archive", f"{called} is an archive: unpack it, and import the files in it one by one."
        )
    unpacked = sum(part.file_size for part in parts)
    bombs = (part for part in parts if part.file_size > 10_000_000)
    shared = max((part.file_size for part in parts if part.filename.endswith("sharedStrings.xml")), default=0)
    if (
        unpacked > MOST_UNPACKED
        or shared > MOST_SHARED
        or any(part.file_size > MOST_RATIO * max(part.compress_size, 1) for part in bombs)
    ):
        raise Refused("too_large", f"{called} unpacks to more than an import takes. Save it as CSV UTF-8.")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return " ".join(str(value).split())
