"""JSON lines: what is no object is told with its line, and keeps nobody else out."""

from pathlib import Path

from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.subscribers.imports import import_subscribers
from tests.databases import both_databases
from tests.subscribers.conftest import publication

assert publication


@both_databases
def test_a_line_that_is_no_object_is_told_and_the_rest_goes_in(
    session: Session, publication: Publication, tmp_path: Path
) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"email": "ana@x.example"}\n{"email":\nnull\n\n[1]\n{"email": "bo@x.example"}\n{"ema')
    result = import_subscribers(session, publication, file, actor="test")
    assert result.imported == 2
    assert [problem.line for problem in result.errors if "no JSON object" in problem.problem] == [2, 3, 5, 7]
