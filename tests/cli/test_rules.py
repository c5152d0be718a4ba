"""`newsletter rules`: show, set, history, diff and restore."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.document import dumps
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication

FIRST = "rules:\n  postal_address: {severity: blocking}\n  preheader: {severity: off}\n"
SECOND = "rules:\n  preheader: {severity: blocking}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rules.yaml"


@both_databases
def test_a_file_is_set_shown_compared_and_restored(session: Session, run: Run, file: Path) -> None:
    issue = _issue_without_preheader(session)
    session.commit()
    weekly = ("--publication", "weekly")
    assert run("rules", "show", *weekly).out.startswith("# What is not named here keeps its default.")
    assert "No rules have been saved yet" in run("rules", "history", *weekly).out
    file.write_text(FIRST)
    made = run("rules", "set", str(file), *weekly, "--based-on", "0", "--json").json
    assert (made["publication"], made["version"], made["author"]) == ("weekly", 1, "command line")
    assert "preheader" not in _rules(run, issue.id)
    file.write_text(SECOND)
    assert run("rules", "set", str(file), *weekly, "--based-on", "0").code == 2  # a version was saved since
    assert run("rules", "set", str(file), *weekly, "--based-on", "1").code == 0
    assert _rules(run, issue.id)["preheader"] == "blocking"
    assert run("rules", "show", *weekly).out == SECOND
    assert run("rules", "show", *weekly, "--version", "1").out == FIRST
    assert run("rules", "diff", "1", *weekly, "--json").json["lines"] == [
        "  …",
        "  rules:",
        "-   postal_address: {severity: blocking}",
        "-   preheader: {severity: off}",
        "+   preheader: {severity: blocking}",
    ]
    assert "are the same" in run("rules", "diff", "1", "1", *weekly).out
    assert run("rules", "restore", "1", *weekly, "--json").json["version"] == 3
    history = run("rules", "history", *weekly, "--json").json["versions"]
    assert [(each["version"], each["restored_from"]) for each in history] == [(3, 1), (2, None), (1, None)]
    shown = run("rules", "show", *weekly, "--json").json
    assert {each["rule"]: each["severity"] for each in shown["rules"]}["preheader"] == "off"
    session.expire_all()
    saved = session.scalars(
        select(AuditEntry.detail)
        .where(AuditEntry.action == "publication.rules_saved")
        .order_by(AuditEntry.id)
    )
    assert [detail["version"] for detail in saved] == [1, 2, 3]


def test_nonsense_is_refused_and_nothing_is_saved(session: Session, run: Run, file: Path) -> None:
    make_publication(session)
    session.commit()
    file.write_text("rules:\n  shot_links: {severity: off}\n")
    refused = run("rules", "set", str(file), "--publication", "weekly")
    assert refused.code == 2
    assert "Line 2: There is no rule “shot_links”." in refused.err
    assert "No rules have been saved" in run("rules", "history", "--publication", "weekly").out
    for arguments in (("diff", "1"), ("restore", "1"), ("show", "--version", "1")):
        assert "have no version 1" in run("rules", *arguments, "--publication", "weekly").err
    assert run("rules", "set", str(file.with_name("none")), "--publication", "weekly").code == 2
    assert "no publication called “nope”" in run("rules", "show", "--publication", "nope").err


def _issue_without_preheader(session: Session) -> Issue:
    issue = make_issue(session, make_publication(session))
    revision = find_revision(session, issue)
    revision.document = dumps(load_document(revision).model_copy(update={"preheader": ""}))
    return issue


def _rules(run: Run, issue_id: int) -> dict[str, str]:
    found = run("issue", "check", str(issue_id), "--json").json["findings"]
    return {finding["rule"]: finding["level"] for finding in found}
