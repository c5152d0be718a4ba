"""An XLSX workbook (ECMA-376) of one sheet of texts, written a row at a time.

By hand, because openpyxl first writes the rows to a file in the system's folder for temporary ones, where a
process that is killed leaves them: addresses that no erasure would find. It is also several times faster.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO
from xml.sax.saxutils import escape

MOST_ROWS = 1_048_576  # of a sheet
LONGEST_CELL = 32_767  # characters
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
        '/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="Subscribers" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
        '/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BEGIN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_END = "</sheetData></worksheet>"
_no_xml = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_special = re.compile("[<>&\x00-\x1f\ud800-\udfff\ufffe\uffff]").search


class Workbook:
    """A workbook under way; complete once `end` was called."""

    def __init__(self, file: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        for name, part in _PARTS.items():
            self._archive.writestr(name, _DECLARATION + part)
        self._sheet = self._archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._sheet.write((_DECLARATION + _BEGIN).encode())

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Add rows of texts."""
        text = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        self._sheet.write(text.encode())

    def end(self) -> None:
        """Write what a workbook ends with, and close it."""
        self._sheet.write(_END.encode())
        self._sheet.close()
        self._archive.close()


def _cell(text: str) -> str:
    if not text:
        return "<c/>"
    if len(text) > LONGEST_CELL:
        text = text[:LONGEST_CELL]
    if _special(text):
        text = escape(_no_xml.sub("", text))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
