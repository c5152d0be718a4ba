"""`newsletter topic`, `tag`, `attribute` and `subscribers tag`: what scripts rely on."""

from sqlalchemy.orm import Session

from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription

PUBLICATION = ("--publication", "weekly", "--json")


@both_databases
def test_create_list_rename_and_remove(session: Session, run: Run) -> None:
    make_publication(session)
    session.commit()
    topic = run("topic", "create", "Middle East", *PUBLICATION, "--description", "Daily").json
    assert (topic["key"], topic["name"], topic["description"]) == ("middle-east", "Middle East", "Daily")
    assert run("tag", "create", "press", "--by-readers", *PUBLICATION).json["by_readers"] is True
    color = run(
        *("attribute", "create", "color", "--type", "choice", "--choice", "red", "--choice", "blue"),
        *("--label", "Colour", *PUBLICATION),
    ).json
    assert (color["key"], color["label"], color["choices"]) == ("color", "Colour", ["red", "blue"])
    assert run("attribute", "list").out == "color  Colour (choice) red, blue\n"
    for noun, key in (("topic", "middle-east"), ("tag", "press"), ("attribute", "color")):
        renamed = run(noun, "rename", key, "Another", *PUBLICATION).json
        assert (renamed.get("name") or renamed["label"]) == "Another"
        assert [row["key"] for row in run(noun, "list", *PUBLICATION).json[f"{noun}s"]] == [key]
        assert run(noun, "create", key, *PUBLICATION).code == 2
        assert run(noun, "remove", key, *PUBLICATION).json == {"removed": key}
        assert "has no" in run(noun, "list").out
        assert run(noun, "remove", key).code != 0


@both_databases
def test_tags_are_put_on_and_taken_off(session: Session, run: Run) -> None:
    publication = make_publication(session)
    for name in ("ana", "bo"):
        make_subscription(session, publication, f"{name}@example.org")
    session.commit()
    people = ("ana@example.org", "BO@example.org")
    run("tag", "create", "press")
    assert run("subscribers", "tag", *people, "press", *PUBLICATION).json == {"tag": "press", "changed": 2}
    assert run("subscribers", "tag", *people, "press").out == "0 tagged press.\n"
    assert run("subscribers", "untag", people[0], "press").out == "1 no longer tagged press.\n"
    assert run("subscribers", "tag", "cleo@example.org", "press").code != 0
    assert run("subscribers", "tag", *people, "opera").code != 0
