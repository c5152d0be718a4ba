"""`newsletter subscribers …`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_publication import CREATE
from tests.databases import both_databases


@pytest.fixture
def people(run: Run, tmp_path: Path) -> str:
    assert run(*CREATE).code == 0
    path = tmp_path / "people.csv"
    path.write_text("email,name\nana@example.org,Ana Lim\nbo@example.org,\nnobody,x\nANA@example.org,Ana\n")
    return str(path)


def test_people_are_imported_and_counted(run: Run, people: str) -> None:
    done = run("subscribers", "import", people, "--publication", "weekly", "--json")
    assert done.code == 0
    assert (done.json["imported"], done.json["already"], done.json["skipped"]) == (2, 0, {})
    assert [error["line"] for error in done.json["errors"]] == [4, 5]
    assert run("subscribers", "count", "--publication", "weekly", "--json").json == {
        "active": 2,
        "pending": 0,
        "paused": 0,
        "ended": 0,
        "total": 2,
    }
    again = run("subscribers", "import", people, "--publication", "weekly")
    assert "0 imported, 2 already subscribed." in again.out
    assert "line 4:" in again.out
    assert "2 active, 0 pending" in run("subscribers", "count", "--publication", "weekly").out


def test_a_suppressed_address_is_not_imported(run: Run, people: str) -> None:
    done = run("subscribers", "suppress", "Ana@example.org", "--reason", "complaint", "--json")
    assert done.json == {"email": "Ana@example.org", "reason": "complaint"}
    assert run("subscribers", "suppress", "ana@example.org", "--json").json["reason"] == "complaint"
    done = run("subscribers", "import", people, "--publication", "weekly", "--json")
    assert (done.json["imported"], done.json["skipped"]) == (1, {"suppressed": 1})


@both_databases
def test_one_person_is_shown(run: Run, people: str) -> None:
    run("subscribers", "import", people, "--publication", "weekly")
    run("subscribers", "suppress", "ana@example.org")
    shown = run("subscribers", "show", "ANA@example.org")
    for words in (
        "ana@example.org  Ana Lim",
        "Suppressed: manual",
        "The Weekly: active",
        "imported by import",
    ):
        assert words in shown.out
    assert run("subscribers", "show", "ana@example.org", "--json").json["subscriber"]["name"] == "Ana Lim"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("count", "--publication", "evening"), "no publication called “evening”"),
        (("import", "nowhere.csv", "--publication", "weekly"), "nowhere.csv cannot be read"),
        (("show", "nobody@example.org"), "no subscriber with the address nobody@example.org"),
        (("show", "nobody"), "not an email address"),
        (("suppress", "nobody"), "not an email address"),
        (("suppress", "ana@example.org", "--reason", "whim"), "whim"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, people: str, arguments: tuple[str, ...], told: str
) -> None:
    done = run("subscribers", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_dry_run_says_what_would_happen_and_changes_nothing(run: Run, people: str, tmp_path: Path) -> None:
    path = tmp_path / "moved.csv"
    path.write_text("email,unsubscribed_at,colour\ncy@example.org,2026-03-01,red\ndi@example.org,,blue\n")
    asked = ("subscribers", "import", str(path), "--publication", "weekly")
    dry = run(*asked, "--dry-run", "--json").json
    assert (dry["imported"], dry["skipped"], dry["dry_run"]) == (1, {"file_unsubscribed": 1}, True)
    assert dry["columns"]["ignored"] == ["colour"]
    assert run("subscribers", "count", "--publication", "weekly", "--json").json["total"] == 0
    done = run(*asked)
    for words in (
        "1 imported, 0 already subscribed.",
        "1 skipped: unsubscribed, according to the file.",
        "Ignored columns: colour.",
    ):
        assert words in done.out
    assert run(*asked, "--dry-run", "--json").json["already"] == 1
