"""What a run shows at the terminal. A reader that goes away (`| head`) does not end the run."""

import contextlib
import os
import sys
from collections.abc import Iterator

import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from newsletter.cli.run.follow import Line
from newsletter.settings import Settings

COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan", "bright_green", "bright_magenta")


class Output:
    """Lines with the name of their program in front, notices, and the panel that says it runs."""

    def __init__(self, names: list[str]) -> None:
        self.width = max(len(name) for name in names)
        self.colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}

    def line(self, line: Line) -> None:
        prefix = click.style(f"{line.program:<{self.width}} |", fg=self.colours.get(line.program, "red"))
        _print(f"{prefix} {line.text}")

    def ready(self, settings: Settings, web_url: str, set_up_url: str | None = None) -> None:
        """The panel: where everything is; below it, in one piece to copy, where the first owner is made."""
        facts = Table.grid(padding=(0, 2))
        facts.add_column(style="bold")
        facts.add_column(overflow="fold")
        facts.add_row("Open", web_url)
        facts.add_row("Admin", f"{web_url}/admin/")
        if settings.uses_embedded_smtp:
            # The mailbox shows links that sign people in: its pages exist only where nobody else can look,
            # and only for whoever has read this.
            pages = f"{web_url}/dev/mailbox?secret={settings.mailbox_secret}"
            where = pages if settings.host in LOOPBACK else str(settings.mailbox_dir)
            facts.add_row("Mailbox", where)
        facts.add_row("Data", str(settings.data_dir))
        facts.add_row("Logs", str(settings.data_dir / "log"))
        facts.add_row("Stop", "Ctrl-C")
        with _survive_closed_output():
            Console(highlight=False, markup=False).print(
                Panel(facts, title="Newsletter is running", title_align="left", expand=False)
            )
        if set_up_url:
            notice("Nobody can sign in yet. Create the owner's account with this link; it works once:")
            _print(set_up_url)


LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def notice(text: str) -> None:
    """One sentence about the run itself."""
    _print(click.style(text, bold=True))


def _print(text: str) -> None:
    with _survive_closed_output():
        click.echo(text)


@contextlib.contextmanager
def _survive_closed_output() -> Iterator[None]:
    try:
        yield
    except OSError:  # a closed pipe, or a terminal that is gone: what follows goes nowhere
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
