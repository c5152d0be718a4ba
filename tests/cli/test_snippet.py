"""`newsletter snippet`: what scripts rely on."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from newsletter.document.reading import read
from newsletter.issues.delete import delete_draft
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.publications.find import find_publication
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication

PUBLICATION = ("--publication", "weekly")


@pytest.fixture
def file(tmp_path: Path, session: Session) -> Path:
    make_publication(session)
    session.commit()
    written = tmp_path / "support.md"
    written.write_text("Give what a **coffee** costs.\n")
    return written


def draft_that_uses(session: Session, key: str) -> int:
    document = read({"title": "One", "sections": [{"type": "snippet", "key": key}]})
    saved = save_document(session, find_publication(session, "weekly"), document)
    session.commit()
    return saved.issue.id


@both_databases
def test_set_list_show_and_delete(session: Session, run: Run, file: Path) -> None:
    assert "has no snippets" in run("snippet", "list", *PUBLICATION).out
    made = run("snippet", "set", "support", str(file), *PUBLICATION, "--title", "How to support us", "--json")
    assert (made.code, made.json["changed"], made.json["edited"]) == (0, True, [])
    issue_id = draft_that_uses(session, "support")
    file.write_text("Give what a *tea* costs.")
    again = run(
        "snippet", "set", "support", str(file), "--url", "https://a.example/", *PUBLICATION, "--json"
    ).json
    assert (again["title"], again["text"]) == ("How to support us", "Give what a *tea* costs.")
    assert [each["title"] for each in again["edited"]] == ["One"]
    session.expire_all()
    issue = session.get_one(Issue, issue_id)
    assert load_document(find_revision(session, issue)).sections[0].title == "How to support us"
    session.rollback()
    assert run("snippet", "set", "support", str(file), *PUBLICATION).out.startswith("Nothing to change.")
    (listed,) = run("snippet", "list", *PUBLICATION, "--json").json["snippets"]
    assert (listed["key"], len(listed["drafts"]), listed["pinned"]) == ("support", 1, [])
    shown = run("snippet", "show", "support", *PUBLICATION).out.splitlines()
    assert shown[0] == "How to support us"
    assert shown[-2:] == ["Read more: https://a.example/", f"Draft: {issue_id} One"]
    refused = run("snippet", "delete", "support", *PUBLICATION)
    assert (refused.code, "is used in “One”" in refused.err) == (2, True)
    delete_draft(session, issue_id, actor="test")
    session.commit()
    assert run("snippet", "delete", "support", *PUBLICATION, "--json").json == {"deleted": "support"}


def test_what_cannot_be_a_snippet_is_refused(session: Session, run: Run, file: Path) -> None:
    assert run("snippet", "show", "nope", *PUBLICATION).code == 2
    assert "lower-case letters" in run("snippet", "set", "Not a key", str(file), *PUBLICATION).err
    file.write_bytes(b"\xff\xfe")
    assert "must be UTF-8 text" in run("snippet", "set", "support", str(file), *PUBLICATION).err
    file.write_text("[a](javascript:alert)")
    assert "link" in run("snippet", "set", "support", str(file), *PUBLICATION).err
    assert "no publication" in run("snippet", "list", "--publication", "nope").err
