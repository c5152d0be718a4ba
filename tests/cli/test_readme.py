"""The first send of the README, typed as it stands there: commands answer what it says they answer."""

import re
import shlex
from pathlib import Path

import pytest

from newsletter.core.links import Links
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from tests.cli.conftest import Run
from tests.databases import both_databases

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"^    \$ newsletter (.+)\n((?:(?:    (?!\$ ).*)?\n)*)", re.MULTILINE)
# Moments, dates and the port differ; with the demo, which nobody loads here, it is issue 5 and mailing 4.
DIFFERS = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d [A-Z]+", "THEN"),
    (r"\d+ [A-Z][a-z]+ \d{4}", "THAT DAY"),
    (r"http://[^/\s]+", "HERE"),
    (r"\b(issue(?: check| render| send)?) 5\b", r"\1 1"),
    (r"\b([Mm]ailing(?: status)?) 4\b", r"\1 1"),
)


def alike(text: str) -> str:
    for pattern, put in DIFFERS:
        text = re.sub(pattern, put, text)
    return "\n".join(line.strip() for line in text.strip().splitlines())


@both_databases
def test_the_first_send(
    run: Run, runtime: Runtime, links: Links, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (content,) = re.findall(r"printf '(.+?)' > people\.csv", README)
    Path("people.csv").write_text(content.replace("\\n", "\n"))
    (issue,) = re.findall(r"```markdown\n(.+?)```", README, re.DOTALL)
    Path("first.md").write_text(issue)
    typed = COMMAND.findall(README.replace("\\\n", ""))
    assert len(typed) == 7
    for command, answer in typed[:-1]:
        words, _, lines = alike(command).partition(" | head -")
        done = run(*shlex.split(words))
        shown = done.out.splitlines()[: int(lines) if lines else None]
        assert alike("\n".join(shown)) == alike(answer), command
    freeze(runtime.sessions, 1, links)  # as a worker does
    assert run("mailing", "status", "1", "--json").json["candidates"] == 2
