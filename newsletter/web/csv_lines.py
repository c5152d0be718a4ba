"""Tables as CSV (RFC 4180), safe to open in a spreadsheet program."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from flask import Response, stream_with_context

from newsletter.core.spreadsheet_cells import safe_text

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"

Cell = str | int | None


def csv_response(rows: Iterable[Iterable[Cell]], filename: str) -> Response:
    """The rows as a file to keep, read and sent a piece at a time."""
    response = Response(stream_with_context(csv_lines(rows)), content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def csv_lines(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Each row as one record with CRLF at its end; None is an empty cell."""
    for row in rows:
        buffer = StringIO(newline="")
        csv.writer(buffer, lineterminator="\r\n").writerow([safe_cell(cell) for cell in row])
        yield buffer.getvalue()


def safe_cell(cell: Cell) -> str:
    """The cell's text, with an apostrophe before what would be a formula."""
    text = "" if cell is None else str(cell)
    return safe_text(text) if isinstance(cell, str) else text
