"""`newsletter issue request-review` and `approve`."""

from sqlalchemy.orm import Session

from newsletter.issues.edit import edit_issue
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication


@both_databases
def test_a_review_is_requested_and_given(session: Session, run: Run) -> None:
    publication = make_publication(session)
    publication.approval_required = True
    issue_id = make_issue(session, publication).id
    session.commit()
    asked = run("issue", "request-review", str(issue_id), "--json")
    assert (asked.code, asked.json) == (0, {"issue": issue_id, "state": "1.0", "asked": []})
    assert "approval" in [
        each["rule"] for each in run("issue", "check", str(issue_id), "--json").json["findings"]
    ]
    given = run("issue", "approve", str(issue_id), "--note", "Good.", "--state", "1.0", "--json")
    assert given.json == {
        "issue": issue_id,
        "state": "1.0",
        "approved_by": "command line",
        "note": "Good.",
        "may_be_sent": True,
    }
    change = [{"op": "replace", "path": "/subject", "value": "Boats"}]
    edit_issue(session, issue_id, "1.0", change, author="ana@press.example")
    session.commit()
    late = run("issue", "approve", str(issue_id), "--state", "1.0")
    assert (late.code, late.err) == (
        2,
        "newsletter: Someone edited this issue after you opened it. Read it again, then approve it.\n",
    )
    assert run("issue", "approve", str(issue_id)).out == "“Issue one” is approved as it is now (state 2.0).\n"
