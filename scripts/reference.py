"""Write `docs/reference/`: the settings, the commands and the rules of preflight, as the code declares them.

    python scripts/reference.py          write the pages (`make docs`)

`tests/architecture/test_docs.py` fails when they are behind.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from newsletter.cli import cli
from newsletter.preflight.finding import Rule
from newsletter.preflight.rules import RULES
from newsletter.settings import SECRETS_FROM_FILES, Settings

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
MADE_BY = "<!-- Written by scripts/reference.py: `make docs`. -->"

SETTINGS_INTRO = """\
# Settings

Everything is set by environment variables. A variable that is empty counts as unset.
"""
COMMANDS_INTRO = """\
# Commands

`newsletter --help` lists the commands, and each says with `--help` what it takes. They read the same
[settings](settings.md) as the service. What scripts can rely on:

- **Exit codes.**
  - 0: done.
  - 1: it cannot be done now, and the input is not to blame: something has to be mended, or tried again later.
    Also: `issue check` when something blocks, `doctor` when something is wrong, `transport test` when a step
    fails, `mailing status --wait` when the mailing stands still.
  - 2: the input is wrong, names something that does not exist, or comes too late.
  - 130: interrupted.
- **Errors** are one sentence on standard error, `newsletter: There is no issue 9.`, followed by a line for
  each field that it is about.
"""
RULES_INTRO = """\
# Rules of preflight

An issue is checked by these rules in its review, by `newsletter issue check`, and when it is scheduled. What
blocks keeps it from being sent; what warns does not. A publication can choose otherwise in a YAML file, on
its page *Rules* or with `newsletter rules set FILE --publication SLUG`; each save is a version.

```yaml
rules:
  short_links:
    severity: off        # off, warning or blocking
  size:
    warn_kb: 80
words:
  e-mail: email          # wrong form: right form
```

What is not named stays as built in. A file that names an unknown rule, a limit out of bounds or anything else
that cannot be is refused with its line, and nothing is saved. Rules with a reason in the last column can be
made blocking, but neither turned off nor made a warning.
"""


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"settings.md": settings_page(), "commands.md": commands_page(), "preflight.md": rules_page()}


def settings_page() -> str:
    """A table of all environment variables."""
    rows = [
        f"| `{name.upper()}` | {_default(field)} | {_values(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    files = ", ".join(f"`{name}`" for name in SECRETS_FROM_FILES)
    return "\n".join(
        [
            MADE_BY,
            SETTINGS_INTRO,
            "| variable | default | values | what it says |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            f"{files} can be kept in files instead: `SMTP_URL_FILE=/run/secrets/smtp-url` names one.",
            "",
        ]
    )


def rules_page() -> str:
    """A table of all rules, in the order in which their findings are told."""
    rows = [
        f"| `{rule.key}` | {rule.about} | {_limits(rule)} | {rule.always} |".replace("  |", " |")
        for rule in RULES
    ]
    head = ["| rule | objects to | limits | always on, because |", "| --- | --- | --- | --- |"]
    return "\n".join([MADE_BY, RULES_INTRO, *head, *rows, ""])


def _limits(rule: Rule) -> str:
    return "<br>".join(
        f"`{each.key}`: {each.default:g} {each.unit} ({each.least:g} to {each.most:g}). {each.about}"
        for each in rule.thresholds
    )


def commands_page() -> str:
    """A table of all commands, and a section for each with its arguments and options."""
    known = dict(commands(cli))
    without_json = ", ".join(f"`{name}`" for name, command in known.items() if not _has_json(command))
    rows = [
        f"| [`newsletter {name}`](#newsletter-{name.replace(' ', '-')}) | {_summary(command)} |"
        for name, command in known.items()
    ]
    sections = [line for name, command in known.items() for line in _section(name, command)]
    return "\n".join(
        [
            MADE_BY,
            COMMANDS_INTRO
            + "- **JSON.** `--json` prints one JSON object on standard output. All commands take it but "
            + f"{without_json}.\n",
            "| command | what it does |",
            "| --- | --- |",
            *rows,
            "",
            *sections,
        ]
    )


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command by what is typed after `newsletter`, such as `issue send`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        elif command is not None:
            yield f"{before}{name}", command


def _section(name: str, command: click.Command) -> Iterator[str]:
    yield f"## newsletter {name}"
    yield ""
    yield _text(command)
    yield ""
    arguments = [_argument(each) for each in command.params if isinstance(each, click.Argument)]
    yield f"    newsletter {' '.join([name, *(['[OPTIONS]'] if _options(command) else []), *arguments])}"
    yield ""
    if _options(command):
        yield "| option | what it says |"
        yield "| --- | --- |"
        for option in _options(command):
            yield f"| {_spelling(option)} | {_escaped(_help(option))} |"
        yield ""


def _options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option) and not each.hidden]


def _argument(argument: click.Argument) -> str:
    name = argument.make_metavar(click.Context(click.Command("_")))
    return f"{name}..." if argument.nargs == -1 and not name.endswith("...") else name


def _spelling(option: click.Option) -> str:
    spellings = ", ".join(f"`{each}`" for each in (*option.opts, *option.secondary_opts))
    if option.is_flag:
        return spellings
    if isinstance(option.type, click.Choice):
        return f"{spellings} {', '.join(option.type.choices)}"
    return f"{spellings} {option.type.name.upper()}"


def _help(option: click.Option) -> str:
    text = option.help or ""
    if option.required:
        text += " Required."
    elif option.show_default and option.default is not None:
        text += f" Default: `{option.default}`."
    return text.strip()


def _has_json(command: click.Command) -> bool:
    return any(each.name == "as_json" for each in command.params)


def _text(command: click.Command) -> str:
    """The help of a command, each paragraph on one line."""
    paragraphs = (command.help or "").strip().split("\n\n")
    return "\n\n".join(re.sub(r"\s+", " ", paragraph).strip() for paragraph in paragraphs)


def _summary(command: click.Command) -> str:
    return _escaped(_text(command).split("\n\n")[0])


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    default = field.default
    return f"`{default}`" if isinstance(default, str | int | float | Path) and default != "" else ""


def _values(field: FieldInfo) -> str:
    """What may be written: the bounds of a number, the choices, or nothing for any text."""
    choices = _choices(field.annotation)
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    bounds: dict[str, Any] = {
        name: getattr(each, name)
        for each in field.metadata
        for name in ("ge", "gt", "le")
        if hasattr(each, name)
    }
    if "le" in bounds:
        return f"{bounds['ge']} to {bounds['le']}"
    if "gt" in bounds:
        return f"more than {bounds['gt']}"
    return f"from {bounds['ge']}" if "ge" in bounds else ""


def _choices(annotation: Any) -> tuple[str, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{', '.join(pages())} in {FOLDER} are up to date.\n")


if __name__ == "__main__":
    main()
