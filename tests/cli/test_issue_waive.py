"""`newsletter issue waive`, `unwaive` and `waivers`."""

from sqlalchemy.orm import Session

from newsletter.issues.edit import edit_issue
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication_with_reader


@both_databases
def test_a_warning_is_waived_listed_and_taken_back(session: Session, run: Run) -> None:
    issue = str(make_issue(session, make_publication_with_reader(session)).id)
    session.commit()
    assert run("issue", "check", issue).out.splitlines()[0].endswith("since the last edit.  [tested]")
    why = ("--reason", "Seen on paper.")
    made = run("issue", "waive", issue, "tested", *why, "--state", "1.0", "--json").json
    [number] = made["waivers"]
    checked = run("issue", "check", issue, "--json").json
    assert [each["waived"]["reason"] for each in checked["findings"]] == ["Seen on paper."]
    lines = run("issue", "check", issue).out.splitlines()
    assert lines[0].startswith("waived  ")
    assert lines[1:] == ["          command line: Seen on paper.", "This issue can be sent."]
    assert "holds   tested  -  command line: Seen on paper." in run("issue", "waivers", issue).out
    edit_issue(
        session, int(issue), "1.0", [{"op": "replace", "path": "/subject", "value": "Boats"}], author="ana"
    )
    session.commit()
    [row] = run("issue", "waivers", issue, "--json").json["waivers"]
    assert (row["waiver"], row["holds"]) == (number, False)
    late = run("issue", "waive", issue, "tested", *why, "--state", "1.0")
    assert (late.code, "Someone edited this issue" in late.err) == (2, True)
    assert run("issue", "unwaive", issue, str(number), "--json").json["rule"] == "tested"
    assert run("issue", "waivers", issue).out == "Nothing was waived.\n"
    assert "has no waiver 99" in run("issue", "unwaive", issue, "99").err
    assert run("issue", "waive", issue, "tested", "--reason", " ").code == 2
    nothing = run("issue", "waive", issue, "alt", "sections[0].image.alt", *why)
    assert "no longer finds anything at sections[0].image.alt." in nothing.err
