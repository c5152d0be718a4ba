"""`newsletter segment`, `issue send --segment`, and what is not removed while a segment uses it."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.subscribers.models import State
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_subscription

PRESS: dict[str, Any] = {"all": [{"tag": "press"}, {"topic": "sport"}]}


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    for name, state in (("ana", State.ACTIVE), ("bo", State.ACTIVE), ("cleo", State.PENDING)):
        make_subscription(session, made, f"{name}@example.org", state=state)
    create_tag(session, made, "press", actor="test")
    create_topic(session, made, "Sport", actor="test")
    session.commit()
    return made


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(PRESS), encoding="utf-8")
    return file


@both_databases
def test_create_count_explain_and_remove(run: Run, publication: Publication, rules: Path) -> None:
    create = ("segment", "create", "--name", "The press", "--publication", "weekly")
    made = run(*create, "--rules", str(rules), "--json").json
    assert (made["slug"], made["rules"]) == ("the-press", PRESS)
    assert run(*create, "--rules", str(rules)).code == 2
    run("subscribers", "tag", "ana@example.org", "cleo@example.org", "press")
    assert run("segment", "count", "the-press", "--publication", "weekly", "--json").json == {"count": 1}
    assert run("segment", "count", "the-press").out == "1 in The press.\n"
    ana = run("segment", "explain", "the-press", "ana@example.org", "--json").json
    assert ana["inside"] is True
    assert [(row["rule"], row["met"]) for row in ana["rules"]][1:] == [
        ("Has the tag press", True),
        ("Gets the topic Sport", True),
    ]
    bo = run("segment", "explain", "the-press", "bo@example.org").out
    assert bo.startswith("bo@example.org is not in The press.\n")
    assert "✗ Has the tag press" in bo
    assert "has not confirmed" in run("segment", "explain", "the-press", "cleo@example.org").out
    assert run("segment", "explain", "the-press", "dora@example.org").code == 2
    rules.write_text('{"not": {"tag": "press"}}')
    assert run("segment", "set", "the-press", "--rules", str(rules)).code == 0
    assert "Not this:" in run("segment", "show", "the-press").out
    assert [row["slug"] for row in run("segment", "list", "--json").json["segments"]] == ["the-press"]
    assert run("segment", "remove", "the-press", "--json").json == {"removed": "the-press"}
    assert run("segment", "count", "the-press").code == 2


def test_what_is_used_is_not_removed(
    session: Session, run: Run, publication: Publication, rules: Path
) -> None:
    run("segment", "create", "--name", "Press", "--rules", str(rules))
    run("subscribers", "tag", "ana@example.org", "press")
    for noun, key in (("tag", "press"), ("topic", "sport")):
        refused = run(noun, "remove", key)
        assert refused.code == 2
        assert refused.err.strip().endswith(
            f"The {noun} “{key}” is used by the segment “Press”. Change that first."
        )
    issue = make_issue(session, publication)
    session.commit()
    sent = run("issue", "send", str(issue.id), "--segment", "press", "--json")
    assert sent.code == 0
    assert "used by the mailing “Issue one”" in run("segment", "remove", "press").err
    assert run("issue", "send", str(issue.id), "--segment", "press", "--json").json == sent.json
    everybody = run("issue", "send", str(issue.id), "--json")
    assert (everybody.code, everybody.json) == (1, sent.json)
    assert run("issue", "send", str(issue.id), "--segment", "opera").code == 2
    assert run("mailing", "cancel", str(sent.json["mailing"])).code == 0
    assert run("segment", "remove", "press").code == 0


def test_rules_that_cannot_be_kept_say_where(run: Run, publication: Publication, rules: Path) -> None:
    rules.write_text('{"all": [{"tag": "press"}, {"tag": "opera"}]}')
    refused = run("segment", "create", "--name", "Press", "--rules", str(rules))
    assert (refused.code, refused.err) == (2, "newsletter: all[1]: There is no tag “opera”.\n")
    rules.write_bytes(b'{"tag": "\xff"}')
    assert (
        "characters that cannot be used"
        in run("segment", "create", "--name", "Press", "--rules", str(rules)).err
    )
    assert run("segment", "list", "--json").json == {"segments": []}


def test_the_schema_is_printed(run: Run) -> None:
    assert "$defs" in json.loads(run("segment", "schema").out)
