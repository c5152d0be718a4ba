"""`newsletter issue comment`, `comments`, `share` and `unshare`."""

from sqlalchemy.orm import Session

from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication


@both_databases
def test_comments_and_links(session: Session, run: Run) -> None:
    issue_id = str(make_issue(session, make_publication(session)).id)
    session.commit()
    assert run("issue", "comments", issue_id).out == "No comments on “Issue one” yet.\n"
    options = ("--section", "hello", "--quote", "good morning", "--json")
    written = run("issue", "comment", issue_id, "Too early?", *options).json
    assert written == {"issue": int(issue_id), "comment": 1}
    refused = run("issue", "comment", issue_id, "Too early?", "--section", "hello", "--item", "1")
    assert (refused.code, "has 0 items" in refused.err) == (2, True)
    listed = run("issue", "comments", issue_id, "--json").json["comments"]
    assert [(each["author"], each["path"], each["gone"], each["resolved"]) for each in listed] == [
        ("command line", "sections[0]", False, False)
    ]
    assert run("issue", "comments", issue_id).out == (
        "1  command line, sections[0]\n    > good morning\n    Too early?\n"
    )
    shared = run("issue", "share", issue_id, "--days", "2", "--json").json
    assert shared.keys() == {"issue", "link", "url", "expires_at"}
    assert "/share/" in shared["url"]
    assert run("issue", "share", issue_id, "--days", "91").code == 2
    assert run("issue", "unshare", issue_id, "--json").json == {"issue": int(issue_id), "revoked": 1}
    assert run("issue", "unshare", issue_id).out == "There was no link to revoke.\n"
