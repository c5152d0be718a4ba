"""`newsletter inbox …`: what scripts rely on."""

import io

import pytest
from sqlalchemy.orm import Session

from newsletter.document import loads
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from tests.cli.conftest import Run
from tests.curation.conftest import ANA, DRAFT
from tests.databases import both_databases
from tests.factories import make_publication

FIELDS = {
    *("id", "url", "canonical_url", "state", "trouble", "trouble_text", "headline", "byline", "outlet"),
    *("published", "updated", "description", "language", "image", "seen_in", "from_page"),
}


@pytest.fixture(autouse=True)
def publication(session: Session) -> Publication:
    made = make_publication(session)
    session.commit()
    return made


@both_databases
def test_links_are_added_listed_shown_placed_and_discarded(
    run: Run, session: Session, publication: Publication
) -> None:
    issue_id = save_document(session, publication, loads(DRAFT), author=ANA).issue.id
    session.commit()
    urls = [f"https://post.example/2026/11/27/story-number-{n}" for n in (1, 2)]
    added = run("inbox", "add", *urls, "--publication", "weekly", "--json")
    assert added.code == 0
    first, second = added.json["entries"]
    assert first == {"id": first["id"], "url": urls[0], "state": "fetching"}
    listed = run("inbox", "list", "--publication", "weekly", "--state", "fetching", "--json").json["entries"]
    assert [row["id"] for row in listed] == [second["id"], first["id"]]
    shown = run("inbox", "show", str(first["id"]), "--json").json
    assert set(shown) >= FIELDS
    assert (shown["image"], shown["seen_in"], shown["from_page"]) == (None, [], [])
    where = ("--issue", str(issue_id), "--section", "digest")
    placed = run("inbox", "place", str(first["id"]), *where, "--json")
    assert (placed.code, placed.json["state"], placed.json["issue"]) == (0, "used", issue_id)
    assert run("inbox", "place", str(first["id"]), *where).code == 2
    assert run("inbox", "retry", str(second["id"]), "--json").json["state"] == "fetching"
    assert run("inbox", "discard", str(second["id"]), "--json").json["state"] == "discarded"
    assert run("inbox", "discard", str(second["id"])).code == 0
    assert "is in an issue" in run("inbox", "discard", str(first["id"])).err
    assert "story-number-1" in run("inbox", "list", "--publication", "weekly").out
    assert "canonical_url" in run("inbox", "show", str(first["id"])).out


def test_links_come_from_a_text_on_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Read this (https://post.example/a), and <https://post.example/b>.\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    added = run("inbox", "add", "-", "--publication", "weekly", "--json")
    assert [row["url"] for row in added.json["entries"]] == [
        "https://post.example/a",
        "https://post.example/b",
    ]


def test_mistakes_get_one_sentence(run: Run) -> None:
    for arguments, sentence in (
        (("add", "hello", "--publication", "weekly"), "There is no link"),
        (("add", "https://a.example", "--publication", "none"), "no publication"),
        (("show", "77"), "There is no entry 77"),
        (("retry", "77"), "There is no entry 77"),
        (("discard", "77"), "There is no entry 77"),
        (("place", "77", "--issue", "5", "--section", "a"), "There is no issue 5"),
    ):
        done = run("inbox", *arguments)
        assert (done.code, done.out) == (2, "")
        assert sentence in done.err
    assert "No entries" in run("inbox", "list", "--publication", "weekly").out


def test_suggestions_are_turned_on_and_off(run: Run) -> None:
    def told(*options: str) -> object:
        return run("inbox", "suggestions", "--publication", "weekly", *options, "--json").json

    nothing = {"suggestions": False, "url": None}
    assert told() == nothing
    on = told("--on")
    assert on == told() == {"suggestions": True, "url": "http://localhost/suggest/weekly"}
    assert told("--off") == told("--off") == nothing
