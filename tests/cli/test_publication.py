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


def test_settings_are_shown_and_changed_by_the_rules_of_the_form(run: Run) -> None:
    run(*CREATE)
    shown = run("publication", "show", "weekly", "--json").json
    assert (shown["sender_email"], shown["tracking"], shown["bounce_limit"]) == (
        "editor@weekly.example",
        "off",
        10.0,
    )
    changed = run(
        *(
            "publication",
            "set",
            "weekly",
            "--from",
            "Ana <ana@weekly.example>",
            "--reply-to",
            "r@weekly.example",
        ),
        *("--postal-address", "2 Quay\nGalway", "--timezone", "europe/rome", "--tracking", "aggregate"),
        *("--utm-parameters", "--bounce-limit", "5", "--complaint-limit", "0,2", "--json"),
    )
    assert changed.json == shown | {
        "sender_name": "Ana",
        "sender_email": "ana@weekly.example",
        "reply_to": "r@weekly.example",
        "postal_address": "2 Quay\nGalway",
        "timezone": "Europe/Rome",
        "tracking": "aggregate",
        "utm_parameters": True,
        "bounce_limit": 5.0,
        "complaint_limit": 0.2,
    }
    again = run("publication", "set", "weekly", "--no-utm-parameters", "--reply-to", "")
    assert again.out.strip() == "Changed: reply_to, utm_parameters."
    assert "Nothing to change" in run("publication", "set", "weekly", "--reply-to", "").out
    assert "postal_address: 2 Quay, Galway" in run("publication", "show", "weekly").out


def test_the_sender_s_name_follows_the_publication_s(run: Run) -> None:
    run(*CREATE)
    assert (
        run("publication", "set", "weekly", "--name", "The Daily", "--json").json["sender_name"]
        == "The Daily"
    )


def test_what_cannot_be_set_is_one_sentence_and_changes_nothing(run: Run) -> None:
    run(*CREATE)
    before = run("publication", "show", "weekly", "--json").json
    for options, sentence in (
        ((), "Say what to change"),
        (("--from", "nobody"), "The sender cannot be used"),
        (("--timezone", "Mars/Base"), "is not a time zone"),
        (("--language", "xx-nowhere"), "is not a language code"),
        (("--tracking", "all"), "is not one of off, aggregate, individual"),
        (("--untracked-links", "no host"), "neither a host"),
        (
            ("--name", "Other", "--bounce-limit", "101"),
            "limit for bounces cannot be used. Type a number from 0.01",
        ),
        (("--complaint-limit", "nan"), "limit for complaints cannot be used"),
        (("--postal-address", ""), "is empty"),
    ):
        refused = run("publication", "set", "weekly", *options)
        assert (refused.code, sentence in " ".join(refused.err.split())) == (2, True), (options, refused.err)
    assert run("publication", "set", "other", "--name", "x").code == 2
    assert run("publication", "show", "weekly", "--json").json == before
