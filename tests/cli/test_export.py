"""`newsletter subscribers export`."""

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.publications.models import Publication
from newsletter.subscribers.models import State
from newsletter.subscribers.tags.create import create_tag
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription

EXPORT = ("subscribers", "export", "--publication", "weekly")


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    for name, state in (("ana", State.ACTIVE), ("bo", State.ACTIVE), ("cleo", State.PENDING)):
        make_subscription(session, made, f"{name}@example.org", name.title(), state=state)
    create_tag(session, made, "press", actor="test")
    session.commit()
    return made


@both_databases
def test_everybody_or_some_in_three_formats(
    run: Run, session: Session, publication: Publication, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    done = run(*EXPORT, "-o", str(file), "--json")
    assert done.json == {"file": str(file), "format": "csv", "rows": 3}
    assert file.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [row["email"] for row in rows] == ["cleo@example.org", "bo@example.org", "ana@example.org"]
    lines = tmp_path / "people.jsonl"
    told = run(*EXPORT, "--state", "active", "--search", "an", "-o", str(lines))
    assert told.out == f"1 people are in {lines}.\n"
    assert json.loads(lines.read_text())["name"] == "Ana"
    run("subscribers", "tag", "bo@example.org", "press")
    rules = tmp_path / "rules.json"
    rules.write_text('{"tag": "press"}')
    run("segment", "create", "--publication", "weekly", "--name", "Press", "--rules", str(rules))
    book = tmp_path / "press.xlsx"
    assert run(*EXPORT, "--segment", "press", "-o", str(book), "--json").json["rows"] == 1
    assert book.read_bytes().startswith(b"PK")
    assert sorted(path.name for path in tmp_path.glob("*.part")) == []
    session.rollback()
    exported = select(AuditEntry).where(AuditEntry.action == "subscribers.exported")
    entries = session.scalars(exported.order_by(AuditEntry.id)).all()
    assert [entry.detail["segment"] for entry in entries] == ["", "", "press"]


def test_what_cannot_be_done_is_said_and_leaves_no_file(
    run: Run, publication: Publication, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    unknown = run(*EXPORT, "--segment", "nobody", "-o", str(file))
    assert (unknown.code, "no segment called “nobody”" in unknown.err) == (2, True)
    lost = run(*EXPORT, "-o", str(tmp_path / "no" / "folder.csv"))
    assert (lost.code, "cannot be written" in lost.err) == (2, True)
    assert list(tmp_path.glob("*")) == []
