"""Bombs, broken workbooks, enormous cells: a sentence for the file, or a reason per row; the rest goes in."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.imports import spreadsheet
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.immediate import import_file
from newsletter.subscribers.imports.plan import make_plan
from newsletter.subscribers.imports.read import Source
from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.imports.upload import store_upload
from newsletter.subscribers.models import Subscriber
from tests.subscribers.conftest import publication

assert publication

HUGE = "x" * 10_000_000


def workbook(rows: list[list[str]]) -> bytes:
    """A workbook of these rows, as a spreadsheet program writes it."""
    book, octets = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(octets)
    return octets.getvalue()


def archive(**parts: bytes) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return octets.getvalue()


def changed(book: bytes, name: str, content: bytes) -> bytes:
    """The workbook with another content of one part."""
    octets = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, content if part.filename == name else old.read(part))
    return octets.getvalue()


PEOPLE = workbook([["email", "name"], ["ana@example.org", "Ana"]])
SHEET = "xl/worksheets/sheet1.xml"
BOMB = changed(PEOPLE, SHEET, b" " * 60_000_000)


def take(
    session: Session, publication: Publication, folder: Path, octets: bytes, called: str
) -> ImportResult:
    """Upload and import it, as the page does."""
    files = ImportFiles(folder)
    taken = store_upload(files, io.BytesIO(octets), filename=called)
    plan = make_plan(session, publication.id)
    source = Source(files.path(taken.file), called, plan=plan, lower=taken.lower)
    return import_file(session, publication, source, actor="test").result


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (BOMB, "unpacks to more than an import takes"),
        (archive(people_csv=b"email\nana@example.org\n"), "is an archive: unpack it"),
        (PEOPLE[:-200], "broken archive"),
        (changed(PEOPLE, SHEET, b"<worksheet><sheetData><row>"), "cannot be read as a workbook"),
        (changed(PEOPLE, "xl/workbook.xml", b"\0\0"), "cannot be read as a workbook"),
    ],
    ids=["bomb", "archive", "cut", "broken sheet", "no xml"],
)
def test_a_file_that_will_not_do_is_told_and_not_kept(
    session: Session, publication: Publication, tmp_path: Path, octets: bytes, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        take(session, publication, tmp_path, octets, "people.xlsx")
    assert list((tmp_path / "imports").glob("*")) == []
    assert session.scalar(select(func.count()).select_from(Subscriber)) == 0
    session.rollback()


def test_many_small_parts_are_a_bomb_too(
    session: Session, publication: Publication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_UNPACKED", 1_000)
    with pytest.raises(Refused, match="unpacks to more"):
        take(session, publication, tmp_path, PEOPLE, "people.xlsx")


def csv_file() -> bytes:
    return f"email,name\nana@example.org,{HUGE}\nbo@example.org,Bo\n".encode()


def json_file() -> bytes:
    rows = [{"email": "ana@example.org", "name": HUGE}, {"email": "bo@example.org", "name": "Bo"}]
    return "\n".join(map(json.dumps, rows)).encode()


@pytest.mark.parametrize(
    ("octets", "called", "line"),
    [(csv_file(), "people.csv", 2), (json_file(), "people.jsonl", 1)],
    ids=["csv", "jsonl"],
)
def test_a_cell_of_ten_megabytes_costs_its_row(
    session: Session, publication: Publication, tmp_path: Path, octets: bytes, called: str, line: int
) -> None:
    result = take(session, publication, tmp_path, octets, called)
    assert (result.imported, [error.line for error in result.errors]) == (1, [line])
    assert len(result.errors[0].problem) < 500
    assert session.scalars(select(Subscriber.email)).all() == ["bo@example.org"]
    session.rollback()


def test_a_formula_gives_what_it_computed_and_is_none_here(
    session: Session, publication: Publication, tmp_path: Path
) -> None:
    rows = [
        ["email", "name"],
        ["ana@example.org", '=HYPERLINK("http://x.example")'],
        ["bo@example.org", "-1"],
    ]
    result = take(session, publication, tmp_path, workbook(rows), "people.xlsx")
    assert (result.imported, result.errors) == (2, [])
    names = session.scalars(select(Subscriber.name).order_by(Subscriber.id)).all()
    assert not any(name.startswith("=") for name in names)
    session.rollback()
