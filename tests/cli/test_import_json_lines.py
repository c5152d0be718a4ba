"""`newsletter subscribers import` of JSON lines: what is no object is told, and keeps nobody else out."""

from pathlib import Path

from sqlalchemy.orm import Session

from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication


@both_databases
def test_a_line_that_is_no_object_is_told_and_the_rest_goes_in(
    session: Session, run: Run, tmp_path: Path
) -> None:
    make_publication(session)
    session.commit()
    file = tmp_path / "people.jsonl"
    file.write_text('{"email": "ana@x.example"}\n{"email":\nnull\n\n[1]\n{"email": "bo@x.example"}\n{"ema')
    result = run("subscribers", "import", str(file), "--publication", "weekly", "--json").json
    assert (result["rows"], result["added"]) == (6, 2)
    told = [problem["line"] for problem in result["errors"] if "no JSON object" in problem["problem"]]
    assert told == [2, 3, 5, 7]
