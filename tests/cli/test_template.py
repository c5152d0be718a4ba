"""`newsletter template`: show, set, try, history, diff, restore and remove."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.rendering.custom_template.starter import block_source, starter
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_issue, make_publication
from tests.rendering.custom_template.samples import SMALLEST

WEEKLY = ("--publication", "weekly")
POSTER = starter("poster")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "template.html"


@both_databases
def test_a_template_is_set_shown_compared_and_restored(session: Session, run: Run, file: Path) -> None:
    issue = make_issue(session, make_publication(session))
    session.commit()
    assert run("template", "show", *WEEKLY).out == starter("gazette")
    assert run("template", "show", *WEEKLY, "--block", "button").out == block_source("gazette", "button")
    assert "No template has been saved yet" in run("template", "history", *WEEKLY).out
    file.write_text(POSTER)
    arguments = ("template", "set", str(file), *WEEKLY, "--theme", "poster", "--note", "Begun", "--json")
    made = run(*arguments, "--based-on", "0").json
    assert (made["version"], made["theme"], made["author"], made["in_use"]) == (
        1,
        "poster",
        "command line",
        1,
    )
    file.write_text(SMALLEST)
    stale = run("template", "set", str(file), *WEEKLY, "--based-on", "0")
    assert (stale.code, "Someone else saved the template" in stale.err) == (2, True)
    assert run("template", "set", str(file), *WEEKLY, "--based-on", "1", "--json").json["theme"] == "poster"
    assert run("template", "show", *WEEKLY).out == SMALLEST
    assert (
        "<p>An email made by the template"
        not in run("issue", "render", str(issue.id), "--format", "html").out
    )
    assert "+ <body>" in run("template", "diff", "1", *WEEKLY).out
    assert "are the same" in run("template", "diff", "2", *WEEKLY).out
    assert run("template", "restore", "1", *WEEKLY, "--json").json["version"] == 3
    history = run("template", "history", *WEEKLY, "--json").json
    assert history["in_use"] == 3
    assert [(each["version"], each["restored_from"], each["note"]) for each in history["versions"]] == [
        (3, 1, "Begun"),
        (2, None, ""),
        (1, None, "Begun"),
    ]
    assert "uses its theme again" in run("template", "remove", *WEEKLY).out
    assert run("template", "show", *WEEKLY, "--json").json["in_use"] is None
    session.expire_all()
    of_templates = AuditEntry.action.like("publication.template%")
    saved = session.scalars(select(AuditEntry.action).where(of_templates).order_by(AuditEntry.id))
    assert list(saved) == ["publication.template_saved"] * 3 + ["publication.template_put_aside"]


def test_a_broken_one_is_refused_and_nothing_is_saved(session: Session, run: Run, file: Path) -> None:
    issue = make_issue(session, make_publication(session))
    other = make_issue(session, make_publication(session, slug="other"))
    session.commit()
    for text, sentence in (
        ("<body>\n{{ nobody }}", "Line 2: 'nobody' is undefined."),
        (SMALLEST.replace("{{ unsubscribe_url }}", "#"), "The unsubscribe link is missing"),
        ("a\n\x07", "Line 2: This character cannot be used."),
        ("x" * 100_001, "A template has at most 100,000 characters; this has 100,001."),
    ):
        file.write_text(text)
        for verb in ("set", "try"):
            refused = run("template", verb, str(file), *WEEKLY)
            assert (refused.code, sentence in refused.err) == (2, True), (verb, refused.err)
    file.write_bytes(b"a\n\xff")
    assert "Line 2: This is not UTF-8 text." in run("template", "try", str(file), *WEEKLY).err
    assert "No template has been saved" in run("template", "history", *WEEKLY).out
    file.write_text(SMALLEST)
    assert "no theme" in run("template", "show", *WEEKLY, "--theme", "nope").err
    assert "no block" in run("template", "show", *WEEKLY, "--block", "nope").err
    assert run("template", "set", str(file), *WEEKLY, "--theme", "nope").code == 2
    assert "has no version 1" in run("template", "restore", "1", *WEEKLY).err
    assert run("template", "try", str(file), *WEEKLY, "--issue", str(other.id)).code == 2
    assert run("template", "try", str(file), *WEEKLY, "--issue", str(issue.id)).code == 0


def test_what_is_found_is_told_and_the_html_is_printed(session: Session, run: Run, file: Path) -> None:
    make_publication(session)
    session.commit()
    file.write_text(SMALLEST.replace("<body>", '<body><p style="display: grid">x</p>'))
    html = run("template", "try", str(file), *WEEKLY, "--html").out
    assert "display: grid" in html
    tried = run("template", "try", str(file), *WEEKLY, "--json").json
    assert tried["bytes"] == len(html.encode())
    assert [each["rule"] for each in tried["findings"]] == ["css_support"]
