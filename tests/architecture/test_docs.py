"""The documents name what exists: links, commands and options; the reference is as the code has it."""

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path, PurePath
from urllib.parse import unquote

import click
import pytest

from newsletter import jobs
from newsletter.cli import cli
from newsletter.settings import Settings
from newsletter.transports.environment import environment_transports
from scripts import reference

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

LINK = re.compile(r"\]\((?!\w+:)([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
# Where a command is named: in backquotes, or on a line of a terminal.
COMMAND = re.compile(r"(?:`|^ +(?:\$ )?|^)newsletter((?: [a-z][a-z-]*)+)", re.MULTILINE)
OPTION = re.compile(r"(?<=\s)--[a-z-]+")

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@cache
def commands() -> dict[str, click.Command]:
    """Every command by what is typed after `newsletter`, such as `issue send`."""
    return dict(reference.commands(cli))


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


@pytest.mark.parametrize("name", ["settings.md", "commands.md", "preflight.md"])
def test_the_reference_is_up_to_date(name: str) -> None:
    written = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "run `make docs`"


def test_every_setting_and_option_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    for name, command in commands().items():
        assert command.help, name
        assert all(each.help for each in command.params if isinstance(each, click.Option)), name


def test_json_is_for_all_commands_that_tell_something() -> None:
    without = {
        name for name, command in commands().items() if all(p.name != "as_json" for p in command.params)
    }
    printing = {"issue export", "issue schema", "issue render", "issue edition export", "segment schema"}
    assert without == {"run", "db upgrade"} | printing


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


def test_the_indexes_name_every_document() -> None:
    for folder, index in (("docs", "docs/README.md"), ("docs/adr", "docs/adr/README.md")):
        named = {
            target.partition("#")[0] for target in LINK.findall((ROOT / index).read_text(encoding="utf-8"))
        }
        listed = {(ROOT / folder / name).resolve() for name in named}
        found = (ROOT / folder).glob("*.md") if folder.endswith("adr") else (ROOT / folder).rglob("*.md")
        missing = [path for path in found if path.name != "README.md" and path not in listed]
        assert [path for path in missing if folder.endswith("adr") or "adr" not in path.parts] == []


def test_every_job_and_process_is_named() -> None:
    told = (ROOT / "docs/jobs.md").read_text(encoding="utf-8")
    assert [job.name for job in jobs.CATALOGUE if f"`{job.name}`" not in told] == []
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    processes = {line.partition(":")[0] for line in lines} - {"release"}
    named = {"transactional" if name == "worker" else name for name in processes}
    assert [name for name in sorted(named) if f"| {name} |" not in ARCHITECTURE] == []


def test_readme_and_architecture_are_read_in_ten_minutes() -> None:
    words = re.findall(r"\w[\w'’/._-]*", README + ARCHITECTURE)
    assert len(words) <= 10 * 200


def test_the_architecture_has_the_layers_and_every_folder() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "layers")
    assert " · ".join(f"`{layer}`" for layer in layers) in ARCHITECTURE
    folders = {path.parent.name for path in ROOT.glob("newsletter/*/__init__.py")} | {"translations"}
    assert [name for name in sorted(folders) if f"`{name}/`" not in ARCHITECTURE] == []


@pytest.mark.parametrize(
    ("document", "least"),
    [
        ("ARCHITECTURE.md", 30),
        ("docs/where.md", 90),
        ("docs/lifecycles.md", 6),
        ("docs/jobs.md", 5),
        ("docs/sending.md", 10),
        ("docs/testing.md", 10),
    ],
)
def test_the_modules_of_the_architecture_exist(document: str, least: int) -> None:
    """Paths as they are, below the root or `newsletter/`; a name without a path is somewhere."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:[a-z_-]+/)*[a-z_-]+(?:\.(?:py|ts|mjs|css|html)|/))`", text)
    assert len(named) >= least
    missing = [
        name
        for name in named
        if not any((base / name).exists() for base in (ROOT, ROOT / "newsletter"))
        and (name.rstrip("/") not in known_names() or "/" in name.rstrip("/"))
    ]
    assert missing == []


@cache
def known_names() -> frozenset[str]:
    """The names of all files of ours and of the folders that they are in."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [PurePath(line) for line in listed.stdout.splitlines()]
    return frozenset(part for path in paths for part in path.parts)


def test_there_are_relays_and_commands_to_check() -> None:
    assert len(RELAYS) > 4
    assert len(command_lines(README)) > 4
