"""The stream of a run: each new line once, in order, across rotations."""

from pathlib import Path

import pytest

from newsletter.cli.run.follow import LONGEST_LINE, Filter, Follower, Line


def test_it_shows_what_is_written_from_now_on(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("before\n")
    follower = Follower(tmp_path, ["web", "bulk"], everything=True)
    with log.open("a") as file:
        file.write("one\n\ntw")
    assert list(follower.new_lines()) == [Line("web", "one")]
    with log.open("a") as file:
        file.write("o\n")
    (tmp_path / "bulk.log").write_text("first\n")
    assert list(follower.new_lines()) == [Line("web", "two"), Line("bulk", "first")]
    assert list(follower.new_lines()) == []
    follower.close()


def test_rotation_loses_nothing(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    follower = Follower(tmp_path, ["web"], everything=True)
    log.write_text("one\n")
    assert list(follower.new_lines()) == [Line("web", "one")]
    with log.open("a") as file:
        file.write("two\n")
    log.rename(tmp_path / "web.log.1")
    log.write_text("three\n")
    assert [line.text for line in follower.new_lines()] == ["two", "three"]
    follower.close()


def test_bytes_and_endless_lines_are_shown_as_they_are(tmp_path: Path) -> None:
    follower = Follower(tmp_path, ["web"], everything=True)
    (tmp_path / "web.log").write_bytes(b"\xff\n" + b"x" * (LONGEST_LINE + 1))
    first, second = follower.new_lines()
    assert first.text == "\N{REPLACEMENT CHARACTER}"
    assert len(second.text) == LONGEST_LINE + 1
    follower.close()


def test_of_the_supervisor_only_trouble_is_shown(tmp_path: Path) -> None:
    follower = Follower(tmp_path, ["supervisor"], everything=False)
    lines = (
        "2026-03-06 12:00:00,000 INFO spawned: 'web' with pid 7",
        "2026-03-06 12:00:01,000 WARN exited: web (terminated by SIGKILL; not expected)",
        "2026-03-06 12:00:02,000 WARN received SIGTERM indicating exit request",
        "2026-03-06 12:00:02,000 WARN stopped: bulk (terminated by SIGTERM)",
    )
    (tmp_path / "supervisor.log").write_text("\n".join(lines) + "\n")
    assert [line.text for line in follower.new_lines()] == [lines[1]]
    follower.close()


WRONG = [
    "2026-11-30T01:37:41.391054Z [warning  ] job not published: the broker is away [newsletter.core.queue]",
    "2026-11-30T01:37:41.391054Z [error    ] the timer's round failed [workers.periodic]",
    '{"event": "x", "level": "error", "timestamp": "2026-11-30T01:37:41Z"}',
    "31382:M 30 Nov 2026 01:38:17.891 # Can't save in background: fork: Cannot allocate memory",
    "Traceback (most recent call last):",
]
USUAL = [
    "2026-11-30T01:37:41.628450Z [info     ] periodic@vm ready.             [celery.apps.worker]",
    '{"event": "the warning was heard", "level": "info", "timestamp": "2026-11-30T01:37:41Z"}',
    "31382:M 30 Nov 2026 01:38:17.891 # Valkey is now ready to exit, bye bye...",
    "31382:M 30 Nov 2026 01:38:17.891 * Ready to accept connections unix",
    "The mailbox listens on 127.0.0.1:8336 and keeps messages in var/mailbox",
    "worker: Warm shutdown (MainProcess)",
]


@pytest.mark.parametrize("line", WRONG)
def test_what_went_wrong_is_shown_with_what_follows(line: str) -> None:
    shown = Filter()
    assert shown.shows(line)
    assert shown.shows("  a line without a level belongs to it")
    assert not shown.shows(USUAL[0])


@pytest.mark.parametrize("line", USUAL)
def test_the_usual_is_not_shown(line: str) -> None:
    assert not Filter().shows(line)
