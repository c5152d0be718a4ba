"""`newsletter issue revisions`, `diff` and `restore`, as a person at a terminal and as a program."""

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.issues.models import Issue
from newsletter.sending.schedule import schedule
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_readers

STORY = {
    "headline": "A ferry",
    "url": "https://news.example.org/ferry",
    "blurb": "It leaves at dawn.\nOn Friday.",
}


@pytest.fixture
def issue(session: Session) -> Issue:
    made = make_issue(session, make_publication(session))
    session.commit()
    return made


@pytest.fixture
def edited(run: Run, issue: Issue, tmp_path: Path) -> str:
    """The id of an issue with three revisions: its story was added, then edited."""
    for number, blurb in enumerate([STORY["blurb"], "It leaves at noon.\nOn Friday."]):
        digest = {"type": "links", "id": "digest", "title": "Digest", "items": [STORY | {"blurb": blurb}]}
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps({"title": "Issue one", "slug": "one", "sections": [digest]}))
        run("issue", "import", str(file), "--publication", "weekly")
    return str(issue.id)


@both_databases
def test_revisions(run: Run, edited: str) -> None:
    listed = run("issue", "revisions", edited, "--json").json
    assert listed["issue"] == int(edited)
    assert [(row["revision"], row["author"]) for row in listed["revisions"]] == [
        (3, "command line"),
        (2, "command line"),
        (1, "test"),
    ]
    assert listed["revisions"][0].keys() == {
        *("revision", "name", "author", "created_at", "saved_at"),
        *("edits", "restored_from", "locked", "stage"),
    }
    assert "command line" in run("issue", "revisions", edited).out
    assert run("issue", "revisions", "999").code == 2


@both_databases
def test_diff(run: Run, edited: str) -> None:
    last = run("issue", "diff", edited, "--json").json
    assert (last["from"], last["to"], last["fields"]) == (2, 3, [])
    [section] = last["sections"]
    assert (section["id"], section["change"], section["fields"]) == ("digest", "same", [])
    [item] = section["items"]
    assert (item["change"], item["title"], item["path"]) == ("changed", "A ferry", "sections[0].items[0]")
    assert item["fields"] == [
        {"name": "blurb", "before": STORY["blurb"], "after": "It leaves at noon.\nOn Friday."}
    ]
    assert run("issue", "diff", edited, "1", "--json").json["to"] == 3
    back = run("issue", "diff", edited, "3", "1", "--json").json
    assert [(each["id"], each["change"]) for each in back["sections"]] == [
        ("digest", "removed"),
        ("hello", "added"),
    ]
    assert run("issue", "diff", edited, "1", "9").code == 2


def test_diff_for_people(run: Run, edited: str, issue: Issue) -> None:
    assert run("issue", "diff", edited).out == (
        "“Issue one”, revision 2 → 3\n\n"
        "Section “Digest” (links)\n"
        "  • A ferry\n"
        "      blurb: It leaves at [-dawn-]{+noon+}.\n"
        "        On Friday.\n"
    )
    whole = run("issue", "diff", edited, "1", "2").out
    assert "Section text: removed" in whole
    assert "  subject: [-What happened this week: one-]\n" in whole
    assert "  • A ferry: added\n      headline: {+A ferry+}" in whole
    assert run("issue", "diff", edited, "2", "2").out == "Revisions 2 and 2 of “Issue one” say the same.\n"


def test_diff_of_an_issue_that_was_saved_once(run: Run, issue: Issue) -> None:
    once = run("issue", "diff", str(issue.id), "--json")
    assert (once.code, once.json["from"], once.json["to"], once.json["sections"]) == (0, 1, 1, [])


@both_databases
def test_restore(run: Run, edited: str, session: Session, issue: Issue, links: Links) -> None:
    before = run("issue", "export", edited, "--revision", "1").out
    done = run("issue", "restore", edited, "1", "--json")
    assert done.json == {"issue": int(edited), "revision": 4, "restored": True}
    assert run("issue", "export", edited).out == before
    again = run("issue", "restore", edited, "1")
    assert again.out == "“Issue one” is already the same as revision 1, so nothing was changed.\n"
    assert "restores 1" in run("issue", "revisions", edited).out
    assert run("issue", "restore", edited, "9").code == 2
    make_readers(session, issue.publication, 1)
    session.refresh(issue)
    schedule(session, issue, None, links, actor="test")
    session.commit()
    refused = run("issue", "restore", edited, "2")
    assert refused.code == 2
    assert refused.err == (
        "newsletter: This issue is scheduled or was sent, so it can no longer be changed.\n"
    )
    assert "scheduled" in run("issue", "revisions", edited).out
