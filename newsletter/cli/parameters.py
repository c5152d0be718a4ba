"""What all commands ask of their arguments: usable texts, ids that can exist, and no empty options."""

import click

from newsletter.core.ids import LARGEST_ID
from newsletter.core.text import SURROGATE

# Numbers of revisions are 32-bit integers there.
LARGEST_NUMBER = 2**31 - 1

ID = click.IntRange(1, LARGEST_ID)
NUMBER = click.IntRange(1, LARGEST_NUMBER)


class ClearableOption(click.Option):
    """An option whose empty text has a meaning of its own, which its help tells."""


def refuse_unusable(arguments: list[str]) -> None:
    """No value may hold NUL, which databases and files refuse, nor octets that are not UTF-8.

    Raises `click.UsageError`.
    """
    for argument in arguments:
        if "\0" in argument or SURROGATE.search(argument):
            shown = SURROGATE.sub("�", argument.replace("\0", "�"))
            message = f"“{shown}” holds characters that cannot be used."
            raise click.UsageError(message)


def refuse_empty(command: click.Command) -> None:
    """Let no option of `command`, and of those below it, be given an empty text.

    `--at "$WHEN"` with an unset variable must not mean the same as no `--at`. Options whose default is the
    empty text, and those that are `ClearableOption`, may be empty.
    """
    if isinstance(command, click.Group):
        for below in command.commands.values():
            refuse_empty(below)
    for parameter in command.params:
        may_be_empty = isinstance(parameter, ClearableOption) or parameter.default == ""
        if isinstance(parameter, click.Option) and not may_be_empty and parameter.callback is None:
            parameter.callback = _not_empty


def _not_empty(context: click.Context, option: click.Parameter, value: object) -> object:
    texts = value if isinstance(value, tuple) else (value,)
    if any(isinstance(text, str) and not text.strip() for text in texts):
        message = f"It is empty: give {option.opts[0]} a value, or leave it out."
        raise click.BadParameter(message, context, option)
    return value
