"""`newsletter feedback`: what messages are, and what has come back."""

import io
import json
import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from newsletter.cli import environment
from newsletter.core.links import Links
from newsletter.feedback.events import EventKind, EventReason
from newsletter.runtime import Runtime
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.feedback.deliveries import World
from tests.feedback.reports import ADDRESS, TOKEN, complaint, dsn


@both_databases
def test_a_bounce_is_one_line_of_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bounce.eml").write_bytes(dsn())
    assert run("feedback", "parse", str(tmp_path / "bounce.eml"), "--json").json == {
        "kind": "hard",
        "reason": "user_unknown",
        "code": "5.1.1",
        "smtp_code": 550,
        "recipients": [ADDRESS],
        "delivery": {
            "bounce_addresses": [TOKEN],
            "message_id": "17.4.0011223344556677@example.org",
            "unsubscribe_url": "https://news.example.org/unsubscribe/abc",
            "feedback_id": "17:weekly:digest:abc",
        },
        "diagnostic": "550 5.1.1 <ana@reader.example> User unknown",
        "parser": "dsn",
        "at": "2026-01-05T09:00:01+00:00",
        "others": [],
    }


def test_several_files_and_mboxes_are_a_line_for_each_message(run: Run, tmp_path: Path) -> None:
    line = b"From MAILER-DAEMON Mon Jan  5 09:00:02 2026\n"
    (tmp_path / "two.mbox").write_bytes(line + dsn() + b"\n" + line + complaint())
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    ran = run("feedback", "parse", str(tmp_path / "two.mbox"), str(tmp_path / "noise"))
    assert [json.loads(each)["kind"] for each in ran.out.splitlines()] == ["hard", "complaint", "unknown"]


def test_standard_input_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(complaint())))
    assert run("feedback", "parse", "-").json["kind"] == "complaint"


def test_a_file_that_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    assert run("feedback", "parse", str(tmp_path / "none.eml")).code == 2


def test_what_came_back_is_listed_polled_and_judged_again(
    run: Run, runtime: Runtime, session: Session, links: Links
) -> None:
    world = World(session, links)
    world.event(world.mail(), EventKind.HARD, EventReason.USER_UNKNOWN, "550 5.1.1 unknown")
    world.event(world.mail(), EventKind.AUTO_REPLY)
    session.rollback()
    both = run("feedback", "list", "--json").json["events"]
    assert [event["kind"] for event in both] == ["auto_reply", "hard"]
    asked = ("--address", "ana@readers.example", "--kind", "hard", "--publication", "weekly")
    assert run("feedback", "list", *asked, "--json").json["events"] == both[1:]
    assert both[1]["address"] == "ana@readers.example"
    assert both[1]["consequence"] == "suppressed"
    assert "hard  user_unknown  ana@readers.example  suppressed  550" in run("feedback", "list", *asked).out
    of_bo = run("feedback", "list", "--address", "bo@readers.example")
    assert of_bo.out == "Nothing has bounced, and nobody has complained.\n"
    assert run("feedback", "list", "--address", "nobody").code != 0
    polled = {"taken": 0, "refused": 0, "later": 0, "refusals_of_relays": 0}
    assert run("feedback", "poll", "--json").json == polled
    nothing = {"events": 0, "changed": 0, "suppressed": 0, "lifted": 0}
    assert run("feedback", "rejudge", "--since", "2999-01-01", "--json").json == nothing
    assert run("feedback", "rejudge", "--json").json == nothing | {"events": 2}


def test_where_providers_post_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOKS", "mailgun=key")
    environment.runtime.cache_clear()
    assert run("feedback", "hooks").out.startswith("mailgun: http://")
