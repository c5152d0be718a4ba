"""The documents name what exists: their links lead somewhere, and commands and settings are all told."""

import re
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from newsletter.cli import cli
from newsletter.settings import SECRETS_FROM_FILES, Settings
from newsletter.transports.environment import environment_transports

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")

LINK = re.compile(r"\]\((?!\w+:)([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
# Where a command is named: in backquotes, or on a line of a terminal.
COMMAND = re.compile(r"(?:`|^ +(?:\$ )?|^)newsletter((?: [a-z][a-z-]*)+)", re.MULTILINE)
OPTION = re.compile(r"(?<=\s)--[a-z-]+")
WITHOUT_JSON = {"run", "db upgrade", "issue export", "issue schema", "issue render"}

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def commands(group: click.Group | None = None, before: str = "") -> dict[str, click.Command]:
    """Every command by what is typed after `newsletter`, such as `issue send`."""
    group = group or cli
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            found |= commands(command, f"{before}{name} ")
        else:
            found[f"{before}{name}"] = command
    return found


def anchors(path: Path) -> set[str]:
    """The fragments that the headings of a document can be linked by."""
    headings = HEADING.findall(FENCE.sub("", path.read_text(encoding="utf-8")))
    words = (re.sub(r"[^\w\- ]", "", heading.strip().lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in words}


def command_lines(text: str) -> list[str]:
    """Each line on which `newsletter …` is typed, with those that a backslash joins to it."""
    joined = text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if re.match(r" +(\$ )?newsletter ", line)]


def command_of(words: str) -> str:
    """The longest beginning of `words` that is a command; what follows are its arguments."""
    parts = words.split()
    known = commands()
    for size in range(len(parts), 0, -1):
        if " ".join(parts[:size]) in known:
            return " ".join(parts[:size])
    return ""


@every_document
def test_relative_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        name, _, fragment = unquote(target).partition("#")
        linked = (path.parent / name).resolve() if name else path
        assert linked.exists(), target
        if fragment:
            assert fragment in anchors(linked), target


@every_document
def test_commands_exist(path: Path) -> None:
    for words in COMMAND.findall(path.read_text(encoding="utf-8")):
        groups = {command.split()[0] for command in commands()}
        alone = words.split()[0] in groups and len(words.split()) == 1
        assert command_of(words) or alone, f"newsletter{words}"


@every_document
def test_options_of_commands_exist(path: Path) -> None:
    for line in command_lines(path.read_text(encoding="utf-8")):
        words = line.removeprefix("$ ").removeprefix("newsletter ").split(" | ")[0]
        plain = re.match(r"[a-z -]+", words)
        name = command_of(plain[0]) if plain else ""
        assert name, line
        known = {option for parameter in commands()[name].params for option in parameter.opts}
        assert set(OPTION.findall(words)) - known == set(), line


def test_every_command_is_in_the_readmes_table() -> None:
    assert set(re.findall(r"^\| `newsletter ([a-z -]+)` \|", README, re.MULTILINE)) == set(commands())


def test_json_is_for_all_but_those_that_the_readme_names() -> None:
    without = {
        name for name, command in commands().items() if all(p.name != "as_json" for p in command.params)
    }
    assert without == WITHOUT_JSON
    sentence = next(line for line in README.splitlines() if line.startswith("- **JSON.**"))
    assert set(re.findall(r"`([a-z][a-z -]*)`", sentence)) == WITHOUT_JSON


def test_every_setting_is_in_the_readmes_table_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", README, re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = field.default
        # What is empty, unset or computed is told in words.
        if isinstance(default, str | int | float | Path) and default != "":
            assert rows[name.upper()] == f"`{default}`", name


def test_secrets_in_files_are_told() -> None:
    sentence = next(line for line in README.splitlines() if "can be kept in files" in line)
    assert set(re.findall(r"`([A-Z_]+)`", sentence)) >= set(SECRETS_FROM_FILES)


RELAYS = [
    url
    for path in DOCUMENTS
    for url in re.findall(
        r"""SMTP_URL="?(smtps?://[^\s`…"]+(?: smtps?://[^\s`…"]+)*)"?(?!\S)""",
        path.read_text(encoding="utf-8"),
    )
]


@pytest.mark.parametrize("url", RELAYS)
def test_relays_are_written_as_the_parser_reads_them(url: str) -> None:
    assert environment_transports(url)


def test_there_are_relays_and_commands_to_check() -> None:
    assert len(RELAYS) > 4
    assert len(command_lines(README)) > 4
