"""`newsletter publication …`."""

from tests.cli.conftest import Run
from tests.databases import both_databases

CREATE = (
    "publication",
    "create",
    "--slug",
    "weekly",
    "--name",
    "The Weekly",
    "--from",
    "The Weekly <editor@weekly.example>",
    "--postal-address",
    "1 Mill Lane, 1000 Sampleton",
)


@both_databases
def test_it_is_made_and_listed(run: Run) -> None:
    made = run(*CREATE, "--reply-to", "desk@weekly.example", "--timezone", "Europe/Rome", "--json")
    assert made.code == 0
    assert made.json == {"id": 1, "slug": "weekly", "subscribe_url": "http://localhost/subscribe/weekly"}
    assert run("publication", "list", "--json").json == {
        "publications": [
            {
                "slug": "weekly",
                "name": "The Weekly",
                "from": "The Weekly <editor@weekly.example>",
                "active": 0,
            }
        ]
    }
    assert "The Weekly" in run("publication", "list").out


def test_people_are_told_where_to_subscribe(run: Run) -> None:
    assert "http://localhost/subscribe/weekly" in run(*CREATE).out.replace("\n", "")


def test_no_publication_yet_says_what_to_do(run: Run) -> None:
    assert "newsletter publication create" in run("publication", "list").out.replace("\n", " ")


def test_what_cannot_be_used_is_one_sentence(run: Run) -> None:
    assert run(*CREATE).code == 0
    again = run(*CREATE)
    assert (again.code, again.out) == (2, "")
    assert "already a publication called “weekly”" in again.err
    bad = run(*["The Weekly!" if argument == "weekly" else argument for argument in CREATE])
    assert (bad.code, bad.out) == (2, "")
    assert "slug" in bad.err
    assert run("publication", "create", "--slug", "x").code == 2
